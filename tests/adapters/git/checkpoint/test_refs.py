"""Trees are kept by refs of our own, and dropped without harm to the others."""

import pytest

from swarm.adapters.git.checkpoint import refs
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from tests.adapters.git.git_helpers import sh_git


def test_a_checkpoint_is_a_ref_of_the_review_directory_alone(task: TaskGit) -> None:
    """Number 0 is the base; the user's repository has no ref more."""
    tree = refs.tree_of(task, 1)

    assert sh_git(task.review_git, "rev-parse", "refs/swarm/1/checkpoint/1") == tree
    assert refs.tree_of(task, 0) == take.take(task).base_tree != tree
    assert "checkpoint" not in sh_git(task.repo.root, "for-each-ref")


def test_dropping_a_ref_leaves_its_objects(task: TaskGit) -> None:
    """Imported commits may share them."""
    tree = refs.tree_of(task, 1)

    refs.drop_refs(task, [1, 7])

    with pytest.raises(Refused, match="no checkpoint 1"):
        refs.tree_of(task, 1)
    assert sh_git(task.review_git, "cat-file", "-t", tree) == "tree"


def test_one_that_is_not_there_is_refused(task: TaskGit) -> None:
    with pytest.raises(Refused, match="no checkpoint 7"):
        refs.tree_of(task, 7)


def test_what_is_given_up_takes_nothing_from_the_rest(task: TaskGit) -> None:
    """What only the dropped ones held is erased; every other tree is whole."""
    file = task.worktree / "notes" / "todo"
    for number in range(2, 6):
        file.write_text(f"version {number}\n")
        refs.add_ref(task, number, take.take(task).tree)
    file.write_text("looked at\n")
    looked_at = take.take(task).tree
    file.write_text("version 5\n")

    erased = refs.drop_with_objects(task, [1, 2, 3], [looked_at])

    assert erased == 9  # each held a blob and two trees of its own
    for tree in (refs.tree_of(task, 4), refs.tree_of(task, 5), looked_at):
        sh_git(task.review_git, "rev-list", "--objects", tree)
    with pytest.raises(Refused):
        refs.tree_of(task, 3)
    assert sh_git(task.review_git, "show", f"{refs.tree_of(task, 4)}:notes/todo") == (
        "version 4"
    )


def test_giving_up_twice_is_fine(task: TaskGit) -> None:
    assert refs.drop_with_objects(task, [1], []) == 3
    assert refs.drop_with_objects(task, [1], []) == 0
    refs.drop_refs(task, [1])


def test_the_users_objects_are_never_erased(task: TaskGit) -> None:
    """A checkpoint equal to a commit of the user's holds none of its own."""
    refs.add_ref(task, 2, take.take(task).base_tree)

    assert refs.drop_with_objects(task, [2], []) == 0
    sh_git(task.repo.root, "fsck", "--strict")
