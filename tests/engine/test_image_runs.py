"""A build is shared by all who want its image, and ends for all of them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from swarm.engine.image_runs import ImageRuns, LeftToTheNextKeeper
from swarm.errors import Cancelled, SwarmError, ToolError
from swarm.ports import Images
from tests.fakes import FakeImages


class Making:
    """A build that goes on until it is let go or stopped."""

    def __init__(self) -> None:
        self.engines: list[Images] = []
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.error: SwarmError | None = None

    def make(self, engine: Images) -> None:
        self.engines.append(engine)
        self.begun.set()
        while not self.let_go.wait(0.01):
            if engine.is_stopped:
                raise Cancelled("it was ended")
        if self.error:
            raise self.error


def _two(runs: ImageRuns, making: Making, act: str) -> list[BaseException | None]:
    """Two want one image; how it ended for each."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(runs.run, "a", FakeImages(), making.make)
        assert making.begun.wait(60)
        second = pool.submit(runs.run, "a", FakeImages(), making.make)
        {
            "let go": making.let_go.set,
            "stop": lambda: runs.stop("a"),
            "close": runs.close,
        }[act]()
        return [first.exception(10), second.exception(10)]


def test_both_have_what_one_built() -> None:
    runs, making = ImageRuns(), Making()
    ends = _two(runs, making, "let go")
    assert ends == [None, None]
    assert not runs.stop("a")


def test_a_failure_is_both_s() -> None:
    making = Making()
    making.error = ToolError("no network")
    assert {str(end) for end in _two(ImageRuns(), making, "let go")} == {"no network"}


def test_a_stop_ends_it_for_both() -> None:
    ends = _two(ImageRuns(), Making(), "stop")
    assert all(isinstance(end, Cancelled) for end in ends)


def test_a_keeper_that_ends_leaves_the_wish_to_the_next() -> None:
    runs, making = ImageRuns(), Making()
    ends = _two(runs, making, "close")
    assert all(isinstance(end, LeftToTheNextKeeper) for end in ends)
    with pytest.raises(LeftToTheNextKeeper):
        runs.run("b", FakeImages(), making.make)
    runs.open()
    making.let_go.set()
    runs.run("b", FakeImages(), making.make)
