"""`swarm policy`: read what is in force and why; change it by wishes."""

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters import name_lookup
from swarm.bootstrap import keeper_environment
from swarm.cli import exit_codes
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended, queued

Swarm = Callable[..., tuple[int, str, str]]
FILE = """\
version = 1

[[allow]]
host = "api.example"
methods = ["GET"]

[[deny]]
host = "*.telemetry.example"
"""


@pytest.fixture
def file(tmp_path: Path, paths: HomePaths) -> Path:
    """The user's policy file; nothing but it is in force."""
    (tmp_path / "config.toml").write_text('[gate]\npreset = "locked"\n')
    made = tmp_path / "policy.toml"
    made.write_text(FILE)
    return made


@pytest.fixture
def real_repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, which the policy is read at."""
    repo = tmp_path / "real"
    for argv in (
        ["init", "-q", "-b", "main", str(repo)],
        ["-C", str(repo), "config", "user.name", "h"],
        ["-C", str(repo), "config", "user.email", "h@example.invalid"],
        ["-C", str(repo), "commit", "-q", "--allow-empty", "-m", "first"],
    ):
        subprocess.run(["git", *argv], check=True)
    monkeypatch.chdir(repo)
    return repo


@pytest.mark.parametrize(
    "words", [("show",), ("show", "--json"), ("why", "api.example"), ("why", "x.test")]
)
def test_a_keeper_with_other_registries_is_told_of(
    swarm: Swarm,
    file: Path,
    paths: HomePaths,
    keeper: FakeKeeper,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is shown is this shell's policy, and a task's is the keeper's."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:hidden@before.test/simple")
    keeper_environment.record(paths)
    _, _, before = swarm("policy", *words)
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:hidden@now.test/simple")

    _, out, said = swarm("policy", *words)

    assert "differ" not in before
    assert "PIP_INDEX_URL" in said
    assert "`swarm keeper restart`" in said
    assert "hidden" not in out + said


@pytest.mark.parametrize(
    "words", [("show",), ("check",), ("why", "api.example", "--method", "GET")]
)
def test_an_expired_secret_is_told_of(
    swarm: Swarm, file: Path, words: tuple[str, ...]
) -> None:
    file.write_text(
        'version = 1\n[[allow]]\nhost = "api.example"\n'
        'inject = { header = "Authorization", template = "{}", secret = "a" }\n'
        '[secrets.a]\nsource = "env:A"\nhosts = ["api.example"]\n'
        "expires = 2020-01-01T00:00:00Z\n"
    )

    _, out, said = swarm("policy", *words)

    assert f"{file}:5: secrets.a expired on" in said
    assert ("secret-expired" in out) == (words[0] == "why")


def test_show_names_every_rule_with_file_and_line(swarm: Swarm, file: Path) -> None:
    status, out, _ = swarm("policy", "show")

    assert status == exit_codes.DONE
    assert f"{file}:3" in out
    assert f"{file}:7" in out
    assert "GET" in out


def test_show_says_where_a_secret_is_not_searched_for(swarm: Swarm, file: Path) -> None:
    """Each of its hosts that passes unread, and what is never found."""
    file.write_text(
        'version = 1\n[[allow]]\nhost = "api.secret.example"\n'
        '[secrets."api.key"]\nsource = "env:K"\nhosts = ["api.secret.example"]\n'
        'placeholder = "API_KEY"\n'
    )
    _, shown, _ = swarm("policy", "show")
    _, shown_json, _ = swarm("policy", "show", "--json")

    sentence = "api.secret.example:443 passes unread: nothing is injected or searched"
    assert "secret api.key for api.secret.example as API_KEY" in shown
    assert sentence in shown
    assert "not found: a part of the value" in shown
    assert json.loads(shown_json)["unsearched"]["api.key"][0].startswith(sentence)


def test_show_says_nothing_of_secrets_where_there_are_none(
    swarm: Swarm, file: Path
) -> None:
    assert "searched" not in swarm("policy", "show")[1]


def test_why_names_the_rule_and_exits_by_the_verdict(swarm: Swarm, file: Path) -> None:
    allowed = swarm("policy", "why", "api.example", "--path", "/v1")
    denied = swarm("policy", "why", "x.telemetry.example")
    unknown = swarm("policy", "why", "else.example")

    assert (allowed[0], "inspected" in allowed[1]) == (exit_codes.DONE, True)
    assert (denied[0], f"{file}:7" in denied[1]) == (exit_codes.FAILED, True)
    assert unknown[0] == exit_codes.FAILED
    assert "swarm policy allow else.example:443 --project" in unknown[1]


def test_show_and_why_say_that_a_parent_proxy_is_in_use(
    swarm: Swarm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With where it is set, and what is reached without it; never its password."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@p.corp:3128")
    monkeypatch.setenv("NO_PROXY", "in.corp")
    _, shown, _ = swarm("policy", "show")
    _, shown_json, _ = swarm("policy", "show", "--json")
    code, reason, _ = swarm("policy", "why", "api.example", "--method", "GET")
    _, reason_json, _ = swarm("policy", "why", "api.example", "--json")
    _, denied, _ = swarm("policy", "why", "other.example")

    assert "http://p.corp:3128 (HTTPS_PROXY, with a password), but for in.corp" in shown
    assert json.loads(shown_json)["parent_proxy"]["url"] == "http://p.corp:3128"
    assert code == exit_codes.DONE
    assert "by the parent proxy http://p.corp:3128" in reason
    assert "its address is not vetted" in reason
    assert json.loads(reason_json)["parent_proxy"] == "http://p.corp:3128"
    assert "parent proxy" not in denied
    assert "hush" not in shown + shown_json + reason + reason_json


def test_why_says_nothing_of_a_proxy_that_is_passed_by(
    swarm: Swarm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_PROXY holds the host."""
    monkeypatch.setenv("HTTPS_PROXY", "http://p.corp:3128")
    monkeypatch.setenv("NO_PROXY", ".example")
    _, reason, _ = swarm("policy", "why", "api.example", "--method", "GET")

    assert "parent proxy" not in reason


