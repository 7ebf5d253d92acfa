"""A port of a task's own server, and the address at which its user finds it."""

from swarm.model.frozen import frozen

FIRST, LAST = 20000, 32000
"""Ports of the loopback that are chosen from: below those that systems give away."""
APART = 16
"""Between the first choices of two tasks, so that an address is mostly the same."""


@frozen
class TaskPort:
    """One port that is wanted; it is open while its task is live."""

    port: int
    """Where the server listens, in the task's box."""
    at: int = 0
    """Where it is, or was last, on this machine's loopback; 0 before the first time."""
    is_open: bool = False
    is_raw: bool = False
    """Bytes are carried unread, and anything may call it."""


def host_name(task_id: int) -> str:
    """A name of the loopback for this task alone: cookies and pages go by the name."""
    return f"t{task_id}.localhost"


def address(task_id: int, port: TaskPort) -> str:
    """What a user opens, in a browser or, for a raw one, in a program of theirs."""
    if port.is_raw:
        return f"127.0.0.1:{port.at}"
    return f"http://{host_name(task_id)}:{port.at}/"


def words(task_id: int, port: TaskPort) -> str:
    """Where the port is, or when it will be."""
    if not port.is_open:
        return f"{port.port} is opened whenever the task is live"
    how = " (raw)" if port.is_raw else ""
    return f"{port.port} is at {address(task_id, port)}{how}"


def candidates(task_id: int, wanted: int, others: int) -> list[int]:
    """The ports to try, in order; `wanted` is 0 for none, `others` are open already."""
    size = LAST - FIRST
    first = task_id * APART + others
    usual = [FIRST + (first + step) % size for step in range(200)]
    return [*([wanted] if wanted else []), *usual]
