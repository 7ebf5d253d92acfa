"""A pipe from one port of this machine's loopback into a box, while it is wanted.

Nothing listens on another interface. One connection at a time is carried, by a program
that the pipe is given: it speaks with the box on its standard input and output, within
bounds of its own.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from swarm.adapters.terminal import start_on
from swarm.errors import ToolError

ADDRESS = "127.0.0.1"
CONNECTION_SECONDS = 120.0
"""The longest life of one connection."""
_LOOK_SECONDS = 0.2


@contextmanager
def open_pipe(port: int, argv: list[str]) -> Iterator[None]:
    """Carry connections to the port while the body runs.

    `argv` gets the port as its last word. ToolError if the port is taken, or needs
    more rights than a user has.
    """
    try:
        listener = socket.create_server((ADDRESS, port), backlog=4)
    except OSError as error:
        raise ToolError(
            f"{ADDRESS}:{port} cannot be listened on: {error.strerror}",
            hint="another program of yours has it; end that, and begin anew",
        ) from error
    ended = threading.Event()
    thread = threading.Thread(
        target=_serve, args=(listener, [*argv, str(port)], ended), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _serve(listener: socket.socket, argv: list[str], ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        with connection:
            _carry(connection, argv, ended)


def _carry(connection: socket.socket, argv: list[str], ended: threading.Event) -> None:
    """One connection, by a program that has the socket itself."""
    try:
        child = start_on(argv, connection.fileno())
    except ToolError:
        return
    left = CONNECTION_SECONDS
    while left > 0 and not ended.is_set() and not child.wait(_LOOK_SECONDS):
        left -= _LOOK_SECONDS
    child.end()
