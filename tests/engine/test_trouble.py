"""Bad input and a bad world: each gets a sentence; nothing of the user's changes."""

import subprocess
from pathlib import Path

import pytest

from swarm.engine.parts import EngineParts
from swarm.engine.tasks import observation
from swarm.model import events
from swarm.model.task import State, Task
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from tests.engine.keeper_harness import KeeperHarness


def _git(repo: Path, *argv: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *argv], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("body", "says", "hint"),
    [
        ({"prompt": ""}, "no agent was chosen", "--run COMMAND"),
        ({"prompt": "", "agent": "command"}, "the prompt is empty", "--run"),
        ({"prompt": "p", "agent": "hal"}, "no agent 'hal'", "command"),
        ({"prompt": "p", "agent": "command"}, "needs a command", "--run"),
        ({"prompt": "p" * 200_000, "command": "true"}, "longer than", "file"),
        ({"prompt": "p", "command": "true", "copies": 10**9}, "1000000000 copies", ""),
        ({"prompt": "p", "command": "true", "after": [77]}, "no task 77", "swarm ls"),
        ({"prompt": "p", "command": "true", "base": "nope"}, "nope", ""),
    ],
)
def test_a_wish_that_cannot_be_is_refused_whole(
    harness: KeeperHarness, sample: Path, body: dict[str, object], says: str, hint: str
) -> None:
    """Nothing is queued, and the sentence says what to do instead."""
    harness.start_keeper()

    wish = harness.wish("new", repo=str(sample), **body)

    assert wish.outcome == "refused"
    assert says in wish.message
    assert hint in wish.hint
    assert harness.queries.tasks.all() == []


def test_a_launch_that_fails_as_nobody_foresaw_is_a_failed_task(
    harness: KeeperHarness, sample: Path
) -> None:
    """It would else begin for ever; nothing of it stays."""
    (harness.paths.etc_swarm(1) / "passwd").mkdir(parents=True)
    harness.start_keeper()

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "unexpectedly: IsADirectoryError" in task.reason
    assert harness.task_containers() == []


def test_a_prompt_is_data_whatever_it_holds(
    harness: KeeperHarness, sample: Path
) -> None:
    """100 kB with quotes, newlines and escape sequences arrive as they were sent."""
    prompt = "'\"`$(touch /tmp/x)\n\x1b]0;title\x07‮" + "x" * 100_000
    command = 'printf %s "$SWARM_PROMPT" > prompt.txt'
    harness.start_keeper()

    task = harness.until_taken_in(harness.new_task(sample, command, prompt=prompt))

    written = harness.paths.worktree(task.id) / "prompt.txt"
    assert written.read_bytes() == prompt.encode()


def test_a_corrupt_config_refuses_new_tasks_and_spares_the_others(
    harness: KeeperHarness, sample: Path
) -> None:
    """File, line and key; a task that runs goes on, and mending the file is enough."""
    harness.start_keeper()
    running = harness.new_task(sample, "sleep 600")
    harness.until_state(running, State.LIVE)
    config = harness.paths.home / "config.toml"
    config.write_text("max_runing = 3\n")

    wish = harness.wish("new", repo=str(sample), prompt="p", command="true")
    assert f"{config}:1: max_runing: unknown key" in wish.message
    assert harness.queries.tasks.get(running).state is State.LIVE
    harness.configure("max_running = 3")

    harness.until_taken_in(harness.new_task(sample, "true"))


def test_a_branch_of_that_name_is_left_alone(
    harness: KeeperHarness, sample: Path
) -> None:
    """The user's branch is theirs; the task gets the next free name."""
    tip = _git(sample, "rev-parse", "main")
    _git(sample, "branch", "swarm/1-do-it")
    harness.start_keeper()
    body = {"repo": str(sample), "prompt": "do it", "command": "true"}
    task_id = int(harness.wish_done("new", **body)["tasks"][0])
    harness.until_taken_in(task_id)

    assert harness.queries.tasks.get(task_id).branch == "swarm/1-do-it-2"
    assert _git(sample, "rev-parse", "swarm/1-do-it") == tip


def test_a_runtime_that_the_engine_lacks_fails_with_its_words(
    harness: KeeperHarness, sample: Path
) -> None:
    """Every step is undone: no container, volume, worktree or branch is left."""
    harness.configure('[sandbox]\nruntime = "nosuch"\n')
    harness.start_keeper()
    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "nosuch" in task.reason
    assert harness.task_containers() == []
    assert (
        harness.context.containers.volumes(
            {TASK_LABEL: "1", **harness.context.home_labels}
        )
        == []
    )
    assert harness.net_namespaces() == set()
    assert _git(sample, "branch", "--list", "swarm/*") == ""


def test_a_dirty_checkout_refuses_the_merge_and_keeps_both(
    harness: KeeperHarness, sample: Path
) -> None:
    """What the user has not committed is worth more than our merge."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, "echo theirs >> README.md"))
    (sample / "README.md").write_text("mine, not committed\n")

    wish = harness.wish("merge", task=task.id)

    assert wish.outcome == "refused"
    assert "README.md" in wish.message
    assert (sample / "README.md").read_text() == "mine, not committed\n"
    assert harness.queries.tasks.get(task.id).state is State.STOPPED


def test_a_conflict_names_the_paths_and_leaves_no_trace(
    harness: KeeperHarness, sample: Path
) -> None:
    """No MERGE_HEAD, no markers: the user's checkout is as it was."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, "echo theirs > README.md"))
    (sample / "README.md").write_text("ours\n")
    _git(sample, "commit", "-qam", "ours")

    wish = harness.wish("merge", task=task.id)

    assert wish.outcome == "refused"
    assert "README.md" in wish.message
    assert _git(sample, "status", "--porcelain") == ""
    assert not (sample / ".git" / "MERGE_HEAD").exists()


