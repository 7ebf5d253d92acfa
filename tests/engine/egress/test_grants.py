"""A grant reads the repository once, whoever asks and however many tasks it reaches."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.config import policy_files
from swarm.engine.egress import grants, policy_enforcement
from swarm.errors import Refused
from swarm.model import events
from swarm.model.task import State, Task
from swarm.model.wishes import AddService, Grant, Scope
from tests.engine.keeper_harness import KeeperHarness

OPENED_AND_READ = 6
"""Git processes that open a repository and read one file of a commit."""

_counts: dict[int, int] = {}
"""Starts of git by the thread that is counted; an audit hook cannot be removed."""


def _on_audit_event(event: str, arguments: tuple[Any, ...]) -> None:
    thread = threading.get_ident()
    if event == "subprocess.Popen" and thread in _counts:
        _counts[thread] += arguments[1][0] == "git"


sys.addaudithook(_on_audit_event)


@contextmanager
def git_starts() -> Iterator[list[int]]:
    """Count what this thread starts; the keeper's own threads do not count."""
    thread, total = threading.get_ident(), [0]
    _counts[thread] = 0
    try:
        yield total
    finally:
        total[0] = _counts.pop(thread)


def live_tasks(harness: KeeperHarness, repo: Path, count: int) -> list[Task]:
    harness.start_keeper()
    ids = [harness.new_task(repo, "sleep 1000") for _ in range(count)]
    return [harness.until_state(task_id, State.LIVE) for task_id in ids]


def commit_policy_file(repo: Path, text: str) -> None:
    file = repo / policy_files.REPO_FILE
    file.parent.mkdir()
    file.write_text(text)
    subprocess.run(["git", "-C", str(repo), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(repo), "commit", "-qm", "policy"], check=True)


def test_a_grant_to_one_task_opens_its_repository_once(
    harness: KeeperHarness, sample: Path
) -> None:
    commit_policy_file(sample, 'version = 1\n[[deny]]\nhost = "never.test"\n')
    (task,) = live_tasks(harness, sample, 1)

    with git_starts() as started:
        grants.grant(harness.parts, Grant("granted.test", task=task.id))

    assert 0 < started[0] <= OPENED_AND_READ
    policy_text = harness.context.paths.etc_swarm(task.id) / "policy.md"
    assert "granted.test" in policy_text.read_text()


@pytest.mark.parametrize(
    "host", ["git.corp.internal", "nas.local", "host.docker.internal", "10.0.0.7"]
)
def test_a_place_of_the_users_network_needs_the_word_for_it(
    harness: KeeperHarness, sample: Path, host: str
) -> None:
    """Without it the rule would open nothing, so it is not written."""
    scope: Scope = "project"
    plain = Grant(host, scope=scope, repo=str(sample), port=8443)

    with pytest.raises(Refused) as refused:
        grants.grant(harness.parts, plain)

    assert f"swarm policy allow {host}:8443 --private" in refused.value.hint
    done = grants.grant(harness.parts, replace(plain, private=True))
    assert "allow_private = true" in Path(done["file"]).read_text()


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "169.254.169.254", "metadata.google.internal"]
)
def test_nothing_opens_the_gate_itself_or_metadata(
    harness: KeeperHarness, sample: Path, host: str
) -> None:
    wish = Grant(host, scope="project", repo=str(sample), private=True)

    with pytest.raises(Refused) as refused:
        grants.grant(harness.parts, wish)

    assert "no rule opens it" in refused.value.hint


def test_a_project_s_grant_opens_the_repository_once_for_all_its_tasks(
    harness: KeeperHarness, sample: Path
) -> None:
    tasks = live_tasks(harness, sample, 3)

    with git_starts() as started:
        wish = Grant("granted.test", scope="project", repo=str(sample))
        grants.grant(harness.parts, wish)

    assert 0 < started[0] <= OPENED_AND_READ
    for task in tasks:
        applied = [
            recorded.event
            for recorded in harness.queries.events.after(task=task.id)
            if isinstance(recorded.event, events.PolicyApplied)
            and "granted.test" in recorded.event.why
        ]
        assert len(applied) == 1


def test_each_once_is_one_more(harness: KeeperHarness, sample: Path) -> None:
    """Also within a minute: the gate takes equal rules for one, which may be spent."""
    (task,) = live_tasks(harness, sample, 1)

    for _ in range(3):
        grants.grant(harness.parts, Grant("granted.test", scope="once", task=task.id))

    policy = policy_enforcement.resolve(harness.parts.context, task).policy
    granted = [rule for rule in policy.rules if rule.host == "granted.test"]
    assert [rule.uses for rule in granted] == [1, 1, 1]
    assert len(set(granted)) == 3


def test_a_service_opens_for_one_task(harness: KeeperHarness, sample: Path) -> None:
    """Its rules are grants, each in force and each to be taken back."""
    (task,) = live_tasks(harness, sample, 1)

    grants.add_service(harness.parts, AddService("rustup", task=task.id))

    policy = policy_enforcement.resolve(harness.parts.context, task).policy
    granted = {rule.host: rule for rule in policy.rules if rule.layer == "grant"}
    assert set(granted) == {"static.rust-lang.org", "sh.rustup.rs"}
    assert granted["static.rust-lang.org"].paths == ("/dist/**", "/rustup/**")


def test_a_service_is_written_for_a_project(
    harness: KeeperHarness, sample: Path
) -> None:
    (task,) = live_tasks(harness, sample, 1)

    wish = AddService("github", "project", repo=str(sample), repos=("o/r",))
    done = grants.add_service(harness.parts, wish)

    assert 'name = "github"' in Path(done["file"]).read_text()
    policy = policy_enforcement.resolve(harness.parts.context, task).policy
    assert any("/o/r.git/info/refs" in rule.paths for rule in policy.rules)


@pytest.mark.parametrize("wish", [AddService("nosuch"), AddService("github")])
def test_a_service_that_there_is_not_is_refused(
    harness: KeeperHarness, wish: AddService
) -> None:
    """A name that nobody knows, and a forge without a repository."""
    with pytest.raises(Refused):
        grants.add_service(harness.parts, wish)
