"""Opens ports of a task's own servers at the user's loopback, and closes them."""

from typing import Any

from swarm.engine.parts import EngineParts
from swarm.errors import IllegalMove, PlanError
from swarm.model import events
from swarm.model.task import State, Task
from swarm.model.task_port import TaskPort
from swarm.model.wishes import ClosePort, OpenPort

LEAST_AT = 1024
"""Below it a user may not listen."""
MOST = 50


def open_port(parts: EngineParts, wish: OpenPort) -> dict[str, Any]:
    """Open it now; answers where. One that is open elsewhere or otherwise is moved.

    PlanError for what is no port; IllegalMove if the task is not live.
    """
    task = parts.context.live_task(
        wish.task, hint="a port leads to a task that runs; `swarm retry` starts it anew"
    )
    _require_ports(wish, task)
    known = _port(task, wish.port)
    if known and parts.ports.is_open(task.id, wish.port):
        if known.is_raw == wish.raw and wish.at in (0, known.at):
            return {"at": known.at}
        parts.ports.close(task.id, wish.port)
    wanted = wish.at or (known.at if known else 0)
    return {"at": _open(parts, task, TaskPort(wish.port, wanted, is_raw=wish.raw))}


def close_port(parts: EngineParts, wish: ClosePort) -> dict[str, Any]:
    """Close it; it stays so until somebody wants it again. PlanError if there is none.

    A port that `swarm.toml` names is wanted from the start of its task.
    """
    task = parts.context.read().tasks.get(wish.task)
    if _port(task, wish.port) is None:
        raise PlanError(
            f"task {task.id} has no port {wish.port}",
            hint=f"`swarm open {task.id}` lists its ports",
        )
    parts.ports.close(task.id, wish.port)
    parts.context.journal.record(task.id, events.PortClosed(wish.port))
    return {}


def open_wanted(parts: EngineParts, task_id: int) -> None:
    """Open what a task that is live wants, and nobody has opened in this keeper."""
    task = parts.context.read().tasks.get(task_id)
    if task.state is not State.LIVE:
        return
    for port in task.ports:
        if not parts.ports.is_open(task_id, port.port):
            _open(parts, task, port)


def _open(parts: EngineParts, task: Task, port: TaskPort) -> int:
    at = parts.ports.open(task, port)
    if not port.is_open or at != port.at:
        instead_of = port.at if port.at not in (0, at) else 0
        opened = events.PortOpened(port.port, at, port.is_raw, instead_of)
        try:
            parts.context.journal.record(task.id, opened)
        except BaseException:
            parts.ports.close(task.id, port.port)
            raise
    return at


def _port(task: Task, number: int) -> TaskPort | None:
    return next((port for port in task.ports if port.port == number), None)


def _require_ports(wish: OpenPort, task: Task) -> None:
    if not 1 <= wish.port <= 65535:
        raise PlanError(f"{wish.port} is no port", hint="ports are 1 to 65535")
    if wish.at and not LEAST_AT <= wish.at <= 65535:
        raise PlanError(
            f"{wish.at} is no port that you may listen at",
            hint=f"name one of {LEAST_AT} to 65535",
        )
    if len(task.ports) >= MOST and _port(task, wish.port) is None:
        raise IllegalMove(
            f"task {task.id} has {MOST} ports open",
            hint=f"`swarm open {task.id} PORT --close` closes one",
        )
