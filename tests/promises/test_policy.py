"""The policy is the human's, and in doubt it is no."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.config import policy_files
from swarm.engine.egress import policy_enforcement, policy_resolver
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.errors import ConfigError
from swarm.model import events
from swarm.model.task import State
from swarm.policy.rules import Rule
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import SandboxProbe, held_by_gate, once_begun

CONNECT = "say(tunnel(f'good.test:{PORT}')[1])"


def test_an_empty_policy_is_no(sandbox: SandboxProbe) -> None:
    """Promise: where nothing is allowed, nothing passes.

    Why: Matchlock's empty allowlist means everything.
    """
    sandbox.allow()

    assert " 403 " in sandbox.run(CONNECT).out


def test_a_deny_beats_every_allow(sandbox: SandboxProbe) -> None:
    """Promise: one deny of any layer wins over allows of all others.

    Why: a human who says no does not look for who said yes.
    """
    sandbox.allow(
        Rule("deny", "good.test", ()), sandbox.good(), sandbox.good(layer="grant")
    )

    assert " 403 " in sandbox.run(CONNECT).out


def test_a_long_rule_counts_like_a_short_one(sandbox: SandboxProbe) -> None:
    """Promise: a deny of a name of 200 characters holds.

    Why: Leash skips rules of more than 64 bytes.
    """
    name = f"{'.'.join(['a' * 60] * 3)}.good.test"
    sandbox.allow(Rule("deny", name, ()), sandbox.good(host="*.good.test"))

    assert " 403 " in sandbox.run(f"say(tunnel(f'{name}:{{PORT}}')[1])").out


def test_a_grant_ends_when_it_says(sandbox: SandboxProbe) -> None:
    """Promise: an expiry is kept to the second, with nobody asking for it.

    Why: SafeYolo prints "expires 7d" for an approval that is permanent.
    """
    sandbox.allow(sandbox.good(expires=time.time() + 1.0))
    threading.Event().wait(1.1)

    assert " 403 " in sandbox.run(CONNECT).out


def test_once_is_once(sandbox: SandboxProbe) -> None:
    """Promise: a grant for one connection lets one through.

    Why: what was said.
    """
    # A grant that is given anew is another one, as by a human: it has its own origin.
    sandbox.allow(sandbox.good(uses=1, origin=f"granted {time.time()}"))

    done = sandbox.run(f"{CONNECT}\n{CONNECT}")

    assert done.out.count(" 200 ") == 1, done.out


def test_narrowing_cuts_what_is_open(sandbox: SandboxProbe) -> None:
    """Promise: a tunnel that the new policy would not open is closed by it.

    Why: an hour-long upload does not care for tomorrow's rule.
    """
    sandbox.allow(sandbox.good())
    once_begun(sandbox, sandbox.allow)

    done = sandbox.run("""
        import time
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        acted, count = 0.0, 0
        inner.settimeout(30)
        try:
            while inner.recv(100):
                count += 1
                if count == 4:
                    begun()
                if not acted and has_acted():
                    acted = time.monotonic()
                if acted and time.monotonic() - acted > 3:
                    say("still open")
                    break
        except OSError:
            pass
        say("ticks", count > 3)
    """)

    assert "ticks True" in done.out, done.out
    assert "still open" not in done.out, done.out


def test_widening_leaves_what_is_open(real_sandbox: SandboxProbe) -> None:
    """Promise: a grant elsewhere cuts nobody.

    Why: a human who grants must not break a download.
    """
    real_sandbox.allow(real_sandbox.good())
    more = Rule("allow", "more.test")
    once_begun(real_sandbox, lambda: real_sandbox.allow(real_sandbox.good(), more))

    done = real_sandbox.run("""
        import time
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        begun()
        after = 0
        while after < 20 and inner.recv(100):
            after += has_acted()
        say("open", after == 20)
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
def home(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KeeperHarness, Path, int]]:
    """A house of its own: these tests write its policy files."""
    sample = new_sample_repository(tmp_path_factory.mktemp("policy") / "sample")
    (sample / ".swarm").mkdir()
    ours = sample / policy_files.REPO_FILE
    ours.write_text(
        'version = 1\nservices = ["claude"]\n[[allow]]\nhost = "asked.test"\n'
        '[[deny]]\nhost = "never.test"\n'
    )
    for argv in (["add", "-A"], ["commit", "-qm", "a policy"]):
        subprocess.run(["git", "-C", str(sample), *argv], check=True)
    with open_keeper_harness() as harness:
        harness.start_keeper()
        task = harness.new_task(sample, "sleep 100000")
        harness.until_state(task, State.LIVE)
        yield harness, sample, task


