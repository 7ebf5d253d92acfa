"""Programs that write a checkout from the agent's bytes are named."""

from pathlib import Path

from swarm.adapters.git.merge import conversion, smudge
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import add_rule, use_cipher, use_pointers
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree


def items(task: TaskGit, target: str = "main") -> tuple[LandingItem, ...]:
    order = MergeOrder(target, "squash", take.take(task).tree, "x", "claude")
    return smudge.items(task, order, conversion.convert(task, order))


def task_with(repo: Path, *names: str) -> TaskGit:
    commit_all(repo, "rules")
    task = task_with_worktree(repo)
    for name in names:
        (task.worktree / name).write_text("x\n")
    return task


def test_each_filter_of_a_changed_path_is_named(repo: Path) -> None:
    """By one key for a filter, that a human acknowledges."""
    use_pointers(repo)
    use_cipher(repo)
    task = task_with(repo, "a.bin", "b.bin", "c.key", "d.txt")

    named = {item.key: item for item in items(task)}

    assert set(named) == {"smudge:pointers", "smudge:cipher"}
    assert {(i.subject, i.verdict) for i in named.values()} == {
        (Subject.SMUDGE, Verdict.NAMED)
    }
    assert named["smudge:pointers"].paths == ("a.bin", "b.bin")
    assert "programs/cipher" in named["smudge:cipher"].sentence


def test_nothing_is_named_where_nothing_is_written(repo: Path) -> None:
    """No changed path of the filter's; or a target that is checked out nowhere."""
    use_pointers(repo)
    sh_git(repo, "branch", "elsewhere")
    task = task_with(repo, "d.txt")
    assert items(task) == ()
    (task.worktree / "a.bin").write_text("x\n")
    assert items(task)
    assert items(task, "elsewhere") == ()


def test_pointers_that_stay_pointers_are_told(repo: Path) -> None:
    """A merge fetches nothing, so LFS writes pointers into the checkout."""
    add_rule(repo, "*.bin filter=lfs -text")
    sh_git(repo, "config", "filter.lfs.smudge", "git-lfs smudge -- %f")
    task = task_with(repo, "a.bin")

    [item] = items(task)

    assert item.key == "smudge:lfs"
    assert "git lfs pull" in item.sentence