def test_why_denies_a_request_that_the_gate_cannot_inspect(
    swarm: Swarm, file: Path
) -> None:
    """The gate asks for the connection first, and there the rule already fails."""
    file.write_text(FILE.replace("\n\n", '\ninspect = "never"\n\n', 1))

    status, out, _ = swarm("policy", "why", "api.example", "--method", "GET")

    assert (status, "rule-needs-inspection" in out) == (exit_codes.FAILED, True)


def test_why_does_not_claim_to_read_what_passes_unread(
    swarm: Swarm, file: Path
) -> None:
    file.write_text(FILE.replace('methods = ["GET"]\n', ""))

    status, out, _ = swarm("policy", "why", "api.example", "--method", "GET")

    assert (status, "SNI only" in out) == (exit_codes.DONE, True)


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("git.corp.internal:8443", "swarm policy allow git.corp.internal:8443 --priv"),
        ("nas.local", "swarm policy allow nas.local:443 --private"),
        ("10.0.0.7:8080", "swarm policy allow 10.0.0.7:8080 --private"),
        ("[fd00::7]", "swarm policy allow [fd00::7]:443 --private"),
        ("8.8.8.8", "a [[tcp]] rule in your own file"),
        ("127.0.0.1", "no rule opens it"),
        ("metadata.google.internal", "no rule opens it"),
    ],
)
def test_why_names_the_line_that_opens_it(
    swarm: Swarm, file: Path, host: str, line: str
) -> None:
    status, out, _ = swarm("policy", "why", host)

    assert status == exit_codes.FAILED
    assert line in " ".join(out.split())


@pytest.mark.parametrize(
    ("address", "reason", "line"),
    [
        ("10.1.2.3", "address-not-public", "allow api.example:443 --private"),
        ("100.64.1.1", "address-shared", "allow api.example:443 --private"),
        ("198.18.0.5", "address-fake", 'allow_nets = ["198.18.0.0/15"]'),
        ("127.0.0.1", "address-not-public", "no rule opens it"),
        ("169.254.169.254", "address-not-public", "no rule opens it"),
        ("::ffff:1.1.1.1", "address-in-disguise", ""),
    ],
)
def test_why_vets_the_address_as_the_gate_will(
    swarm: Swarm, file: Path, address: str, reason: str, line: str
) -> None:
    """A resolver may lie, and a name may lead inside."""
    config = file.with_name("config.toml")
    hosts = f'[gate.hosts]\n"api.example" = "{address}"\n'
    config.write_text(f"{config.read_text()}{hosts}")

    status, out, _ = swarm("policy", "why", "api.example", "--method", "GET")

    assert status == exit_codes.FAILED
    words = " ".join(out.split())
    assert f"reason {reason}" in words
    assert address in words
    assert line in words


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_why_knows_what_containers_see_of_this_machine(
    swarm: Swarm, file: Path, address: str
) -> None:
    """A service on loopback alone is the usual surprise."""
    with socket.socket() as service:
        service.bind((address, 0))
        service.listen()
        port = service.getsockname()[1]
        name = "host.docker.internal"
        rule = f'[[allow]]\nhost = "{name}"\nports = [{port}]\nallow_private = true\n'
        file.write_text(f"version = 1\n{rule}")

        status, out, _ = swarm("policy", "why", f"{name}:{port}")

    assert status == exit_codes.DONE
    told = "127.0.0.1 alone, which no container sees" in " ".join(out.split())
    assert told == (address == "127.0.0.1")


