"""A project's set-up runs in the box before its agent; one that fails waits."""

import json
import subprocess
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.engine.tasks import setup
from swarm.model import events
from swarm.model.task import SETUP_FAILED, State, Task
from swarm.store import wishes
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.test_deaths import die_at


def git(repo: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def agree(
    harness: KeeperHarness, repo: Path, *commands: str, ignored: str = ""
) -> None:
    """Commit a set-up, and a human's yes to it."""
    (repo / "swarm.toml").write_text(f"setup = {json.dumps(commands)}\n")
    (repo / ".gitignore").write_text(ignored)
    agree_to_what_stands_there(harness, repo)


def agree_to_what_stands_there(harness: KeeperHarness, repo: Path) -> None:
    """Commit all, and a human's yes to its `swarm.toml`."""
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "set-up")
    repository = Repository.open(repo, harness.paths.home)
    found = repository_project.read(harness.paths, repository, repository.head)
    repository_project.agree(harness.paths, repository.root, found.digest)


def until_failed(harness: KeeperHarness, task_id: int, times: int = 1) -> Task:
    """Block until the set-up has failed so many times, and the task waits."""

    def failures() -> int:
        recorded = harness.queries.events.after(task=task_id)
        return sum(isinstance(each.event, events.SetupFailed) for each in recorded)

    harness.until(lambda: failures() == times, "the set-up's failure")
    task = harness.queries.tasks.get(task_id)
    assert (task.state, task.setup) == (State.PROVISIONING, SETUP_FAILED)
    return task


def log_of(harness: KeeperHarness, task_id: int) -> str:
    return harness.paths.setup_log(task_id).read_text()


def test_it_is_done_before_the_agent_starts_in_the_same_box(
    harness: KeeperHarness, sample: Path
) -> None:
    """The same user, files, home, network and floor; and no terminal to ask on."""
    agree(
        harness,
        sample,
        "id -u > uid; cat README.md",
        "mkdir -p ~/tool; echo there > ~/tool/it; (read -r x || echo nobody) > asked",
        "cat /proc/self/status | grep -E 'CapEff|NoNewPrivs|Seccomp:' > floor",
    )
    harness.start_keeper()

    task = harness.until_taken_in(
        harness.new_task(sample, "cat uid ~/tool/it asked floor > seen; id -u >> seen")
    )

    seen = (harness.paths.worktree(task.id) / "seen").read_text().split()
    assert seen[0] == seen[-1] != "0"
    assert seen[1:3] == ["there", "nobody"]
    assert seen[3:9] == [
        *("CapEff:", "0000000000000000"),
        *("NoNewPrivs:", "1"),
        *("Seccomp:", "2"),
    ]
    steps = [
        each.event.step
        for each in harness.queries.events.after(task=task.id)
        if isinstance(each.event, events.StepDone)
    ]
    assert steps[-4:] == ["setup", "warm base", "sandbox", "start"]
    assert "[set-up 1/3] id -u > uid; cat README.md\n# sample\n" in log_of(
        harness, task.id
    )
    assert len(harness.task_containers()) == 1


def test_one_that_fails_waits_and_can_be_looked_at_and_run_again(
    harness: KeeperHarness, sample: Path
) -> None:
    """What a human mends in its box is there when it is run again."""
    agree(harness, sample, "echo first", "test -e ~/mended || exit 7", "echo done")
    harness.start_keeper()
    task = until_failed(harness, harness.new_task(sample, "cat ~/mended > seen"))

    assert task.reason == (
        "set-up command 2 of 3 ended with 7: test -e ~/mended || exit 7"
    )
    assert f"swarm setup {task.id} --again" in task.hint
    assert "[set-up] that ended with 7" in log_of(harness, task.id)

    shell = harness.wish_done("shell", task=task.id, command=["touch", "mended"])
    subprocess.run([*shell["argv"]], check=True, stdin=subprocess.DEVNULL)
    harness.wish_done("setup", task=task.id, choice="again")
    task = until_failed(harness, task.id, times=2)
    shell = harness.wish_done(
        "shell", task=task.id, command=["sh", "-c", "echo it > ~/mended"]
    )
    subprocess.run([*shell["argv"]], check=True, stdin=subprocess.DEVNULL)
    assert harness.wish_done("retry", task=task.id)["tasks"] == [task.id]
    task = harness.until_taken_in(task.id)

    worktree = harness.paths.worktree(task.id)
    assert (task.exit_code, (worktree / "seen").read_text()) == (0, "it\n")
    assert (worktree / "mended").exists()
    assert task.setup == ""
    assert len(harness.task_containers()) == 1


