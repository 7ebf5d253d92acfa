"""The tenth task begins with what the first one's set-up installed."""

from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.engine.tasks import layers_trial
from swarm.model import events
from swarm.model.task import State
from swarm.store import wishes
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.test_setup import agree, git, until_failed
from tests.engine.test_deaths import die_at

INSTALL = (
    "mkdir -p node_modules/a .venv && cd node_modules/a && seq 1200 | xargs touch",
    "echo one > node_modules/a/1; echo small > .venv/cfg; ln -s /etc/passwd .venv/link",
    "echo home > ~/cache; date +%s%N > ~/when",
)
IGNORED = "node_modules\n.venv\n"
SEEN = "cat ~/cache ~/when node_modules/a/1 .venv/cfg > seen; "


def used(harness: KeeperHarness, task_id: int) -> events.WarmBaseUsed | None:
    return harness.queries.events.last(events.WarmBaseUsed, task_id)


def seen(harness: KeeperHarness, task_id: int) -> list[str]:
    return (harness.paths.worktree(task_id) / "seen").read_text().split()


def troubles(harness: KeeperHarness, task_id: int) -> list[str]:
    recorded = harness.queries.events.after(task=task_id)
    return [
        each.event.reason for each in recorded if isinstance(each.event, events.Trouble)
    ]


def test_a_second_task_has_all_and_runs_no_set_up(
    harness: KeeperHarness, sample: Path
) -> None:
    """Its own changes are its own: the third finds all as the set-up left it."""
    agree(harness, sample, *INSTALL, ignored=IGNORED)
    harness.start_keeper()
    spoil = "echo bad > node_modules/a/1; rm node_modules/a/2; echo bad > ~/cache"
    ids = [
        harness.until_taken_in(harness.new_task(sample, SEEN + spoil)).id
        for _ in range(3)
    ]

    first, second, third = (seen(harness, task) for task in ids)
    assert first == second == third
    assert first[0] == "home"
    assert troubles(harness, ids[0]) == []
    own, warm, _ = (used(harness, task) for task in ids)
    assert own is not None
    assert warm is not None
    assert (own.is_own, warm.is_own) == (True, False)
    assert own.base == warm.base
    assert warm.folders == ("node_modules",)
    assert not harness.paths.setup_log(ids[1]).exists()
    link = harness.paths.worktree(ids[1]) / ".venv" / "link"
    assert link.is_symlink()

    for task in ids:
        harness.wish_done("discard", task=task)
        harness.wish_done("rm", task=task)
    volumes = harness.context.containers.volumes(harness.context.home_labels)
    assert [name for name in volumes if "-gate-" not in name] == []
    assert not any(harness.paths.warm_changes(task).exists() for task in ids)


QUICK = ("date +%s%N > ~/when; date +%s%N > when",)
LOOK = "cat ~/when when > seen"


def run(harness: KeeperHarness, sample: Path, command: str = LOOK, **more: str) -> int:
    return harness.until_taken_in(harness.new_task(sample, command, **more)).id


