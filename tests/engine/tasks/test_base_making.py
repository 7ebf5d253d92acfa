"""A base is made of what a set-up left; `test_warm_start` makes them for real."""

import pytest

from swarm.adapters.git.worktree.untracked import WorktreeLook
from swarm.engine.tasks.base_making import NotKept, _require_unchanged


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"a": (1,), "b": (3,)}, "changes b of the commit"),
        ({"a": (1,)}, "changes b of the commit"),
        ({}, "changes a and 1 more of the commit"),
        ({"a": (1,), "b": (2,), "\x1b": (1,)}, r"changes \\x1b of the commit"),
    ],
)
def test_a_changed_file_of_the_commit_is_named(
    after: dict[str, tuple[int, ...]], words: str
) -> None:
    before = WorktreeLook(stamps={"a": (1,), "b": (2,)})

    with pytest.raises(NotKept, match=words):
        _require_unchanged(before, WorktreeLook(stamps=after))


def test_nothing_changed() -> None:
    look = WorktreeLook(stamps={"a": (1,)})

    _require_unchanged(look, WorktreeLook({"new": True}, {"a": (1,)}))
