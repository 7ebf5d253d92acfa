"""The queries of each thread that asks, closed as the thread ends."""

import threading
from pathlib import Path

from swarm.store.queries import Queries


class ThreadQueries:
    """Call it for the calling thread's own queries; the first call opens the file.

    SwarmError if there is no file: the home may have moved, and none is begun there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()

    def __call__(self) -> Queries:
        if not hasattr(self._own, "held"):
            self._own.held = _Held(Queries(self._path, may_begin=False))
        held: _Held = self._own.held
        return held.queries

    def close(self) -> None:
        """Release the calling thread's own, if it has any; it may ask anew."""
        if hasattr(self._own, "held"):
            del self._own.held


class _Held:
    """Closes the queries as its thread ends.

    A connection is in a cycle with its own cache: left alone, its files would stay
    open until the collector comes by.
    """

    def __init__(self, queries: Queries) -> None:
        self.queries = queries

    def __del__(self) -> None:
        self.queries.close()
