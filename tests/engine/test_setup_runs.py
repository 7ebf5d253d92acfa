"""A stop counts while it waits, and a keeper's end until the next begins."""

import threading
from contextlib import nullcontext

import pytest

from swarm.engine.setup_runs import SetupRuns


def test_a_stop_counts_for_its_task_and_as_long_as_it_waits() -> None:
    runs = SetupRuns()

    with runs.stopping(1), runs.stopping(1):
        assert (runs.is_stopped(1), runs.is_stopped(2)) == (True, False)

    assert not runs.is_stopped(1)


@pytest.mark.parametrize("way", ["stop", "close", "late", "over"])
def test_a_set_up_is_ended_until_it_has_ended(way: str) -> None:
    """The first attempt may come before what it is to end."""
    runs, ended = SetupRuns(), threading.Event()
    stopping = runs.stopping(1) if way == "stop" else nullcontext()

    with runs.guarded(1, 0.01 if way == "late" else 600, ended.set), stopping:
        if way == "close":
            runs.close()
        assert way == "over" or ended.wait(30)

    assert ended.is_set() is (way != "over")


def test_one_makes_a_base_and_the_others_wait() -> None:
    runs, log = SetupRuns(), list[str]()

    def second() -> None:
        with runs.making("key", 2):
            log.append("second")

    with runs.making("key", 1):
        thread = threading.Thread(target=second)
        thread.start()
        with runs.making("other", 3):
            log.append("other")
        log.append("first")
    thread.join(30)

    assert log == ["other", "first", "second"]


def test_a_stop_ends_the_wait_for_a_base_too() -> None:
    runs = SetupRuns()

    with runs.making("key", 1), runs.stopping(2), runs.making("key", 2):
        pass
    with runs.making("key", 3):
        pass


def test_a_keeper_ends_and_another_begins() -> None:
    runs = SetupRuns()
    runs.close()
    assert runs.is_closed

    runs.open()

    assert not runs.is_closed
