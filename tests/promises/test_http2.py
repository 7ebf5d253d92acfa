"""What a stream of HTTP/2 carries is what was allowed, as in HTTP/1.1."""

import pytest

from swarm.policy.rules import Inject, Limits, Secret
from tests.promises.sandbox_probe import SandboxProbe
from tests.promises.test_protocol import PATHS

VALUE = "sk-the-real-value-0123456789abcdef"
PLACEHOLDER = "swarm-placeholder-1f2e3d4c5b6a79881f2e3d4c"


def test_a_stream_is_answered(real_sandbox: SandboxProbe) -> None:
    """Promise: an allowed host that speaks HTTP/2 is spoken to in it.

    Why: a server that speaks nothing else, and every call of gRPC, failed unseen.
    """
    real_sandbox.allow(real_sandbox.good(paths=("/public/**",)))

    done = real_sandbox.run("say(Http2('good.test').ask('/public/page')[:30])")

    assert "GET /public/page HTTP/1.1" in done.out, done.out


@pytest.mark.parametrize("authority", ["evil.test", "good.test:1", "x@good.test"])
def test_each_stream_names_the_host_of_the_tunnel(
    sandbox: SandboxProbe, authority: str
) -> None:
    """Promise: `:authority` is the name of CONNECT and of TLS, on each stream.

    Why: a second stream that names another host is domain fronting.
    """
    sandbox.allow(sandbox.good(paths=("/**",)))

    done = sandbox.run(f"""
        client = Http2("good.test")
        say("first", "GET /first" in client.ask("/first"))
        answer = client.ask("/smuggled", authority="{authority}")
        say("refused", "swarm" in answer or "closed" in answer)
        say("after", "GET /after" in client.ask("/after"))
    """)

    assert "refused True" in done.out, done.out
    assert "after True" in done.out, done.out
    assert not sandbox.web.got("GET /smuggled")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_a_path_rule_holds_on_streams_for_every_spelling(
    sandbox: SandboxProbe, path: str
) -> None:
    """Promise: `/public/**` lets nothing pass that a server may read as elsewhere.

    Why: `/public/../private` passes a prefix rule (Agent Sandbox).
    """
    sandbox.allow(sandbox.good(paths=("/public/**",), methods=("GET",)))

    done = sandbox.run(f"""
        answer = Http2("good.test").ask('{path}')
        say("refused", "denied_by_policy" in answer or "swarm-refused" in answer)
    """)

    assert "refused True" in done.out, done.out


ODD = {
    "a line in a field": '("x", "a\\r\\nHost: evil.test")',
    "another host": '("host", "evil.test")',
    "a coding": '("transfer-encoding", "chunked")',
    "a late path": '(":path", "/smuggled")',
    "a capital": '("X-Upper", "y")',
}


@pytest.mark.parametrize("field", ODD.values(), ids=ODD.keys())
def test_fields_with_two_readings_reach_nobody(
    sandbox: SandboxProbe, field: str
) -> None:
    """Promise: a request that two programs may read differently is answered by us.

    Why: what is smuggled in a field of HTTP/2 comes out where it is read as HTTP/1.1.
    """
    sandbox.allow(sandbox.good(paths=("/**",)))

    done = sandbox.run(f"""
        answer = Http2("good.test").ask("/smuggled", more=({field},))
        say("refused", "swarm" in answer or "closed" in answer)
    """)

    assert "refused True" in done.out, done.out
    assert not sandbox.web.got("GET /smuggled")


def test_methods_are_held_on_streams(sandbox: SandboxProbe) -> None:
    """Promise: a rule for GET lets no POST pass, and no body leaves.

    Why: reading a forge is not writing to it.
    """
    sandbox.allow(sandbox.good(methods=("GET",)))

    sandbox.run("Http2('good.test').ask('/x', 'POST', body='carried-out')")

    assert not sandbox.web.got("carried-out")


def test_what_a_task_sends_on_streams_is_counted(sandbox: SandboxProbe) -> None:
    """Promise: after so many bytes a task sends nothing more, on any stream.

    Why: an allowed host is still a way to carry a repository out.
    """
    sandbox.allow(sandbox.good(methods=("POST",)), limits=Limits(upload=100_000))

    sandbox.run("""
        client = Http2("good.test")
        for number in range(8):
            client.ask("/", "POST", body="x" * 20_000)
        client.ask("/", "POST", body="the-last-of-it")
    """)

    assert not sandbox.web.got("the-last-of-it")


def give_key(sandbox: SandboxProbe) -> None:
    inject = Inject("Authorization", "Bearer {}", "web")
    sandbox.allow(
        sandbox.good(inject=inject),
        sandbox.good(host="api.test", methods=("GET", "POST")),
        secrets=(Secret("web", "env:X", ("good.test",), "WEB_KEY"),),
        values={"web": VALUE},
        placeholders={"web": PLACEHOLDER},
    )


def test_a_value_goes_into_streams_and_is_masked(real_sandbox: SandboxProbe) -> None:
    """Promise: the bound host gets the real value; what it echoes is masked.

    Why: a host that echoes hands the key to the agent.
    """
    give_key(real_sandbox)

    done = real_sandbox.run("say(Http2('good.test').ask('/with-key'))")

    assert f"Authorization: Bearer {'*' * len(VALUE)}" in done.out, done.out
    assert VALUE not in done.out
    assert real_sandbox.web.got(VALUE)


@pytest.mark.parametrize("where", ["field", "body"])
def test_a_placeholder_on_its_way_elsewhere_is_stopped(
    sandbox: SandboxProbe, where: str
) -> None:
    """Promise: the placeholder sent to a host that it is not for does not arrive.

    Why: it is the sign that somebody tries to carry a key away.
    """
    give_key(sandbox)
    more = f'more=(("x-key", "{PLACEHOLDER}"),)' if where == "field" else ""
    body = f'method="POST", body="key={PLACEHOLDER}"' if where == "body" else ""

    sandbox.run(f"Http2('api.test').ask('/x', {more or body})")

    assert not sandbox.web.got(PLACEHOLDER)


def test_a_flood_of_empty_frames_ends_its_connection(sandbox: SandboxProbe) -> None:
    """Promise: frames that carry nothing end the connection, and are told.

    Why: each costs the gate an answer.
    """
    sandbox.allow(sandbox.good(paths=("/**",)))

    done = sandbox.run("""
        client = Http2("good.test")
        client.ask("/first")
        try:
            for _ in range(200):
                client.wire.sendall(frame(6, 0, 0, b"12345678") * 200)
            say(client.ask("/after", seconds=20.0)[:60])
        except OSError as error:
            say("closed", error)
    """)

    assert "closed" in done.out, done.out
