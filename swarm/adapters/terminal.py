"""Hands this terminal to another program until it ends."""

import codecs
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TextIO

from swarm.adapters import terminal_state
from swarm.errors import ToolMissing
from swarm.model.ending_signals import PRESSED, ending_signals

PR_SET_PDEATHSIG = 1
"""From the kernel's `prctl.h`."""

CHUNK = 65536
"""Bytes that are read of a program's output at once."""
END_SECONDS = 5.0
"""From TERM to KILL."""


def foreground(argv: list[str], environment: Mapping[str, str] | None = None) -> int:
    """Run a command on this terminal; blocks until it ended, returns its status.

    What ends this process ends the command first, by `kill -9` too where the system is
    Linux. A terminal that the command leaves otherwise than it was is given back.
    It gets this process's environment if none is named.
    """
    before = terminal_state.attributes()
    try:
        child = subprocess.Popen(argv, preexec_fn=_ending_with_us(), env=environment)
    except OSError as error:
        raise _not_run(argv, error) from error
    with _signals_passed_on(child):
        status = child.wait()
        if before is not None and terminal_state.attributes() != before:
            terminal_state.give_back(before)
    return status


def _ending_with_us() -> Callable[[], None] | None:
    """What a child calls so that it gets TERM when we end; None if nothing can."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return lambda: library.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


@contextmanager
def _signals_passed_on(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End the child at a signal that ends us, and then let it end us.

    What a key of the terminal sends reaches the child by itself.
    """
    received: list[int] = []

    def end(number: int, _frame: object) -> None:
        received.append(number)
        if number not in PRESSED:
            child.terminate()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in received:
        os.kill(os.getpid(), number)


class Started:
    """A program that runs on a descriptor of ours; it ends with us."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child

    @property
    def has_ended(self) -> bool:
        """True once it is gone."""
        return self._child.poll() is not None

    def wait(self, seconds: float) -> bool:
        """Wait that long for its end; False if it still runs."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> int:
        """End it, if it still runs; its status."""
        if not self.has_ended:
            _end(self._child)
        return self._child.returncode


def start_on(argv: list[str], descriptor: int, complains: bool = False) -> Started:
    """Start a program whose input and output are this descriptor.

    What it complains about goes there too, or nowhere.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdin=descriptor,
            stdout=descriptor,
            stderr=descriptor if complains else subprocess.DEVNULL,
            preexec_fn=_ending_with_us(),
            start_new_session=True,
        )
    except OSError as error:
        raise _not_run(argv, error) from error
    return Started(child)


def foreground_cleaned(
    argv: list[str], clean: Callable[[str], str], interrupted: Callable[[], None]
) -> int:
    """Run a command whose output an agent may choose; blocks, returns its status.

    What it writes passes `clean` if a terminal would show it, and is untouched if a
    file or a pipe takes it. `interrupted` is called before a KeyboardInterrupt goes on.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE if sys.stdout.isatty() else None,
            stderr=subprocess.PIPE if sys.stderr.isatty() else None,
        )
    except OSError as error:
        raise _not_run(argv, error) from error
    pipes = ((child.stdout, sys.stdout), (child.stderr, sys.stderr))
    relays = [
        threading.Thread(target=_relay, args=(pipe, stream, clean), daemon=True)
        for pipe, stream in pipes
        if pipe is not None
    ]
    try:
        for relay in relays:
            relay.start()
        status = child.wait()
    except KeyboardInterrupt:
        interrupted()
        _end(child)
        raise
    for relay in relays:
        relay.join()
    return status if status >= 0 else 128 - status


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End what the keys have not ended already."""
    child.terminate()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _relay(pipe: IO[bytes], stream: TextIO, clean: Callable[[str], str]) -> None:
    """Write what comes as soon as it comes; a character may come in two pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := os.read(pipe.fileno(), CHUNK):
        _show(stream, clean(decoder.decode(data)))
    _show(stream, clean(decoder.decode(b"", final=True)))


def _show(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _not_run(argv: list[str], error: OSError) -> ToolMissing:
    return ToolMissing(f"{argv[0]} cannot be run: {error.strerror}")
