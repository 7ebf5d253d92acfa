"""A base is made of what a set-up left; `test_warm_start` makes them for real."""

from pathlib import Path

import pytest

from swarm.adapters.git.worktree.untracked import WorktreeLook
from swarm.agents import registry
from swarm.engine.tasks.base_making import (
    NotKept,
    _require_no_login,
    _require_unchanged,
)


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


def test_a_home_with_a_login_is_no_base(tmp_path: Path) -> None:
    """Nor one with a link on the way to it: what is behind it is not looked at."""
    kimi = registry.find("kimi")
    file = tmp_path / "home" / ".kimi-code" / "credentials" / "kimi-code.json"
    file.parent.mkdir(parents=True)
    (file.parent / "other").touch()
    _require_no_login(tmp_path / "home", kimi)

    file.touch()
    with pytest.raises(NotKept, match=r"kimi-code\.json"):
        _require_no_login(tmp_path / "home", kimi)

    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".kimi-code").symlink_to("/nowhere")
    with pytest.raises(NotKept, match=r"kimi-code\.json"):
        _require_no_login(tmp_path / "linked", kimi)
