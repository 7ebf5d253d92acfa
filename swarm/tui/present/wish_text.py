"""Says what was asked of the keeper, and what became of it, in one sentence each."""

from collections.abc import Iterable
from typing import Any

from swarm.model import task_port
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.task_port import TaskPort
from swarm.model.wishes import (
    CancelBuild,
    Grant,
    OpenPort,
    OpenShell,
    RemoveLater,
    RestoreCheckpoint,
    SendText,
    TakeBack,
    TakeCheckpoint,
    TakeSnapshot,
    Wish,
)


def outcome(wish: Wish, result: dict[str, Any]) -> str:
    """A sentence about a wish that was carried out; empty if the screen shows it."""
    match wish:
        case TakeSnapshot() | OpenShell() | CancelBuild():
            return ""
        case Grant():
            rule = safe_line(str(result.get("rule", "")), 100)
            return f"{rule} — counts from now on; u takes it back"
        case OpenPort():
            at = int(result.get("at", 0))
            port = TaskPort(wish.port, at, is_open=True, is_raw=wish.raw)
            where = task_port.address(wish.task, port)
            way = "" if wish.raw else "; o opens it"
            return f"port {wish.port} is at {where}{way}"
        case SendText():
            return ""  # the screen tells what became of it
        case TakeCheckpoint():
            same = "" if result.get("new") else "; nothing has changed since"
            return f"checkpoint {result.get('number')}{same}"
        case RestoreCheckpoint():
            done = f"{result.get('wrote')} files written, {result.get('removed')} gone"
            back = f"checkpoint {result.get('before')} has the files from before"
            return f"back at checkpoint {result.get('number')}: {done}; {back}"
        case RemoveLater():
            return _removal_outcome(result)
        case TakeBack():
            return f"kept: {_numbers(result.get('kept', ()))}"
        case _:
            return f"{name(wish)}: done"


def _removal_outcome(result: dict[str, Any]) -> str:
    """Empty if it was taken back, which `TakeBack` tells."""
    removed, failed = result.get("removed", []), result.get("failed", [])
    parts = []
    if removed:
        parts.append(f"removed: {_numbers(removed)}; a ref keeps the work of each")
    parts += [safe_line(str(sentence), 200) for sentence in failed[:3]]
    return "; ".join(parts)


def _numbers(ids: Iterable[object]) -> str:
    return ", ".join(f"#{number}" for number in ids) or "none"


def request(wish: Wish) -> str:
    """The sentence while the wish is not decided."""
    match wish:
        case RemoveLater():
            count = plural(len(wish.tasks), "task")
            return f"{count} will be removed in {wish.seconds} s; u keeps them"
        case TakeBack():
            return "keep them …"
        case CancelBuild():
            return f"cancelling the build of {safe_line(wish.image, 60)} …"
        case _:
            return f"{name(wish)} …"


def name(wish: Wish) -> str:
    """The verb, and the task if it is about one."""
    task = getattr(wish, "task", None)
    return wish.verb if task is None else f"{wish.verb} #{task}"
