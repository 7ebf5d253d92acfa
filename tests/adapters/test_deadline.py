"""A piece of work has one time limit, however many steps it takes."""

import pytest

from swarm.adapters.deadline import Deadline
from swarm.adapters.git.process import Bounds, GitDir, run
from swarm.errors import ToolError


def test_what_is_left_shrinks() -> None:
    deadline = Deadline.after(1000, "the work")

    assert 0 < deadline.remaining() <= 1000


def test_after_it_nothing_begins_and_the_work_is_named() -> None:
    deadline = Deadline.after(0, "the work", hint="do less")

    with pytest.raises(ToolError, match=r"^the work took longer than 0 s") as over:
        run(GitDir(None, deadline=deadline), "version")
    assert over.value.hint == "do less"


def test_a_program_that_is_at_work_then_is_ended_and_the_work_is_named() -> None:
    """Its own limit is longer; a shorter one of its own is told as its own."""
    deadline, later = Deadline.after(0.3, "the work"), Deadline.after(60, "other")
    words = ("-c", "alias.hang=!sleep 60", "hang")

    with pytest.raises(ToolError, match=r"^the work took longer than 0\.3 seconds"):
        run(GitDir(None, deadline=deadline), *words)
    with pytest.raises(ToolError, match=r"^git hang: no answer within 0\.2 seconds"):
        run(GitDir(None, deadline=later), *words, bounds=Bounds(seconds=0.2))