def test_one_that_fails_is_gone_without(harness: KeeperHarness, sample: Path) -> None:
    """And a task that goes on later does not run it either."""
    agree(harness, sample, "echo ran >> ran; exit 1")
    harness.start_keeper()
    task = until_failed(harness, harness.new_task(sample, "cat ran"))

    harness.wish_done("setup", task=task.id, choice="skip")
    task = harness.until_taken_in(task.id)

    worktree = harness.paths.worktree(task.id)
    assert (task.exit_code, (worktree / "ran").read_text()) == (0, "ran\n")
    refused = harness.wish("setup", task=task.id, choice="skip")
    assert "has not failed" in refused.message
    assert harness.net_namespaces() == set()


@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_a_stop_ends_it_while_it_runs_and_while_it_waits(
    harness: KeeperHarness, sample: Path, verb: str
) -> None:
    """Nothing of the launch stays; a stop waits for no set-up's end."""
    agree(harness, sample, "test -e stays || { echo here; sleep 600; }", "exit 1")
    harness.start_keeper()
    running = harness.new_task(sample, "true")
    harness.until(
        lambda: (
            harness.paths.setup_log(running).exists()
            and "here" in log_of(harness, running)
        ),
        "the set-up",
    )

    harness.wish_done(verb, task=running)
    task = harness.queries.tasks.get(running)

    assert (task.state, task.reason) == (State.FAILED, setup.STOPPED)
    assert "here" in log_of(harness, running)
    agree(harness, sample, "exit 1")
    waiting = until_failed(harness, harness.new_task(sample, "true")).id
    harness.wish_done(verb, task=waiting)
    assert harness.queries.tasks.get(waiting).state is State.FAILED
    assert harness.task_containers() == []
    volumes = harness.context.containers.volumes(harness.context.home_labels)
    assert [name for name in volumes if "-gate-" not in name] == []
    assert git(sample, "branch", "--list", "swarm/*") == ""
    harness.wish_done("discard", task=waiting)
    harness.wish_done("rm", task=waiting)


@pytest.mark.parametrize(
    "point",
    [
        "journal:StepProgress:setup",
        pytest.param("sandboxes:await_end:after", marks=pytest.mark.long),
        pytest.param("journal:StepDone:setup", marks=pytest.mark.long),
    ],
)
def test_a_keeper_that_dies_in_it_leaves_it_to_the_next(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    """It is run anew, over nothing of the first run."""
    agree(harness, sample, "test ! -e ran && echo ran > ran", ignored="ran")
    body = {"repo": str(sample), "prompt": "work", "command": "cat ran > seen"}
    wishes.insert(harness.paths.database, "new", body)
    die_at(harness, point)

    harness.start_keeper()
    task = harness.until_taken_in(1)

    assert (harness.paths.worktree(task.id) / "seen").read_text() == "ran\n"
    assert len(harness.task_containers()) == 1
    assert not harness.queries.events.of_kind(events.SetupFailed)


def test_a_keeper_that_ends_does_not_wait_for_it(
    harness: KeeperHarness, sample: Path
) -> None:
    agree(harness, sample, "test -e /nowhere || { echo here; sleep 600; }")
    harness.start_keeper()
    task_id = harness.new_task(sample, "true")
    log = harness.paths.setup_log(task_id)
    harness.until(lambda: log.exists() and "here" in log.read_text(), "the set-up")

    harness.stop_keepers()
    assert harness.queries.tasks.get(task_id).state in (
        State.PROVISIONING,
        State.QUEUED,
    )
    harness.start_keeper()
    harness.until(
        lambda: (
            harness.queries.events.last(events.TaskRequeued, task_id) is not None
            and log.exists()
            and "here" in log.read_text()
        ),
        "the set-up of the second keeper",
    )
    harness.wish_done("stop", task=task_id)

    assert harness.task_containers() == []


def test_one_that_failed_waits_through_the_keepers_end(
    harness: KeeperHarness, sample: Path
) -> None:
    agree(harness, sample, "test -e ~/mended")
    harness.start_keeper()
    task = until_failed(harness, harness.new_task(sample, "true"))
    harness.stop_keepers()
    harness.context.containers.remove(harness.context.names(task.id).setup_box)

    harness.start_keeper()
    shell = harness.wish("shell", task=task.id, command=["true"])

    assert "set-up has ended" in shell.message
    assert harness.queries.tasks.get(task.id).setup == SETUP_FAILED
    harness.wish_done("setup", task=task.id, choice="skip")
    assert harness.until_taken_in(task.id).exit_code == 0


def test_what_no_human_agreed_to_is_not_run(
    harness: KeeperHarness, sample: Path
) -> None:
    (sample / "swarm.toml").write_text('setup = ["touch ran"]\n')
    git(sample, "add", "-A")
    git(sample, "commit", "-qm", "set-up")
    harness.start_keeper()

    task = harness.until_taken_in(harness.new_task(sample, "ls > seen"))

    assert "ran" not in (harness.paths.worktree(task.id) / "seen").read_text()
    assert not harness.paths.setup_log(task.id).exists()
