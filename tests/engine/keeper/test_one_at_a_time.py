"""Work of one name is under way once; what it raises frees the name."""

from collections.abc import Callable

import pytest

from swarm.engine.keeper.one_at_a_time import OneAtATime, Work


def test_what_is_under_way_is_not_begun_again() -> None:
    begun: list[Work] = []
    works = OneAtATime(begun.append)

    for name in ("disks", "screens", "disks"):
        works.begin(name, lambda: None)

    assert len(begun) == 2
    assert not works.is_free("disks")
    begun[0]()
    assert works.is_free("disks")
    assert not works.is_idle
    begun[1]()
    assert works.is_idle


def test_work_that_fails_frees_its_name() -> None:
    begun: list[Work] = []
    works = OneAtATime(begun.append)
    works.begin("disks", lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        begun[0]()

    assert works.is_free("disks")


def test_a_name_is_free_once_its_caller_frees_it() -> None:
    """One that read the tasks before the work ended must not begin it again."""
    begun: list[Work] = []
    frees: list[Callable[[], None]] = []
    works = OneAtATime(begun.append, frees.append)
    works.begin(7, lambda: None)
    begun[0]()

    works.begin(7, lambda: None)
    assert len(begun) == 1

    frees[0]()
    works.begin(7, lambda: None)
    assert len(begun) == 2
