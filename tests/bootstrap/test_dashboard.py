import gc
from collections.abc import Callable, Iterator

import pytest
from textual.app import App

from swarm.bootstrap.dashboard import paused_collector


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The tests after these collect as before, also what was frozen here."""
    yield
    gc.unfreeze()
    gc.enable()


class _Painting(App[None]):
    """Notes whether the collector ran before its first paint and after it."""

    def __init__(self, resume: Callable[[], None]) -> None:
        super().__init__()
        self._resume = resume
        self.was_enabled: list[bool] = []

    def on_mount(self) -> None:
        self.was_enabled.append(gc.isenabled())
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self._resume()
        self.was_enabled.append(gc.isenabled())
        self.exit()


def test_the_collector_pauses_until_the_first_paint_and_runs_while_the_app_does() -> (
    None
):
    with paused_collector() as resume:
        app = _Painting(resume)
        app.run(headless=True)
    assert app.was_enabled == [False, True]


def test_what_was_loaded_before_the_first_paint_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with paused_collector() as resume:
        resume()
        assert gc.get_freeze_count() > before


def test_the_collector_runs_again_after_an_app_that_failed_before_its_paint() -> None:
    with pytest.raises(OSError, match="no terminal"):
        _fail_while_paused()
    assert gc.isenabled()


def _fail_while_paused() -> None:
    with paused_collector():
        assert not gc.isenabled()
        raise OSError("no terminal")


def test_the_collector_runs_again_after_an_app_that_ended_before_its_paint() -> None:
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