def test_why_of_a_task_that_is_cut_off_says_so(
    swarm: Swarm, file: Path, real_repo: Path, journal: Journal
) -> None:
    """The gate lets nothing pass, whatever the rules say."""
    task = journal.queue(lambda _id: queued(repo=str(real_repo)))
    journal.record(
        task.id,
        events.TaskProvisioning(),
        events.NetReady("net-1"),
        events.TaskLive("box", "pane"),
    )
    asked = ("policy", "why", "api.example", "--method", "GET", "--task", "1")
    before = swarm(*asked)
    journal.record(task.id, events.NetCut("by you"))

    status, out, _ = swarm(*asked)

    assert before[0] == exit_codes.DONE
    assert (status, "all egress was cut" in out) == (exit_codes.FAILED, True)


def test_allow_does_not_claim_to_open_what_leads_inside(
    swarm: Swarm, file: Path, keeper: FakeKeeper
) -> None:
    """The rule is written; the line that is needed beside it is named."""
    config = file.with_name("config.toml")
    hosts = '[gate.hosts]\n"git.lan" = "10.1.2.3"\n'
    config.write_text(f"{config.read_text()}{hosts}")
    keeper.decide = lambda _wish: {"rule": "allow git.lan", "file": "/p.toml"}

    status, _, err = swarm("policy", "allow", "git.lan", "--user")
    private = swarm("policy", "allow", "git.lan", "--user", "--private")

    assert (status, "counts from now on" in err) == (exit_codes.FAILED, False)
    assert "10.1.2.3" in err
    assert "swarm policy allow git.lan:443 --private" in err
    assert (private[0], "counts from now on" in private[2]) == (exit_codes.DONE, True)
    assert [wish["private"] for _, wish in keeper.seen] == [False, True]


