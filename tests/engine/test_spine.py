"""From a prompt to a merged branch, on the real engine, tmux and git."""

import subprocess
from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from swarm.plan import hardening
from tests.engine.keeper_harness import KeeperHarness

WORK = """
set -e
echo 'def add(a, b): return a + b' > calc.py
git add calc.py
git commit -qm 'add a function'
echo untracked > note.txt
"""


def _git(repo: Path, *argv: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *argv], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_prompt_becomes_a_commit_of_the_users(
    harness: KeeperHarness, sample: Path
) -> None:
    """Queued, launched, stopped, taken in, merged: the bytes are on main, and ours."""
    harness.start_keeper()

    task = harness.until_taken_in(harness.new_task(sample, WORK))
    assert (task.state, task.exit_code, task.review.commits) == (State.STOPPED, 0, 1)
    assert (task.review.files, task.review.added) == (2, 2)
    result = harness.wish_done("merge", task=task.id, accepted="all")

    assert harness.queries.tasks.get(task.id).state is State.MERGED
    assert _git(sample, "rev-parse", "main") == result["commit"]
    assert (sample / "calc.py").read_text() == "def add(a, b): return a + b\n"
    assert _git(sample, "status", "--porcelain") == ""
    assert (sample / "calc.py").stat().st_uid == sample.stat().st_uid


def test_the_running_container_keeps_every_line_of_the_floor(
    harness: KeeperHarness, sample: Path
) -> None:
    """`docker inspect` of what runs, not of what was asked for."""
    harness.start_keeper()
    task_id = harness.new_task(sample, "sleep 600")
    harness.until_state(task_id, State.LIVE)

    facts = harness.context.containers.inspect(harness.context.names(task_id).sandbox)

    assert facts is not None
    assert facts.status == "running"
    assert hardening.inspected_faults(facts.raw) == []


def test_stop_pause_resume_and_send_do_what_they_say(
    harness: KeeperHarness, sample: Path
) -> None:
    """Each is recorded only once the world agrees."""
    harness.start_keeper()
    task_id = harness.new_task(sample, 'read line; echo "$line" > said.txt; sleep 600')
    harness.until_state(task_id, State.LIVE)
    name = harness.context.names(task_id).sandbox

    harness.wish_done("pause", task=task_id)
    facts = harness.context.containers.inspect(name)
    assert facts is not None
    assert facts.status == "paused"
    assert harness.wish("send", task=task_id, text="no").outcome == "refused"
    harness.wish_done("resume", task=task_id)
    harness.wish_done("send", task=task_id, text="hello")
    said = harness.paths.worktree(task_id) / "said.txt"
    harness.until(said.exists, "the agent read what was sent")
    harness.wish_done("kill", task=task_id)

    task = harness.queries.tasks.get(task_id)
    assert (task.state, task.reason) == (State.STOPPED, "killed by you")