def test_what_runs_on_the_host_is_not_merged_unacknowledged(
    harness: KeeperHarness, sample: Path
) -> None:
    """The gate before the merge: each path by name, or nothing."""
    harness.start_keeper()
    work = "mkdir .husky; echo evil > .husky/pre-commit; echo fine > fine.txt"
    task = harness.until_taken_in(harness.new_task(sample, work))

    refused = harness.wish("merge", task=task.id)
    assert refused.outcome == "refused"
    assert ".husky/pre-commit" in refused.message
    assert (
        harness.wish("merge", task=task.id, accepted=["fine.txt"]).outcome == "refused"
    )

    harness.wish_done("merge", task=task.id, accepted=[".husky/pre-commit"])
    assert (sample / ".husky" / "pre-commit").exists()


def test_another_tree_than_the_reviewed_one_is_not_merged(
    harness: KeeperHarness, sample: Path
) -> None:
    """An approval is of bytes, not of a name."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, "echo one > a.txt"))
    (harness.paths.worktree(task.id) / "a.txt").write_text("two\n")

    wish = harness.wish("merge", task=task.id, tree=task.review.tree)

    assert wish.outcome == "refused"
    assert "no longer what was reviewed" in wish.message
    assert _git(sample, "rev-list", "--count", "main") == "1"


def test_a_task_that_follows_another_starts_from_its_merged_work(
    harness: KeeperHarness, sample: Path
) -> None:
    """`--after` waits for the merge, and the base is the branch as it then is."""
    harness.start_keeper()
    first = harness.until_taken_in(harness.new_task(sample, "echo one > one.txt"))
    second = harness.new_task(sample, "cp one.txt two.txt", after=[first.id])
    assert harness.queries.tasks.get(second).state is State.QUEUED

    harness.wish_done("merge", task=first.id)
    task = harness.until_taken_in(second)

    assert (task.exit_code, task.review.files) == (0, 1)


def test_a_task_that_follows_a_discarded_one_says_so(
    harness: KeeperHarness, sample: Path
) -> None:
    """It must not wait for ever in silence."""
    harness.start_keeper()
    first = harness.until_taken_in(harness.new_task(sample, "true"))
    second = harness.new_task(sample, "true", after=[first.id])

    harness.wish_done("discard", task=first.id)

    assert "rejected" in harness.until_state(second, State.FAILED).reason


def test_memory_beyond_the_limit_ends_the_agent_and_says_why(
    harness: KeeperHarness, sample: Path
) -> None:
    """`out of memory` in words, not 137."""
    harness.configure('[sandbox]\nmemory = "64MiB"\n')
    harness.start_keeper()
    hog = 'python3 -c "x = bytearray(500_000_000); print(len(x))"; exit $?'

    task = harness.until_taken_in(harness.new_task(sample, hog))

    assert task.exit_code != 0


def test_gc_takes_what_is_merged_and_what_no_task_knows(
    harness: KeeperHarness, sample: Path
) -> None:
    """And names it first."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, "echo x > x.txt"))
    harness.wish_done("merge", task=task.id)

    named = harness.wish_done("gc", dry_run=True)
    assert named["found"] == [f"task {task.id} do-it (merged)"]
    assert named["removed"] == []
    harness.wish_done("gc")

    assert harness.queries.tasks.get(task.id).removed
    assert harness.task_containers() == []


def _nets(harness: KeeperHarness) -> list[str]:
    labels = {HOME_LABEL: harness.paths.tag, KIND_LABEL: "net"}
    found = harness.context.containers.all(labels)
    return [facts.name for facts in found if facts.status == "running"]


def test_nets_that_died_in_the_pool_are_handed_to_nobody(
    harness: KeeperHarness, sample: Path
) -> None:
    """Whatever ended them: each task has one that works."""
    harness.configure("", ready=3)
    harness.start_keeper()
    harness.until(lambda: len(_nets(harness)) == 3, "the pool")
    for name in _nets(harness):
        harness.context.containers.kill(name)

    for _ in range(2):
        task = harness.until_taken_in(harness.new_task(sample, "true"))
        assert (task.state, task.exit_code) == (State.STOPPED, 0)


def test_a_net_that_dies_under_a_start_is_replaced_once(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task starts in another one, and is told of it."""
    begin, killed = observation.begin, list[str]()

    def begin_and_kill(parts: EngineParts, task: Task) -> None:
        begin(parts, task)
        if not killed:
            killed.append(parts.nets.gate.names.net(task.net.name))
            parts.context.containers.kill(killed[0])

    monkeypatch.setattr(observation, "begin", begin_and_kill)
    harness.start_keeper()

    task = harness.until_taken_in(harness.new_task(sample, "echo x > x"))

    assert (task.state, task.exit_code, task.review.files) == (State.STOPPED, 0, 1)
    told = [known.event for known in harness.queries.events.after(task=task.id)]
    (trouble,) = (event for event in told if isinstance(event, events.Trouble))
    assert "non running" in trouble.reason
    assert killed[0] not in _nets(harness)
