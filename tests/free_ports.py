"""Ports at which nobody listens, and that no other program is given meanwhile."""

import itertools
import os
import socket

FIRST, COUNT = 10_000, 10_000
"""Below what a kernel hands out by itself, and below the ports of tasks."""

_offsets = itertools.count(os.getpid() * 61)
"""Two workers begin at different places."""


def free_port() -> int:
    """One that is free now, and stays so: a kernel gives it to nobody who asks for any.

    The port of a listener that was closed again may be another test's a moment later.
    """
    for offset in itertools.islice(_offsets, COUNT):
        port = FIRST + offset % COUNT
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("no port is free")
