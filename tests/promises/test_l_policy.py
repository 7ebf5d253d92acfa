"""L: the policy is the human's, and in doubt it is no."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.config import policy_files
from swarm.engine.egress import policy_resolver
from swarm.errors import ConfigError
from swarm.model import events
from swarm.model.task import State
from swarm.policy.rules import Rule
from tests.engine.conftest import House, new_sample, open_house
from tests.promises.den import Den, held_by_gate

CONNECT = "say(tunnel(f'good.test:{PORT}')[1])"


def test_an_empty_policy_is_no(place: Den) -> None:
    """Promise: where nothing is allowed, nothing passes.

    Why: Matchlock's empty allowlist means everything.
    """
    place.allow()

    assert " 403 " in place.run(CONNECT).out


def test_a_deny_beats_every_allow(place: Den) -> None:
    """Promise: one deny of any layer wins over allows of all others.

    Why: a human who says no does not look for who said yes.
    """
    place.allow(Rule("deny", "good.test", ()), place.good(), place.good(layer="grant"))

    assert " 403 " in place.run(CONNECT).out


def test_a_long_rule_counts_like_a_short_one(place: Den) -> None:
    """Promise: a deny of a name of 200 characters holds.

    Why: Leash skips rules of more than 64 bytes.
    """
    name = f"{'.'.join(['a' * 60] * 3)}.good.test"
    place.allow(Rule("deny", name, ()), place.good(host="*.good.test"))

    assert " 403 " in place.run(f"say(tunnel(f'{name}:{{PORT}}')[1])").out


def test_a_grant_ends_when_it_says(place: Den) -> None:
    """Promise: an expiry is kept to the second, with nobody asking for it.

    Why: SafeYolo prints "expires 7d" for an approval that is permanent.
    """
    place.allow(place.good(expires=time.time() + 1.0))
    threading.Event().wait(1.1)

    assert " 403 " in place.run(CONNECT).out


def test_once_is_once(place: Den) -> None:
    """Promise: a grant for one connection lets one through.

    Why: what was said.
    """
    place.allow(place.good(uses=1))

    done = place.run(f"{CONNECT}\n{CONNECT}")

    assert done.out.count(" 200 ") == 1, done.out


def test_narrowing_cuts_what_is_open(place: Den) -> None:
    """Promise: a tunnel that the new policy would not open is closed by it.

    Why: an hour-long upload does not care for tomorrow's rule.
    """
    place.allow(place.good())
    threading.Timer(1.5, place.allow).start()

    done = place.run("""
        import time
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        began, count = time.monotonic(), 0
        inner.settimeout(3)
        try:
            while inner.recv(100):
                count += 1
                if time.monotonic() - began > 6:
                    say("still open")
                    break
        except OSError:
            pass
        say("ticks", count > 3)
    """)

    assert "ticks True" in done.out, done.out
    assert "still open" not in done.out, done.out


def test_widening_leaves_what_is_open(kept: Den) -> None:
    """Promise: a grant elsewhere cuts nobody.

    Why: a human who grants must not break a download.
    """
    kept.allow(kept.good())
    more = Rule("allow", "more.test")
    threading.Timer(0.8, kept.allow, (kept.good(), more)).start()

    done = kept.run("""
        import time
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        began = time.monotonic()
        while time.monotonic() - began < 2 and inner.recv(100):
            pass
        say("open", time.monotonic() - began >= 2)
    """)

    assert "open True" in done.out


@pytest.mark.parametrize(
    "text",
    [
        '[[allow]]\nhost = "*"\n',
        '[[allow]]\nhost = "*.com"\n',
        '[[allow]]\nhost = "*.co.uk"\n',
        '[[allow]]\nhost = "good.*"\n',
        '[[allow]]\nhost = "10.0.0.1/8"\n',
        '[[allow]]\nhost = "good.test"\nport = [443]\n',
        '[[allow]]\nhost = "good.test"\nports = [0]\n',
        '[[allow]]\nhost = "good.test"\npaths = ["x"]\n',
        'default = "allow"\n',
        "[[alow]]\n",
        "version = 2\n",
        "not toml",
    ],
)
def test_a_bad_file_is_refused_whole(text: str, tmp_path: Path) -> None:
    """Promise: what is too wide, misspelt or malformed is an error with its line.

    Why: a rule that is not understood is not half in force.
    """
    file = tmp_path / "policy.toml"
    head = "" if text.startswith("version") else "version = 1\n"
    file.write_text(head + text)

    with pytest.raises(ConfigError, match=r"policy\.toml"):
        policy_files.read(file, "user")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Path, int]]:
    """A house of its own: these tests write its policy files."""
    sample = new_sample(tmp_path_factory.mktemp("policy") / "sample")
    (sample / ".swarm").mkdir()
    ours = sample / policy_files.REPO_FILE
    ours.write_text(
        'version = 1\nservices = ["claude"]\n[[allow]]\nhost = "asked.test"\n'
        '[[deny]]\nhost = "never.test"\n'
    )
    for argv in (["add", "-A"], ["commit", "-qm", "a policy"]):
        subprocess.run(["git", "-C", str(sample), *argv], check=True)
    with open_house() as house:
        house.keep()
        task = house.new(sample, "sleep 100000")
        house.reach(task, State.LIVE)
        yield house, sample, task


def test_no_file_at_all_is_no(kept: Den) -> None:
    """Promise: where the human wrote no policy, a task reaches nothing by default.

    Why: a missing settings file means everything in Sandcat, and Leash allows all.
    """
    where = policy_resolver.PolicySubject(Path("/nowhere"), "", "command")

    found = policy_resolver.resolve(kept.house.places, where, "locked").policy

    assert (found.rules, found.default) == ((), "deny")
    assert (
        policy_resolver.resolve(kept.house.places, where, "open").policy.default
        == "log"
    )


def rules_of(house: House, task: int) -> dict[str, Rule]:
    """The rules in force for a task, by host."""
    found = policy_resolver.resolved(house.kit, house.queries.task(task))
    return {rule.host: rule for rule in found.policy.rules}


def test_a_repository_can_only_narrow(home: tuple[House, Path, int]) -> None:
    """Promise: its file's denies count, its allows are requests and nothing more.

    Why: TSK and Agent of Empires let a repository loosen the sandbox it runs in.
    """
    house, _, task = home

    rules = rules_of(house, task)

    (applied,) = [
        known.event
        for known in house.queries.events(task=task)
        if isinstance(known.event, events.PolicyApplied) and known.event.why == "launch"
    ]
    assert applied.asked == 2, "the human is told that it asks"
    assert rules["never.test"].kind == "deny"
    assert "asked.test" not in rules
    assert "api.anthropic.com" not in rules


def test_what_a_repository_asks_for_is_trusted_by_its_very_text(
    home: tuple[House, Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: trust is for these bytes; another text asks again.

    Why: a merge must not widen what the human read.
    """
    house, sample, task = home
    base = house.queries.task(task).base

    house.done("trust", repo=str(sample), base=base)
    assert rules_of(house, task)["asked.test"].kind == "allow"

    monkeypatch.setattr(policy_resolver, "repo_text", lambda *_: "version = 1\n# new\n")
    assert "asked.test" not in rules_of(house, task)


