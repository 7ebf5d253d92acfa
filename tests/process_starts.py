"""Collects every process that this Python starts, with the code that starts it."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_AUDITED = ("subprocess.Popen", "os.posix_spawn", "os.system", "os.fork", "os.forkpty")


@dataclass(frozen=True)
class ProcessStart:
    """One start, whichever library makes it."""

    argv: str
    stack: tuple[str, ...]
    """`file.py:function` from the start outwards."""

    def passes(self, path: str, function: str) -> bool:
        """Whether the function of that source file stands in the stack."""
        return any(frame.endswith(f"{path}:{function}") for frame in self.stack)


_collections: list[list[ProcessStart]] = []
_lock = threading.Lock()


@contextmanager
def collected() -> Iterator[list[ProcessStart]]:
    """Collect the starts of all threads while the block runs."""
    starts: list[ProcessStart] = []
    with _lock:
        _collections.append(starts)
    try:
        yield starts
    finally:
        with _lock:
            # By identity: two lists may be equal.
            _collections[:] = [each for each in _collections if each is not starts]


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        code = frame.f_code
        yield f"{Path(code.co_filename).as_posix()}:{code.co_name}"
        frame = frame.f_back


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _collections and event in _AUDITED:
        argv = arguments[1] if len(arguments) > 1 else event
        stack = tuple(_stack(sys._getframe(1)))
        for starts in _collections:
            starts.append(ProcessStart(str(argv), stack))


# A hook cannot be removed; it costs nothing while nothing is collected.
sys.addaudithook(_audit)