def test_a_name_for_the_parent_proxy_is_not_looked_up(
    swarm: Swarm, file: Path, keeper: FakeKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be no resolver; one that `hosts` names is reached without it."""

    def look_up(name: str, hosts: dict[str, str]) -> tuple[str, ...]:
        asked.append(name)
        return (hosts[name],)

    asked: list[str] = []
    monkeypatch.setattr(name_lookup, "addresses", look_up)
    monkeypatch.setenv("HTTPS_PROXY", "http://p.corp:3128")
    config = file.with_name("config.toml")
    config.write_text(f'{config.read_text()}[gate.hosts]\n"git.lan" = "10.1.2.3"\n')
    keeper.decide = lambda _wish: {"rule": "allow x", "file": "/p.toml"}

    allowed = swarm("policy", "allow", "new.example", "--user")
    swarm("policy", "why", "api.example", "--method", "GET")
    inside = swarm("policy", "allow", "git.lan", "--user")

    assert (allowed[0], inside[0]) == (exit_codes.DONE, exit_codes.FAILED)
    assert asked == ["git.lan"]


@pytest.mark.parametrize("host", ["169.254.169.254", "localhost", "dns.google"])
def test_why_says_what_no_dashboard_opens(swarm: Swarm, file: Path, host: str) -> None:
    status, out, _ = swarm("policy", "why", host)

    assert status == exit_codes.FAILED
    assert "[[tcp]] rule in your own file" in out


def test_why_refuses_what_is_no_host(swarm: Swarm, file: Path) -> None:
    status, _, err = swarm("policy", "why", "a_b..example")

    assert status != exit_codes.DONE
    assert "the gate denies it always" in err


def test_check_names_file_line_and_key_of_a_mistake(swarm: Swarm, file: Path) -> None:
    file.write_text('version = 1\n[[allow]]\nhots = "x.example"\n')

    status, _, err = swarm("policy", "check")

    assert status != exit_codes.DONE
    assert f"{file}:3: allow.hots: unknown key; is 'host' meant?" in err


def test_check_of_a_good_file_says_so(swarm: Swarm, file: Path) -> None:
    assert swarm("policy", "check", str(file))[:2] == (
        exit_codes.DONE,
        f"{file}: in order\n",
    )
    assert "not there" in swarm("policy", "check", "/nowhere.toml")[2]


def test_a_repository_s_requests_are_shown_as_a_diff(
    swarm: Swarm, file: Path, real_repo: Path
) -> None:
    """They are not in force until exactly this text is trusted."""
    (real_repo / ".swarm").mkdir()
    (real_repo / ".swarm/policy.toml").write_text(
        'version = 1\n[[allow]]\nhost = "asked.example"\n'
    )
    for argv in (["add", "-A"], ["commit", "-qm", "ask"]):
        subprocess.run(["git", "-C", str(real_repo), *argv], check=True)

    status, out, _ = swarm("policy", "show")

    assert status == exit_codes.DONE
    assert "not in force" in out
    assert "+ allow asked.example" in out
    assert swarm("policy", "why", "asked.example")[0] == exit_codes.FAILED


def denied(host: str, seq: int, **more: object) -> events.NetDenied:
    return events.NetDenied("n", seq, host, "not-in-allowlist", 443, **more)  # type: ignore[arg-type]


def test_suggest_proposes_no_more_than_was_tried(
    swarm: Swarm, journal: Journal
) -> None:
    """As TOML that the parser takes; what is locked is left out."""
    number = ended(journal)
    journal.record(
        number,
        denied("often.example", 1, count=9),
        denied("once.example", 2, method="GET", path="/v1/a?q=1", phase="request"),
        denied("10.0.0.1", 3, locked=True),
    )

    status, out, _ = swarm("policy", "suggest")
    (often, once) = json.loads(swarm("policy", "suggest", "--json")[1])

    assert status == exit_codes.DONE
    assert often == {"times": 9, "host": "often.example"}
    assert (once["methods"], once["paths"]) == (["GET"], ["/v1/a"])
    assert "10.0.0.1" not in out


def test_suggest_makes_no_pattern_of_what_an_agent_asked_for(
    swarm: Swarm, journal: Journal
) -> None:
    """A request for `/**`, pasted as a rule, would be a rule for everything."""
    more = {"method": "GET", "phase": "request"}
    journal.record(
        ended(journal),
        denied("mixed.example", 1, path="/a*", **more),
        denied("mixed.example", 2, path="/plain", **more),
        denied("trick.example", 3, path="/**", **more),
    )

    (rule,) = json.loads(swarm("policy", "suggest", "--json")[1])

    assert (rule["host"], rule["paths"]) == ("mixed.example", ["/plain"])


def test_suggest_says_when_nothing_was_denied(swarm: Swarm, journal: Journal) -> None:
    status, out, err = swarm("policy", "suggest")

    assert (status, out) == (exit_codes.DONE, "")
    assert "nothing was denied" in err


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (
            ("allow", "a.example", "--task", "1"),
            {"kind": "allow", "host": "a.example", "port": 443, "scope": "task"},
        ),
        (
            ("allow", "a.example:8443", "--task", "1", "--once"),
            {"port": 8443, "scope": "once"},
        ),
        (
            ("allow", "a.example", "--user", "--for", "2h", "--method", "GET"),
            {"scope": "user", "seconds": 7200.0, "methods": ["GET"]},
        ),
        (("deny", "*.b.example", "--user"), {"kind": "deny", "host": "*.b.example"}),
    ],
)
def test_a_change_is_a_wish(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    words: tuple[str, ...],
    body: dict[str, object],
) -> None:
    journal.queue(lambda _id: queued())
    keeper.decide = lambda _wish: {"rule": "allow a.example", "file": "/p.toml"}

    status, _, err = swarm("policy", *words)

    ((verb, asked),) = keeper.seen
    assert (status, verb) == (exit_codes.DONE, "grant")
    assert {key: asked[key] for key in body} == body
    assert "it counts from now on" in err


def test_nothing_to_revoke_is_a_failure_with_a_way_out(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    keeper.decide = lambda _wish: {"taken": []}

    status, _, err = swarm("policy", "revoke", "a.example", "--user")

    assert status == exit_codes.FAILED
    assert "swarm policy show" in err


@pytest.mark.parametrize(
    "words",
    [
        ("allow", "a.example"),
        ("allow", "a.example:0", "--user"),
        ("allow", "a.example:http", "--user"),
        ("allow", "a.example", "--user", "--for", "soon"),
        ("allow", "a.example", "--user", "--project"),
    ],
)
def test_what_is_no_change_is_a_usage_error(
    swarm: Swarm, paths: HomePaths, words: tuple[str, ...]
) -> None:
    assert swarm("policy", *words)[0] == exit_codes.USAGE


@pytest.mark.parametrize(
    ("words", "service"),
    [
        (("static.rust-lang.org",), "rustup"),
        (("github.com", "--path", "/oven-sh/bun/releases/x.zip"), "bun"),
        (("mirror.example:8443",), "npm"),
        (("github.com",), ""),
    ],
)
def test_why_names_the_service_that_brings_it(
    swarm: Swarm,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    service: str,
) -> None:
    """Tool-chains, a forge's project, and the user's own registry."""
    monkeypatch.setenv("npm_config_registry", "https://mirror.example:8443/")
    status, out, _ = swarm("policy", "why", *words)

    assert status == exit_codes.FAILED
    assert (f"swarm policy service {service} --project" in out) is bool(service)