def test_a_malformed_file_keeps_the_last_good_policy(
    home: tuple[House, Path, int],
) -> None:
    """Promise: a mistake in a file changes nothing for who is at work, and is told.

    Why: neither open nor broken is what a typo asked for.
    """
    house, sample, task = home
    file = policy_files.beside(house.places.home / "config.toml")
    net, first = house.queries.task(task).net.name, _applied(house, task)
    file.write_text('version = 1\n[[allow]]\nhost = "first.test"\n')
    house.until(lambda: "first.test" in _held(house, net), "the first file")
    house.until(lambda: _applied(house, task) > first, "its record")
    before = _applied(house, task)

    file.write_text('version = 1\n[[allow]]\nhots = "second.test"\n')
    house.until(lambda: f"{file}:3" in house.story(), "the complaint")

    assert _applied(house, task) == before
    wish = house.wish("new", repo=str(sample), prompt="p", command="true")
    assert (wish.outcome, f"{file}:3" in wish.message) == ("refused", True)
    house.kit.sandboxes.kill(house.kit.nets.gate.names.gate)
    house.until(lambda: "GateUp" in house.story(), "another gate")
    assert "first.test" in _held(house, net)
    assert net in house.kit.nets.served()
    file.unlink()
    house.until(lambda: _applied(house, task) > before, "the mended file")


def _held(house: House, net: str) -> set[str]:
    held = house.kit.nets.last_held(net)
    return {rule.host for rule in held.policy.rules} if held else set()


def _applied(house: House, task: int) -> int:
    events = house.queries.events(task=task)
    return sum(type(known.event).__name__ == "PolicyApplied" for known in events)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "localhost", "metadata.google.internal", "dns.google"]
)
def test_some_places_no_dashboard_opens(
    home: tuple[House, Path, int], host: str
) -> None:
    """Promise: metadata, local names, addresses and resolvers cannot be granted.

    Why: a tired human presses `t`.
    """
    house, _, task = home

    wish = house.wish("grant", kind="allow", host=host, task=task, scope="task")

    assert wish.outcome == "refused"
    assert "[[tcp]]" in wish.hint or "never" in wish.message


