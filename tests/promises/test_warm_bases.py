"""What one task writes, or its branch asks for, does not reach the next task.

The weak places: a base that anybody's commit may leave, and one that is lent writable.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.engine.tasks import layers_trial, warm_key
from swarm.model import events
from swarm.plan import warm_box
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.engine.tasks.test_setup import agree, git

SETUP = (
    "mkdir -p node_modules && cd node_modules && seq 1200 | xargs touch",
    "cat greeting.lock > node_modules/1",
    "echo good > ~/tool; ln -s ~/tool node_modules/t",
)
LOOK = "cat node_modules/1 ~/tool node_modules/t > seen"
GOOD = ["good", "good", "good"]


@pytest.fixture(params=["as it is", "weakened"])
def is_weak(request: pytest.FixtureRequest) -> bool:
    """The second run must see what the promise forbids."""
    return bool(request.param == "weakened")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    repo = new_sample_repository(tmp_path / "sample")
    (repo / "greeting.lock").write_text("good\n")
    return repo


def run(harness: KeeperHarness, repo: Path, command: str, base: str = "") -> list[str]:
    """What a task with this command has seen at its end."""
    task = harness.until_taken_in(harness.new_task(repo, command, base=base))
    seen = harness.paths.worktree(task.id) / "seen"
    return seen.read_text().split() if seen.exists() else []


def has_all(*_: object) -> Callable[[str], bool]:
    """A history that any commit is in."""
    return lambda _commit: True


def is_warm(harness: KeeperHarness) -> bool:
    """True if the newest task runs no set-up of its own."""
    task = max(each.id for each in harness.queries.tasks.all())
    used = harness.queries.events.last(events.WarmBaseUsed, task)
    return used is not None and not used.is_own


def test_a_task_writes_into_no_other_tasks_dependencies(
    place: Path, is_weak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: whatever a task does in its dependencies and its home stays with it.

    Why: an agent that plants code in `node_modules` or `~/.local` would else run in
    every later task of the project.
    """
    if is_weak:
        monkeypatch.setattr(
            warm_box, "overlay", lambda lower, *_layers: warm_box.folder(lower)
        )
        monkeypatch.setattr(layers_trial, "fault", lambda *_: "")
        monkeypatch.setattr(warm_bases, "is_whole", lambda *_: True)
    spoil = (
        "echo bad > node_modules/1; rm -f ~/tool; echo bad > ~/tool; "
        "for each in node_modules/*; do echo bad > $each; done; chmod -R 777 ~; "
        "rm -rf node_modules/5; mv node_modules/6 ~/; true"
    )
    with open_keeper_harness() as harness:
        agree(harness, place, *SETUP, ignored="node_modules\n")
        harness.start_keeper()
        run(harness, place, spoil)
        run(harness, place, spoil)
        seen = run(harness, place, LOOK)
        assert is_warm(harness)

    assert (seen == GOOD) is not is_weak


def test_a_branch_of_a_tasks_leaves_nothing_to_others(
    place: Path, is_weak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a commit that only a task's branch holds writes no shared base.

    Why: it changes what the set-up does and keeps the lock files; the next task of the
    user's would begin with what it installed.
    """
    if is_weak:
        monkeypatch.setattr(warm_key, "may_keep", lambda *_: True)
        monkeypatch.setattr(warm_key, "history", has_all)
    script = "cat greeting.lock > node_modules/1; echo good > ~/tool"
    with open_keeper_harness() as harness:
        # It runs what the commit holds, and the key cannot know that.
        (place / "install.sh").write_text(script)
        install = f"{SETUP[0]}; cd ..; sh ./inst*.sh; ln -s ~/tool node_modules/t"
        agree(harness, place, install, ignored="node_modules\n")
        git(place, "checkout", "-q", "-b", "swarm/9-agent")
        (place / "install.sh").write_text(script.replace("echo good", "echo bad"))
        git(place, "commit", "-qam", "bad")
        git(place, "checkout", "-q", "main")
        harness.start_keeper()
        theirs = run(harness, place, LOOK, base="swarm/9-agent")
        ours = run(harness, place, LOOK)

    assert theirs == ["good", "bad", "bad"]
    assert (ours == GOOD) is not is_weak


def test_a_strangers_branch_leaves_nothing_to_the_users(
    place: Path, is_weak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: what a fetched branch's set-up left is for tasks of that branch alone.

    Why: a branch that the user fetched, or checked out to look at it, may be anybody's
    work. Neither its base nor what its set-up fetched reaches `main`.
    """
    if is_weak:
        monkeypatch.setattr(warm_key, "history", has_all)
    script = "cat greeting.lock > node_modules/1; echo good > ~/tool"
    with open_keeper_harness() as harness:
        (place / "install.sh").write_text(script)
        install = f"{SETUP[0]}; cd ..; sh ./inst*.sh; ln -s ~/tool node_modules/t"
        agree(harness, place, install, ignored="node_modules\n")
        git(place, "checkout", "-q", "-b", "contributed")
        bad = script.replace("echo good", "echo bad >> ~/left; echo bad")
        (place / "install.sh").write_text(bad)
        git(place, "commit", "-qam", "bad")
        git(place, "checkout", "-q", "main")
        harness.start_keeper()
        theirs = run(harness, place, LOOK, base="contributed")
        again = run(harness, place, LOOK, base="contributed")
        assert is_warm(harness)
        ours = run(harness, place, f"{LOOK}; cat ~/left >> seen")

    assert theirs == again == ["good", "bad", "bad"]
    assert (ours == GOOD) is not is_weak


def test_a_branch_that_changes_the_set_up_is_asked_about(place: Path) -> None:
    """Promise: a `swarm.toml` that nobody agreed to runs nothing.

    Why: an agent may write it in its branch, and a task may begin there.
    """
    with open_keeper_harness() as harness:
        agree(harness, place, *SETUP, ignored="node_modules\n")
        git(place, "checkout", "-q", "-b", "swarm/9-agent")
        commands = json.dumps([*SETUP, "echo bad > ~/tool"])
        (place / "swarm.toml").write_text(f"setup = {commands}\n")
        git(place, "commit", "-qam", "bad")
        git(place, "checkout", "-q", "main")
        harness.start_keeper()

        theirs = run(harness, place, "ls ~ > seen", base="swarm/9-agent")
        ours = run(harness, place, LOOK)

    assert theirs == []
    assert ours == GOOD
