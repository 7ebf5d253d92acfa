"""The builds of images under way: each once, for all who want it, and how one ends."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from swarm.errors import SwarmError
from swarm.ports import Images


class LeftToTheNextKeeper(Exception):
    """The keeper ends: the wish that wants the image stays open."""


@dataclass(eq=False, slots=True)
class _Run:
    engine: Images
    error: SwarmError | None = None
    is_over: bool = False


class ImageRuns:
    """Safe for several threads."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` has builds look again that wait for others' and may be stopped."""
        self._wake = wake
        self._changed = threading.Condition()
        self._runs: dict[str, _Run] = {}
        self._is_closed = False

    def run(self, image: str, engine: Images, make: Callable[[Images], None]) -> None:
        """Have `make` build the image by a connection of its own, unless that goes on.

        Blocks until it has ended. SwarmError as `make` raised it, for all who wait;
        LeftToTheNextKeeper if the keeper ends.
        """
        with self._changed:
            if self._is_closed:
                raise LeftToTheNextKeeper
            run = self._runs.get(image)
            is_ours = run is None
            if run is None:
                run = self._runs[image] = _Run(engine.another())
        if is_ours:
            self._make(image, run, make)
        else:
            with self._changed:
                self._changed.wait_for(lambda: run.is_over)
        if self._is_closed and run.error:
            raise LeftToTheNextKeeper
        if run.error:
            raise run.error

    def _make(self, image: str, run: _Run, make: Callable[[Images], None]) -> None:
        run.error = SwarmError(f"image {image}: its build failed unexpectedly")
        try:
            make(run.engine)
            run.error = None
        except SwarmError as error:
            run.error = error
        finally:
            run.engine.close()
            with self._changed:
                run.is_over = True
                del self._runs[image]
                self._changed.notify_all()

    def stop(self, image: str) -> bool:
        """End the build of that image soon; False if none is under way."""
        with self._changed:
            run = self._runs.get(image)
        if run is None:
            return False
        run.engine.stop()
        self._wake()
        return True

    @property
    def is_closed(self) -> bool:
        """True if the keeper ends."""
        return self._is_closed

    def open(self) -> None:
        """A keeper begins."""
        self._is_closed = False

    def close(self) -> None:
        """The keeper ends: all builds end, and what waits for them is left open."""
        with self._changed:
            self._is_closed = True
            runs = list(self._runs.values())
        for run in runs:
            run.engine.stop()
        self._wake()