def test_no_file_at_all_is_no(real_sandbox: SandboxProbe) -> None:
    """Promise: where the human wrote no policy, a task reaches nothing by default.

    Why: a missing settings file means everything in Sandcat, and Leash allows all.
    """
    subject = policy_resolver.PolicySubject(Path("/nowhere"), "", "command")
    paths = real_sandbox.harness.paths
    repositories = RepositoryPolicies(paths)

    locked = policy_resolver.resolve(paths, subject, "locked", repositories).policy
    opened = policy_resolver.resolve(paths, subject, "open", repositories).policy

    assert (locked.rules, locked.default) == ((), "deny")
    assert opened.default == "log"


def rules_of(
    harness: KeeperHarness, task: int, texts: RepositoryPolicies | None = None
) -> dict[str, Rule]:
    """The rules in force for a task, by host; perhaps with other `texts`."""
    known = harness.queries.tasks.get(task)
    found = policy_enforcement.resolve(harness.context, known, texts)
    return {rule.host: rule for rule in found.policy.rules}


class OtherText(RepositoryPolicies):
    """Every repository's policy is another one; keepers at work read their own."""

    def text(self, repo: Path, commit: str) -> str:
        return "version = 1\n# new\n"


def test_a_repository_can_only_narrow(home: tuple[KeeperHarness, Path, int]) -> None:
    """Promise: its file's denies count, its allows are requests and nothing more.

    Why: TSK and Agent of Empires let a repository loosen the sandbox it runs in.
    """
    harness, _, task = home

    rules = rules_of(harness, task)

    (applied,) = [
        known.event
        for known in harness.queries.events.after(task=task)
        if isinstance(known.event, events.PolicyApplied) and known.event.why == "launch"
    ]
    assert applied.asked == 2, "the human is told that it asks"
    assert rules["never.test"].kind == "deny"
    assert "asked.test" not in rules
    assert "api.anthropic.com" not in rules


def test_what_a_repository_asks_for_is_trusted_by_its_very_text(
    home: tuple[KeeperHarness, Path, int],
) -> None:
    """Promise: trust is for these bytes; another text asks again.

    Why: a merge must not widen what the human read.
    """
    harness, sample, task = home
    base = harness.queries.tasks.get(task).base

    harness.wish_done("trust", repo=str(sample), base=base)
    assert rules_of(harness, task)["asked.test"].kind == "allow"

    changed = OtherText(harness.paths)
    assert "asked.test" not in rules_of(harness, task, changed)


def test_a_malformed_file_keeps_the_last_good_policy(
    home: tuple[KeeperHarness, Path, int],
) -> None:
    """Promise: a mistake in a file changes nothing for who is at work, and is told.

    Why: neither open nor broken is what a typo asked for.
    """
    harness, sample, task = home
    file = policy_files.beside(harness.paths.home / "config.toml")
    net, first = harness.queries.tasks.get(task).net.name, _applied(harness, task)
    file.write_text('version = 1\n[[allow]]\nhost = "first.test"\n')
    harness.until(lambda: "first.test" in _last_hosts(harness, net), "the first file")
    harness.until(lambda: _applied(harness, task) > first, "its record")
    before = _applied(harness, task)

    file.write_text('version = 1\n[[allow]]\nhots = "second.test"\n')
    harness.until(lambda: f"{file}:3" in harness.journal_text(), "the complaint")

    assert _applied(harness, task) == before
    wish = harness.wish("new", repo=str(sample), prompt="p", command="true")
    assert (wish.outcome, f"{file}:3" in wish.message) == ("refused", True)
    harness.context.containers.kill(harness.parts.nets.gate.names.gate)
    harness.until(lambda: "GateUp" in harness.journal_text(), "another gate")
    assert "first.test" in _last_hosts(harness, net)
    assert net in harness.parts.nets.served()
    file.unlink()
    harness.until(lambda: _applied(harness, task) > before, "the mended file")


def _last_hosts(harness: KeeperHarness, net: str) -> set[str]:
    resolved = harness.parts.last_policies.get(net)
    return {rule.host for rule in resolved.policy.rules} if resolved else set()


def _applied(harness: KeeperHarness, task: int) -> int:
    events = harness.queries.events.after(task=task)
    return sum(type(known.event).__name__ == "PolicyApplied" for known in events)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "localhost", "metadata.google.internal", "dns.google"]
)
def test_some_places_no_dashboard_opens(
    home: tuple[KeeperHarness, Path, int], host: str
) -> None:
    """Promise: metadata, local names, addresses and resolvers cannot be granted.

    Why: a tired human presses `t`.
    """
    harness, _, task = home

    wish = harness.wish("grant", kind="allow", host=host, task=task, scope="task")

    assert wish.outcome == "refused"
    assert "[[tcp]]" in wish.hint or "never" in wish.message


def test_the_agent_cannot_write_what_it_is_told(real_sandbox: SandboxProbe) -> None:
    """Promise: its copy of the policy and the roots it trusts are read-only.

    Why: an agent that edits them is at least confused.
    """
    done = real_sandbox.shell(
        "for f in /etc/swarm/policy.md /etc/swarm/ca.pem /etc/swarm/new "
        "/etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/npmrc "
        "/etc/pki/tls/certs/ca-bundle.crt /etc/ssl/certs/java/cacerts /etc/mavenrc "
        "/etc/swarm/pip.conf /.cargo/config.toml; "
        "do echo x >> $f && echo wrote $f; done; "
        "test -s /etc/swarm/policy.md && echo told"
    )

    assert "wrote" not in done.out
    assert "told" in done.out


