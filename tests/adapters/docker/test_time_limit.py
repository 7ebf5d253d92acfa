"""What takes longer than it may is ended, and what is done in time is left alone."""

import threading

from swarm.adapters.docker.time_limit import time_limit


def test_a_block_that_takes_longer_is_ended_from_outside() -> None:
    ended = threading.Event()

    with time_limit(0.01, ended.set) as late:
        assert ended.wait(60)

    assert late.is_set()


def test_one_that_is_done_in_time_is_not() -> None:
    ended = list[str]()

    with time_limit(1000, lambda: ended.append("ended")) as late:
        pass

    assert (late.is_set(), ended) == (False, [])
