"""One place computes what a merge does, refuses and leaves out."""

from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.walk import IN_SUBMODULE
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.review import landing
from swarm.model.landing import Subject, from_json
from swarm.model.review import Hidden
from tests.engine.review.landing_lists import planned, task_with_new_file


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_new_file(repo)


def test_a_plain_repository_converts_nothing(task: TaskGit) -> None:
    """The tree that lands is the one that was reviewed."""
    listed = planned(task)

    assert listed.landing_tree == listed.tree
    assert not listed.conversions
    assert [item.subject for item in listed.items] == [Subject.IDENTITY]
    assert from_json(listed.to_json()) == listed


def test_a_patch_has_the_items_of_its_content_alone(task: TaskGit) -> None:
    """No branch moves, so no target is in its way."""
    hidden = (Hidden("sub/file", IN_SUBMODULE),)
    tree = take.take(task).tree

    listed = landing.patch_list(task, tree, hidden)

    assert [item.key for item in listed.items] == ["submodule:content"]
    assert (listed.strategy, listed.landing_tree) == ("patch", tree)