def test_the_gates_socket_is_in_no_sandbox(real_sandbox: SandboxProbe) -> None:
    """Promise: an agent cannot reach the socket that takes listeners.

    Why: whoever hands over listeners names the task that they belong to.
    """
    done = real_sandbox.shell(
        "find / -xdev -type s 2>/dev/null; ls /run/gate 2>&1; true"
    )

    assert "handover" not in done.out
    assert real_sandbox.harness.parts.nets.gate.names.run not in str(
        real_sandbox.inspect()["Mounts"]
    )


def test_a_dead_gate_means_no_network_and_a_new_one_brings_it_back(
    home: tuple[KeeperHarness, Path, int],
) -> None:
    """Promise: with the gate killed nothing passes; its successor serves every task.

    Why: fail closed, and then get up.
    """
    harness, _, task = home
    gate = harness.parts.nets.gate
    box = harness.context.names(task).sandbox
    curl = "curl -s -o /dev/null -m 3 https://example.com; echo exit $?"
    known = harness.journal_text().count("GateUp")
    harness.context.containers.kill(gate.names.gate)

    dead = _in(box, curl)
    harness.until(
        lambda: harness.journal_text().count("GateUp") > known, "another gate"
    )
    net = harness.queries.tasks.get(task).net.name
    again = _in(box, curl)

    assert "exit 0" not in dead
    assert "exit 56" in again, "it answers again, with a denial"
    assert net in set(gate.send_command("hello")["nets"])


def test_a_gate_killed_in_mid_transfer_leaves_nothing_open(
    real_sandbox: SandboxProbe,
) -> None:
    """Promise: what a dead gate carried has ended, and its successor asks again.

    Why: a connection that outlived its judge would be nobody's.
    """
    real_sandbox.allow(real_sandbox.good())
    harness, gate = real_sandbox.harness, real_sandbox.harness.parts.nets.gate
    known = len(harness.queries.events.of_kind(events.GateUp))
    once_begun(real_sandbox, lambda: harness.context.containers.kill(gate.names.gate))

    done = real_sandbox.run("""
        wire, status = tunnel(f"good.test:{PORT}")
        inner = tls(wire, "good.test")
        inner.sendall(b"GET /slow HTTP/1.1\\r\\nHost: good.test\\r\\n\\r\\n")
        inner.settimeout(10)
        data = b""
        try:
            while more := inner.recv(1000):
                data += more
                if b"tick 3" in data:
                    begun()
        except OSError as error:
            say("broke", type(error).__name__)
        say("began", b"tick 3" in data, "ended", b"tick 399" not in data)
    """)
    harness.until(
        lambda: len(harness.queries.events.of_kind(events.GateUp)) > known,
        "another gate",
    )
    real_sandbox.allow(
        real_sandbox.good()
    )  # the keeper gave it the policy of the files
    again = real_sandbox.run("say(via('good.test', '/again')[:12])")

    assert "began True ended True" in done.out, done.out
    assert "HTTP/1.1 200" in again.out
    assert harness.queries.tasks.get(real_sandbox.task).net.name in held_by_gate(
        real_sandbox
    )


def test_a_dead_net_means_no_network(home: tuple[KeeperHarness, Path, int]) -> None:
    """Promise: without its namespace's owner a sandbox has no way out.

    Why: the pause container is one `docker rm` away.
    """
    harness, sample, _ = home
    task = harness.new_task(sample, "sleep 100000")
    harness.until_state(task, State.LIVE)
    net = harness.queries.tasks.get(task).net.name
    harness.parts.nets.gate.send_command("close", net=net)

    said = _in(
        harness.context.names(task).sandbox, "curl -s -m 3 https://a.test; echo $?"
    )

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


def test_ending_a_task_ends_its_net(home: tuple[KeeperHarness, Path, int]) -> None:
    """Promise: no namespace, no listener and no grant outlives its task.

    Why: what is left over is found by the next one.
    """
    harness, sample, _ = home
    task = harness.new_task(sample, "true")
    ended = harness.until_taken_in(task)

    harness.until(
        lambda: ended.net.name not in harness.net_namespaces(), "the net is gone"
    )

    assert ended.net.name not in set(
        harness.parts.nets.gate.send_command("hello")["nets"]
    )


def test_the_gate_holds_what_the_journal_says(real_sandbox: SandboxProbe) -> None:
    """Promise: the net that the task's events name is the one that the gate serves.

    Why: every line is somebody's.
    """
    task = real_sandbox.harness.queries.tasks.get(real_sandbox.task)

    assert task.net.name in held_by_gate(real_sandbox)
