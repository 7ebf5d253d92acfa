"""Makes the three standard streams safe to use, whatever the caller did to them."""

import io
import os
import sys
from contextlib import suppress

from swarm.cli import charset

_NAMES = ("stdin", "stdout", "stderr")


def prepare() -> None:
    """Open what the caller has closed, and let no character stop what is printed.

    A file opened later would get a closed stream's number, and what is printed would
    go into that. What the locale cannot show is written as its escape.
    """
    for number, name in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one, as all below it are open by now.
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - a number, for the life of the process
            setattr(sys, name, stream)
    own = charset.of_terminal()
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            is_asked_for = "PYTHONIOENCODING" in os.environ or not output.isatty()
            encoding = None if is_asked_for else own
            output.reconfigure(encoding=encoding, errors="backslashreplace")


def finish() -> OSError | None:
    """Write what is buffered; the error if that cannot be done, such as a full disk.

    The interpreter has nothing more to write then, and nothing to complain of at exit.
    """
    failure: OSError | None = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            failure = failure or error
            with suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)
    return failure
