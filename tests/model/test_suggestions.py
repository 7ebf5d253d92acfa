"""Suggestions are services by name, and rules no wider than what was denied."""

from swarm.model.activity import Action
from swarm.model.events import NetDenied, Recorded
from swarm.model.suggestions import Suggestion, offer, suggestions
from swarm.policy.narrowing import Narrowing

READS = ("GET", "HEAD")
RELEASES = "/o/r/releases/download"


def denied(host: str, request: str = "", **more: object) -> Recorded:
    method, _, path = request.partition(" ")
    facts = {"port": 443, "reason": "not-in-allowlist", **more}
    event = NetDenied("n", 1, host, method=method, path=path, **facts)  # type: ignore[arg-type]  # facts of any kind
    return Recorded(1, 1.0, 1, event)


def suggested(*recorded: Recorded, tool: str = "") -> list[Suggestion]:
    commands = [Action(0.0, "exec", "exec", argv=(tool,), pid=1)] if tool else []
    registries = {"npm": ("mirror.example:443",)}
    return suggestions(recorded, lambda _record: commands, registries)


def test_a_release_page_and_what_wanted_it() -> None:
    (one,) = suggested(
        denied("f.example", f"GET {RELEASES}/v1/a.tar.gz", count=3),
        denied("f.example", f"GET {RELEASES}/v2/b.tar.gz"),
        tool="npm",
    )

    assert one.rules == (Narrowing(READS, (f"{RELEASES}/**",)),)
    assert one.times == 4
    assert one.words == ("npm wants r's prebuilt file from a forge's release page",)


def test_a_service_stands_first_and_is_no_rule() -> None:
    found = suggested(
        denied("f.example", "GET /x", count=9),
        denied("static.rust-lang.org", "GET /dist/channel.toml"),
        denied("mirror.example", "GET /left-pad"),
        denied("github.com", "GET /o/r.git/info/refs?service=git-upload-pack"),
        denied("github.com", "GET /o/s/info/refs?service=git-upload-pack"),
    )

    assert [(one.service, one.repos, one.rules) for one in found[:3]] == [
        ("github", ("o/r", "o/s"), ()),
        ("rustup", (), ()),
        ("npm", (), ()),
    ]
    assert found[3].rules == (Narrowing(("GET",), ("/x",)),)


def test_a_rule_can_help_or_is_not_offered() -> None:
    """Locked, quiet, denied by a rule, a fault of the request, a pattern as path."""
    assert not suggested(
        denied("a.example", locked=True),
        denied("b.example", quiet=True),
        denied("c.example", reason="deny-rule"),
        denied("d.example", reason="host-differs"),
        denied("e.example", "GET /**"),
    )


def test_a_host_that_was_seen_alone_is_offered_alone() -> None:
    """One request of it may have been read by chance; the others were not."""
    (one,) = suggested(denied("a.example"), denied("a.example", "GET /x", port=443))

    assert one.rules == (Narrowing(),)


def test_a_forge_is_never_offered_whole_if_one_request_was_read() -> None:
    """A client that gave up before its request changes nothing."""
    (one,) = suggested(
        denied("github.com"), denied("github.com", f"GET {RELEASES}/v1/a.zip")
    )

    assert one.rules == (Narrowing(READS, (f"{RELEASES}/**",)),)


def test_a_card_offers_what_was_denied_there_and_the_service() -> None:
    """Each request of the row, while a human can read them all; then the newest."""
    release = denied("github.com", f"GET {RELEASES}/v1/a.zip")
    clone = denied("github.com", "GET /o/r.git/info/refs?service=git-upload-pack")
    few = offer([clone, release], lambda _record: (), {})
    many = [denied("a.example", f"GET /{n}") for n in range(9)]

    assert (few.service, few.repos, few.is_read_only) == ("github", ("o/r",), True)
    assert few.rules == (Narrowing(READS, (f"{RELEASES}/**",)),)
    assert offer(many, lambda _record: (), {}).rules == (Narrowing(("GET",), ("/8",)),)
    assert offer([denied("a.example")], lambda _record: (), {}).rules == ()
    assert not offer([denied("a.b", "POST /x")], lambda _record: (), {}).is_read_only
