"""Runs a short program in a running container: for its status, or for one line."""

import socket as sockets
from contextlib import suppress
from typing import Any

from docker.errors import APIError
from docker.utils.socket import frames_iter

from swarm.adapters.docker.attach import close_socket
from swarm.adapters.docker.time_limit import time_limit
from swarm.errors import TimedOut

NOT_FOUND = 127
SECONDS = 10.0
"""What such a program may take: whatever else runs there may stop it."""
OUTPUT_LIMIT = 96 << 10
"""Bytes that such a program may print; one that prints more is let go."""
_BAD_REQUEST = 400
"""The status of engines that refuse a program which is not there."""


def exec_status(client: Any, name: str, argv: list[str], seconds: float) -> int:
    """The program's exit status; 126 or 127 if it cannot be run there.

    Blocks until the program ended, since its output is attached. TimedOut after so
    many seconds: the engine ends no program, and it goes on in the container.
    """
    running = client.exec_create(name, argv, stdout=True, stderr=True)
    try:
        socket = client.exec_start(running["Id"], socket=True)
    except APIError as error:
        if error.status_code != _BAD_REQUEST:
            raise
        return NOT_FOUND
    try:
        with time_limit(seconds, lambda: _hang_up(socket)) as late:
            _read_to_end(socket)
    finally:
        close_socket(socket)
    if late.is_set():
        raise TimedOut(
            f"docker exec {name}: {argv[0]} did not end within {seconds:g} seconds",
            hint="something in the container keeps it, or the machine is busy",
        )
    status = client.exec_inspect(running["Id"])["ExitCode"]
    return NOT_FOUND if status is None else int(status)


def exec_answer(
    client: Any, name: str, argv: list[str], question: bytes, seconds: float
) -> bytes:
    """The line with which the program answers this one; empty if it says nothing.

    Blocks. TimedOut after so many seconds: the program goes on in the container.
    """
    running = client.exec_create(name, argv, stdin=True, stdout=True, stderr=False)
    socket = client.exec_start(running["Id"], socket=True)
    try:
        with time_limit(seconds, lambda: _hang_up(socket)) as late:
            getattr(socket, "_sock", socket).sendall(question + b"\n")
            answer = _read_line(socket)
    finally:
        close_socket(socket)
    if late.is_set():
        raise TimedOut(f"docker exec {name}: no answer within {seconds:g} seconds")
    return answer


def _read_line(socket: Any) -> bytes:
    untyped_frames: Any = frames_iter
    line = b""
    with suppress(OSError):
        for _, piece in untyped_frames(socket, tty=False):
            line += piece
            if b"\n" in line or len(line) > OUTPUT_LIMIT:
                break
    return line[:OUTPUT_LIMIT].partition(b"\n")[0]


def _hang_up(socket: Any) -> None:
    """End a read that another thread waits in."""
    with suppress(OSError):
        getattr(socket, "_sock", socket).shutdown(sockets.SHUT_RDWR)


def _read_to_end(socket: Any) -> None:
    untyped_frames: Any = frames_iter
    total = 0
    for _, piece in untyped_frames(socket, tty=False):
        total += len(piece)
        if total > OUTPUT_LIMIT:
            return
