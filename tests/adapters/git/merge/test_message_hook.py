"""The user's `commit-msg` hook runs on the message, on the user's side, or nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, hooks, prepare
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import Verdict
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import program
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree


def plant(repo: Path, text: str, place: str = ".git/hooks") -> Path:
    return program(repo / place, "commit-msg", text)


def ordered(task: TaskGit) -> MergeOrder:
    tree = take.take(task).tree
    return MergeOrder("main", "squash", tree, "Do it", "claude", message_hook=True)


def task_with_work(repo: Path) -> TaskGit:
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    return task


def message(task: TaskGit, order: MergeOrder) -> str:
    prepared = prepare.prepare(task, order)
    return sh_git(task.review_git, "log", "-1", "--format=%B", prepared.new)


def refused(task: TaskGit, seconds: float = 20.0) -> str:
    options = LandingOptions(hook_seconds=seconds)
    with pytest.raises(Refused) as error:
        prepare.prepare(task, ordered(task), options=options)
    assert sh_git(task.repo.root, "rev-parse", "main") == task.base
    assert sh_git(task.repo.root, "status", "--porcelain") == ""
    return error.value.message


def test_the_hook_may_change_the_message(repo: Path) -> None:
    """It sees the whole of it, with the trailers, in the user's checkout."""
    plant(repo, 'git interpret-trailers --in-place --trailer "Change-Id: I$(pwd)" "$1"')
    task = task_with_work(repo)

    text = message(task, replace(ordered(task), signoff=True))

    assert text.splitlines()[0] == "Do it"
    assert f"Change-Id: I{repo}" in text
    assert "Signed-off-by: Ann" in text
    assert sh_git(repo, "status", "--porcelain") == ""


def test_the_hook_runs_only_if_it_is_asked_for(repo: Path) -> None:
    """A human decides."""
    plant(repo, "exit 1")
    task = task_with_work(repo)

    assert message(task, replace(ordered(task), message_hook=False)).startswith("Do it")


def test_a_script_without_an_interpreter_runs_as_git_runs_it(repo: Path) -> None:
    """By the shell."""
    hook = repo / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('echo "Reviewed-by: me" >> "$1"\n')
    hook.chmod(0o755)
    task = task_with_work(repo)

    assert message(task, ordered(task)).endswith("Reviewed-by: me")


BROKEN = {
    "refuses": ("echo 'no ticket' >&2; exit 1", "no ticket"),
    "refuses in its output": ("echo 'no ticket'; exit 1", "no ticket"),
    "hangs": ("sleep 60", "no answer within 1 seconds"),
    "prints without end": ("cat /dev/zero", "more than"),
    "leaves nothing": (': > "$1"', "left no message"),
    "removes it": ('rm "$1"', "left no message"),
    "links": ('ln -sf /etc/hostname "$1"', "left no message"),
    "makes it endless": ('head -c 3000000 /dev/zero > "$1"', "left no message"),
    "dies": ("kill -9 $$", "refused the message"),
    "has no interpreter": ("#!/nonexistent/node\n", "not installed"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_hook_that_does_not_work_lands_nothing(repo: Path, how: str) -> None:
    """In its own words, and with its name."""
    script, words = BROKEN[how]
    hook = plant(repo, script)
    seconds = 1.0 if how == "hangs" else 20.0

    sentence = refused(task_with_work(repo), seconds)

    assert words in sentence
    assert str(hook) in sentence


def test_swarms_own_settings_do_not_reach_the_hook(repo: Path) -> None:
    """Git in a hook is the user's git: with its hooks, patterns and locks."""
    plant(
        repo,
        'env | grep -E "^GIT_|^HOME=" | sort >> "$1"; git config core.pager >> "$1"',
    )
    sh_git(repo, "config", "core.pager", "less")
    task = task_with_work(repo)

    lines = message(task, ordered(task)).splitlines()

    names = [line.partition("=")[0] for line in lines if "=" in line]
    assert names == ["GIT_DIR", "GIT_EDITOR", "GIT_PREFIX", "HOME"]
    assert lines[-1] == "less"


@pytest.mark.parametrize("place", [".githooks", ".husky/_"])
def test_a_hook_that_the_work_changes_is_not_run(repo: Path, place: str) -> None:
    """Neither the old one nor the new: what it says would not count any more."""
    script = place.replace("/_", "")
    program(repo / script, "commit-msg", "exit 0")
    (repo / ".gitignore").write_text("_/\n")
    commit_all(repo, "hooks")
    if place != script:
        plant(repo, f'sh {script}/commit-msg "$1"', place)
    sh_git(repo, "config", "core.hooksPath", place)
    task = task_with_work(repo)
    ran = repo.parent / "ran"
    program(task.worktree / script, "commit-msg", f"touch {ran}")

    [item] = hooks.items(task, ordered(task))
    sentence = refused(task)

    assert item.verdict is Verdict.REFUSED
    assert sentence == item.sentence
    assert not ran.exists()


def test_a_tracked_hook_that_stays_runs_as_it_lies_there(repo: Path) -> None:
    """It is the user's, now."""
    plant(repo, 'echo "Checked: yes" >> "$1"', ".githooks")
    commit_all(repo, "hooks")
    sh_git(repo, "config", "core.hooksPath", ".githooks")
    task = task_with_work(repo)
    prepared = prepare.prepare(task, ordered(task))

    apply.apply(task, prepared)

    assert sh_git(repo, "log", "-1", "--format=%B").endswith("Checked: yes")
