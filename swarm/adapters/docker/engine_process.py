"""Whether the engine behind a socket sees the files that this process sees."""

import socket
import struct
from pathlib import Path

SECONDS = 5.0
"""What the connection may take."""
_CREDENTIALS = struct.Struct("3i")
"""What the kernel says of a socket's other end: process, user, group."""


def sees_our_files(endpoint: str, proc: Path = Path("/proc")) -> bool:
    """True if the process that listens at `unix://…` is in this mount namespace.

    False also if that cannot be known: an engine outside of our process namespace has
    the number 0, and another user's process does not show its namespaces.
    """
    path = endpoint.removeprefix("unix://")
    if path == endpoint or not hasattr(socket, "SO_PEERCRED"):
        return False
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(SECONDS)
            asked.connect(path)
            answer = asked.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
            )
        pid, _, _ = _CREDENTIALS.unpack(answer)
        return pid > 0 and _namespace(proc, str(pid)) == _namespace(proc, "self")
    except OSError:
        return False


def _namespace(proc: Path, process: str) -> str:
    return str((proc / process / "ns/mnt").readlink())
