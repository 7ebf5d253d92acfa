"""What deeds and traces say to a human, on one line and harmless."""

import shlex

from swarm.model.activity import GROUP, Action, PathActivity, relative
from swarm.model.audit_query import Entry
from swarm.model.safe_text import safe_line

_PAST = {GROUP: "files in", "found": "found changed"}


def entry_text(entry: Entry, limit: int = 300) -> str:
    """The thing that was done; of an event nothing, for it has words of its own."""
    if entry.action:
        return action_text(entry.action, limit)
    return path_text(entry.activity, limit) if entry.activity else ""


def action_text(done: Action, limit: int = 300) -> str:
    """A command as one would type it, else the verb and its path."""
    times = f" ×{done.count}" if done.count > 1 else ""
    match done.kind:
        case "exec":
            words = done.argv or (done.path,)
            return safe_line(f"$ {shlex.join(words)}", limit) + times
        case "call" | "net":
            to = f" → {done.path}" if done.path else ""
            said = done.note if done.op == "more" else f"{done.op}(){to}"
            return safe_line(said, 120) + times
        case _:
            return f"{safe_line(done.op, 20)} {action_paths(done, limit)}{times}"


def action_paths(done: Action, limit: int = 300) -> str:
    """The path, and the other one that belongs to it."""
    path = safe_line(relative(done.path), limit)
    if not done.other:
        return path
    arrow = "→" if done.op == "symlink" else "←"
    return f"{path} {arrow} {safe_line(relative(done.other), limit)}"


def path_text(seen: PathActivity, limit: int = 300) -> str:
    """The last verb, the path, and how often."""
    times = f" ×{seen.count}" if seen.count > 1 else ""
    verb = _PAST.get(seen.op, safe_line(seen.op, 20))
    return f"{verb} {safe_line(relative(seen.path), limit)}{times}"


def reason_text(done: Action) -> str:
    """Its flag or refusal in words; of a command how it ended."""
    if done.note and done.op != "more":
        level = f"{done.level} " if done.level[:1] == "X" else ""
        return f"{level}{safe_line(done.note, 120)}"
    if done.kind != "exec" or done.code is None:
        return ""
    return f"exit {done.code}" if done.code else ""