def test_what_cannot_be_shared_is_copied(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an engine that cannot show a folder in layers."""
    fault = "this engine cannot show a folder in layers"
    monkeypatch.setitem(layers_trial._KNOWN, harness.paths.home, fault)
    agree(harness, sample, *INSTALL, ignored=IGNORED)
    harness.start_keeper()
    first = run(harness, sample, SEEN + "echo bad > node_modules/a/1")
    second, third = (run(harness, sample, SEEN) for _ in range(2))

    assert seen(harness, first) == seen(harness, second) == seen(harness, third)
    warm = used(harness, second)
    assert warm is not None
    assert (warm.is_shared, warm.folders) == (False, ())
    assert (harness.paths.worktree(second) / "node_modules" / "a" / "1").exists()


def test_tasks_that_want_the_same_base_wait_for_it(
    harness: KeeperHarness, sample: Path
) -> None:
    agree(harness, sample, *QUICK, ignored="when\n")
    harness.start_keeper()
    ids = harness.wish_done(
        "new", repo=str(sample), prompt="do it", command=LOOK, copies=3
    )["tasks"]
    for task in ids:
        harness.until_taken_in(task)

    assert len({tuple(seen(harness, task)) for task in ids}) == 1
    own = [each for each in ids if (event := used(harness, each)) and event.is_own]
    assert len(own) == 1


def test_a_task_that_goes_on_has_its_own_changes(
    harness: KeeperHarness, sample: Path
) -> None:
    """In a fresh sandbox, over the same layers; its set-up is not run again."""
    agree(harness, sample, *INSTALL, ignored=IGNORED)
    harness.start_keeper()
    run(harness, sample, "true")
    command = (
        "cat node_modules/a/mine ~/mine > seen; touch node_modules/a/mine; "
        "echo mine > ~/mine; echo mine > node_modules/a/mine"
    )
    task = run(harness, sample, command)

    harness.wish_done("continue", task=task, fresh=True)
    harness.until(
        lambda: (harness.paths.worktree(task) / "seen").read_text() == "mine\nmine\n",
        "the second life",
    )


def test_another_lock_file_is_another_base(
    harness: KeeperHarness, sample: Path
) -> None:
    """And a commit that changes something else has the same."""
    agree(harness, sample, *QUICK, ignored="when\n")
    harness.start_keeper()
    first = run(harness, sample)
    (sample / "README.md").write_text("# other\n")
    git(sample, "commit", "-qam", "other")
    second = run(harness, sample)
    (sample / "requirements.txt").write_text("six\n")
    git(sample, "add", "-A")
    git(sample, "commit", "-qm", "lock")
    third = run(harness, sample)

    assert seen(harness, first) == seen(harness, second) != seen(harness, third)


def test_a_set_up_begins_with_what_an_earlier_one_fetched(
    harness: KeeperHarness, sample: Path
) -> None:
    """Of the user's own commits alone; a branch of a task's has a copy of its own."""
    fetch = "cat ~/.cache/pip/* 2>/dev/null; mkdir -p ~/.cache/pip; "
    fetch += "cat go.mod >> ~/.cache/pip/all"
    (sample / "go.mod").write_text("one\n")
    agree(harness, sample, fetch)
    harness.start_keeper()
    show = "cat ~/.cache/pip/all > seen"
    assert seen(harness, run(harness, sample, show)) == ["one"]

    git(sample, "checkout", "-q", "-b", "swarm/9-agent")
    (sample / "go.mod").write_text("bad\n")
    git(sample, "commit", "-qam", "bad")
    git(sample, "checkout", "-q", "main")
    theirs = run(harness, sample, show, base="swarm/9-agent")
    assert seen(harness, theirs) == ["one", "bad"]
    (sample / "go.mod").write_text("two\n")
    git(sample, "commit", "-qam", "two")

    assert seen(harness, run(harness, sample, show)) == ["one", "two"]


def test_what_is_wrong_with_a_base_is_told_and_it_is_made_anew(
    harness: KeeperHarness, sample: Path
) -> None:
    """Corrupt, or of files that the commit has by now; `--fresh` drops it by will."""
    agree(harness, sample, *QUICK, "mkdir -p d; touch d/x", ignored="when\nd\n")
    harness.start_keeper()
    first = run(harness, sample)
    (base,) = warm_bases.all_bases(harness.paths.bases)
    (harness.paths.bases / base.name / "home" / "more").touch()

    second = run(harness, sample)
    assert seen(harness, second) != seen(harness, first)
    assert "is not what it was" in troubles(harness, second)[0]
    assert harness.wish_done("fresh_setup", repo=str(sample))["bases"] == 1
    third = run(harness, sample)
    assert seen(harness, third) != seen(harness, second)

    (sample / "d").mkdir()
    (sample / "d" / "y").write_text("tracked")
    git(sample, "add", "-f", "d/y")
    git(sample, "commit", "-qm", "d")
    fourth = run(harness, sample)
    assert "in its way" in troubles(harness, fourth)[0]
    assert seen(harness, fourth) != seen(harness, third)
    assert seen(harness, run(harness, sample)) == seen(harness, fourth)
    for task in (first, second, third, fourth):
        harness.wish_done("discard", task=task)
        harness.wish_done("rm", task=task)
    answer = harness.wish_done("gc")
    assert answer["failed"] == []
    assert answer["bases"]["before"] > answer["bases"]["after"] > 0
    assert len([*warm_bases.all_bases(harness.paths.bases)]) == 2


def test_a_set_up_that_changes_the_commits_files_leaves_no_base(
    harness: KeeperHarness, sample: Path
) -> None:
    """Or the next task would begin without those changes."""
    agree(harness, sample, "echo more >> README.md", *QUICK, ignored="when\n")
    harness.start_keeper()
    first, second = (run(harness, sample) for _ in range(2))

    assert "changes README.md of the commit" in troubles(harness, first)[0]
    assert seen(harness, first) != seen(harness, second)


def test_what_a_set_up_changes_in_git_is_told_to_each_task(
    harness: KeeperHarness, sample: Path
) -> None:
    """The first has the hooks that its tools put there, and the next has not."""
    hook = "git config core.hooksPath .husky; git tag from-set-up"
    agree(harness, sample, hook, *QUICK, ignored="when\n")
    harness.start_keeper()
    look = f"{LOOK}; git config core.hooksPath >> seen; git tag >> seen"
    first, second = (run(harness, sample, look) for _ in range(2))

    assert seen(harness, first)[2:] == [".husky", "from-set-up"]
    assert seen(harness, second) == seen(harness, first)[:2]
    for task, who in ((first, "the tasks after this one have"), (second, "this task")):
        (words,) = troubles(harness, task)
        assert f"changes git itself (branches, settings), and {who}" in words
        assert "`each_task`" in words


def test_a_set_up_that_a_human_mended_leaves_no_base(
    harness: KeeperHarness, sample: Path
) -> None:
    """What they changed in its box is in no commit."""
    agree(harness, sample, "test -e ~/mended || { touch ~/mended; exit 1; }")
    harness.start_keeper()
    task = until_failed(harness, harness.new_task(sample, "true"))
    harness.wish_done("setup", task=task.id, choice="again")

    assert harness.until_taken_in(task.id).exit_code == 0
    assert [*warm_bases.all_bases(harness.paths.bases)] == []


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("sandboxes:make_volume:after", marks=pytest.mark.long),
        "journal:StepDone:setup",
        pytest.param("sandboxes:remove_volume:before", marks=pytest.mark.long),
        "journal:StepDone:warm base",
        pytest.param("journal:WarmBaseUsed", marks=pytest.mark.long),
    ],
)
def test_a_keeper_that_dies_leaves_a_whole_base_or_none(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    agree(harness, sample, *INSTALL, ignored=IGNORED)
    body = {"repo": str(sample), "prompt": "work", "command": SEEN}
    wishes.insert(harness.paths.database, "new", body)
    die_at(harness, point)

    harness.start_keeper()
    task = harness.until_taken_in(1)

    assert (task.state, task.exit_code) == (State.STOPPED, 0)
    assert len(seen(harness, 1)) == 4
    names = warm_bases.names(harness.paths.bases)
    assert names == [each.name for each in warm_bases.all_bases(harness.paths.bases)]
    assert len(names) == 1
    assert len(harness.task_containers()) == 1