def test_a_discard_can_be_taken_back_and_rm_never_destroys_work(
    harness: KeeperHarness, sample: Path
) -> None:
    """The way back from what looks destructive."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))

    assert "destroy" in harness.wish("rm", task=task.id).message
    harness.wish_done("discard", task=task.id)
    harness.wish_done("restore", task=task.id)
    assert (harness.paths.worktree(task.id) / "note.txt").exists()
    harness.wish_done("discard", task=task.id)
    harness.wish_done("rm", task=task.id)

    assert not harness.paths.worktree(task.id).exists()
    assert harness.task_containers() == []
    assert _git(sample, "branch", "--list", "swarm/*") == ""
    assert _git(sample, "worktree", "list").count("\n") == 0


def test_the_queue_holds_what_has_no_place(
    harness: KeeperHarness, sample: Path
) -> None:
    """`max_running` is kept, and a place that falls free is given on."""
    harness.configure("max_running = 1\n")
    harness.start_keeper()
    first, second = (harness.new_task(sample, "sleep 600") for _ in range(2))
    harness.until_state(first, State.LIVE)
    assert harness.queries.tasks.get(second).state is State.QUEUED

    harness.wish_done("kill", task=first)

    harness.until_state(second, State.LIVE)


def test_a_command_that_fails_says_so(harness: KeeperHarness, sample: Path) -> None:
    """The exit status is kept; the work is taken in all the same."""
    harness.start_keeper()

    task = harness.until_taken_in(
        harness.new_task(sample, "echo half > half.txt; exit 7")
    )

    assert (task.state, task.exit_code, task.review.files) == (State.STOPPED, 7, 1)


def test_a_missing_image_fails_the_wish_with_the_way_out(
    harness: KeeperHarness, sample: Path
) -> None:
    """Nothing is queued that could not start."""
    harness.configure('[sandbox]\nimage = "no/such:1"\n')
    harness.start_keeper()

    wish = harness.wish("new", repo=str(sample), prompt="p", command="true")

    assert wish.outcome == "refused"
    assert "no/such:1" in wish.message
    assert "docker pull" in wish.hint


def test_every_step_of_a_launch_is_told_with_its_time(
    harness: KeeperHarness, sample: Path
) -> None:
    """Progress is events, so that any front end can show it."""
    harness.start_keeper()
    task_id = harness.new_task(sample, "true")
    harness.until_taken_in(task_id)

    steps = [
        r.event.step
        for r in harness.queries.events.after(task=task_id)
        if isinstance(r.event, events.StepDone)
    ]

    assert steps == ["base", "worktree", "net", "sandbox", "start"]


def test_settings_name_branch_and_place_and_a_taken_name_is_passed_over(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    """The task's branch is the one it got; it keeps its place."""
    trees = tmp_path / "trees"
    harness.configure(f'branch_prefix = "me/agents-"\nworktrees = "{trees}"\n')
    _git(sample, "branch", "me/agents-1-work")
    harness.start_keeper()
    task_id = harness.new_task(sample, f"{WORK}read line", name="work")
    harness.until_state(task_id, State.LIVE)
    harness.configure("")

    task = harness.queries.tasks.get(task_id)
    place = trees / f"{harness.paths.tag}-{task_id}"
    assert (task.branch, task.worktree) == ("me/agents-1-work-2", str(place))
    assert f"{place} " in _git(sample, "worktree", "list")
    harness.wish_done("send", task=task_id, text="go")
    harness.until_taken_in(task_id)
    harness.wish_done("merge", task=task_id, accepted="all")
    harness.wish_done("rm", task=task_id)

    assert (sample / "calc.py").exists()
    assert not place.exists()
    assert _git(sample, "branch", "--format=%(refname:short)").split() == [
        "main",
        "me/agents-1-work",
    ]


def test_a_partial_clone_goes_the_whole_round(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    """The files of its history are elsewhere; its own commits come home."""
    _git(sample, "config", "uploadpack.allowFilter", "true")
    for text in ("one", "two"):
        (sample / "big.txt").write_text(text)
        _git(sample, "add", "big.txt")
        _git(sample, "commit", "-qm", text)
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{sample}", str(clone))
    _git(clone, "config", "user.name", "Ann")
    _git(clone, "config", "user.email", "ann@example.org")
    branch = _git(clone, "symbolic-ref", "--short", "HEAD")
    harness.start_keeper()

    no = harness.wish("new", repo=str(clone), command="true", base="HEAD~1")
    assert "lacks at least 1 object of" in no.message
    assert "fetch --refetch --no-filter" in no.hint
    task = harness.until_taken_in(harness.new_task(clone, WORK, base=f"heads/{branch}"))
    assert task.review.commits == 1
    harness.wish_done("merge", task=task.id, accepted="all", strategy="merge")

    assert (clone / "calc.py").exists()
    assert _git(clone, "status", "--porcelain") == ""