def test_the_agent_cannot_write_what_it_is_told(kept: Den) -> None:
    """Promise: its copy of the policy and the roots it trusts are read-only.

    Why: an agent that edits them is at least confused.
    """
    done = kept.shell(
        "for f in /etc/swarm/policy.md /etc/swarm/ca.pem /etc/swarm/new "
        "/etc/ssl/certs/ca-certificates.crt; do echo x >> $f && echo wrote $f; done; "
        "test -s /etc/swarm/policy.md && echo told"
    )

    assert "wrote" not in done.out
    assert "told" in done.out


def test_the_gates_socket_is_in_no_sandbox(kept: Den) -> None:
    """Promise: what donates listeners cannot be spoken to by an agent.

    Why: who donates says who he is.
    """
    done = kept.shell("find / -xdev -type s 2>/dev/null; ls /run/gate 2>&1; true")

    assert "donate" not in done.out
    assert kept.house.kit.nets.gate.names.run not in str(kept.inspect()["Mounts"])


def test_a_dead_gate_means_no_network_and_a_new_one_brings_it_back(
    home: tuple[House, Path, int],
) -> None:
    """Promise: with the gate killed nothing passes; its successor serves every task.

    Why: fail closed, and then get up.
    """
    house, _, task = home
    gate = house.kit.nets.gate
    box = house.kit.names(task).sandbox
    curl = "curl -s -o /dev/null -m 3 https://example.com; echo exit $?"
    known = house.story().count("GateUp")
    house.kit.sandboxes.kill(gate.names.gate)

    dead = _in(box, curl)
    house.until(lambda: house.story().count("GateUp") > known, "another gate")
    net = house.queries.task(task).net.name
    again = _in(box, curl)

    assert "exit 0" not in dead
    assert "exit 56" in again, "it answers again, with a denial"
    assert net in set(gate.ask("hello")["nets"])


def test_a_gate_killed_in_mid_transfer_leaves_nothing_open(kept: Den) -> None:
    """Promise: what a dead gate carried has ended, and its successor asks again.

    Why: a connection that outlived its judge would be nobody's.
    """
    kept.allow(kept.good())
    house, gate = kept.house, kept.house.kit.nets.gate
    known = house.story().count("GateUp")
    killing = (gate.names.gate,)
    threading.Timer(1.0, house.kit.sandboxes.kill, killing).start()

    done = kept.run("""
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        inner.settimeout(10)
        data = b""
        try:
            while more := inner.recv(1000):
                data += more
        except OSError as error:
            say("broke", type(error).__name__)
        say("began", b"tick 3" in data, "ended", b"tick 399" not in data)
    """)
    house.until(lambda: house.story().count("GateUp") > known, "another gate")
    kept.allow(kept.good())  # the keeper gave it the policy of the files
    again = kept.run("say(via('good.test', '/again')[:12])")

    assert "began True ended True" in done.out, done.out
    assert "HTTP/1.1 200" in again.out
    assert house.queries.task(kept.task).net.name in held_by_gate(kept)


def test_a_dead_net_means_no_network(home: tuple[House, Path, int]) -> None:
    """Promise: without its namespace's owner a sandbox has no way out.

    Why: the pause container is one `docker rm` away.
    """
    house, sample, _ = home
    task = house.new(sample, "sleep 100000")
    house.reach(task, State.LIVE)
    net = house.queries.task(task).net.name
    house.kit.nets.gate.ask("close", net=net)

    said = _in(house.kit.names(task).sandbox, "curl -s -m 3 https://a.test; echo $?")

    assert said.strip() in ("7", "28", "6", "5", "97"), said


def _in(box: str, command: str) -> str:
    done = subprocess.run(
        ["docker", "exec", box, "bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout


def test_ending_a_task_ends_its_net(home: tuple[House, Path, int]) -> None:
    """Promise: no namespace, no listener and no grant outlives its task.

    Why: what is left over is found by the next one.
    """
    house, sample, _ = home
    task = house.new(sample, "true")
    ended = house.taken_in(task)

    house.until(lambda: ended.net.name not in house.nets(), "the net is gone")

    assert ended.net.name not in set(house.kit.nets.gate.ask("hello")["nets"])


def test_the_gate_holds_what_the_journal_says(kept: Den) -> None:
    """Promise: the net that the task's events name is the one that the gate serves.

    Why: every line is somebody's.
    """
    task = kept.house.queries.task(kept.task)

    assert task.net.name in held_by_gate(kept)
