"""Two builds of one image at once are one: the second waits, and finds it there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from swarm.errors import Cancelled
from swarm.ports import Images


class BuildSharing:
    """Which images are being built in this process; safe for several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = set[str]()

    @contextmanager
    def of(self, reference: str, engine: Images) -> Iterator[None]:
        """Be the only one that builds it; blocks while another thread does.

        Cancelled if the engine's connection was stopped meanwhile; whoever stops it
        calls `wake`.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: reference not in self._under_way or engine.is_stopped
            )
            if engine.is_stopped:
                raise Cancelled(f"docker build {reference}: it was ended")
            self._under_way.add(reference)
        try:
            yield
        finally:
            with self._changed:
                self._under_way.discard(reference)
                self._changed.notify_all()

    def wake(self) -> None:
        """Have those who wait look again."""
        with self._changed:
            self._changed.notify_all()


SHARED = BuildSharing()
"""That of this process."""
