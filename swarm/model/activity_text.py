"""Actions and paths as text for a human: on one line and harmless."""

import shlex
from collections.abc import Sequence

from swarm.model import format
from swarm.model.activity import GROUP, LOSS, Action, PathActivity, relative
from swarm.model.audit_query import Entry
from swarm.model.safe_text import safe_line

_PAST = {GROUP: "files in", "found": "found changed", LOSS: "lost"}


def entry_text(entry: Entry, limit: int = 300) -> str:
    """The action or path; empty for an event, which has words of its own."""
    if entry.action:
        return action_text(entry.action, limit)
    return path_text(entry.activity, limit) if entry.activity else ""


def action_text(action: Action, limit: int = 300) -> str:
    """A command in the form that one types; of anything else the verb and its path."""
    times = f" ×{action.count}" if action.count > 1 else ""
    match action.kind:
        case "exec":
            words = _typed(action) or (action.path,)
            text = safe_line(f"$ {shlex.join(words)}", limit) + times
            if _runs_as_told(action):
                return text
            return f"{text}  runs {safe_line(relative(action.path), 80)}"
        case "call" | "net":
            to = f" → {action.path}" if action.path else ""
            text = action.note if action.op == "more" else f"{action.op}(){to}"
            return safe_line(text, 120) + times
        case _:
            verb = _PAST.get(action.op, safe_line(action.op, 20))
            return f"{verb} {action_paths(action, limit)}{times}"


def _runs_as_told(action: Action) -> bool:
    """True if the words say which program runs."""
    from swarm.model import quiet  # noqa: PLC0415 - late, for the first paint

    return quiet.runs_as_told(quiet.Command(action.path, action.argv))


def _typed(action: Action) -> Sequence[str]:
    """The words without an interpreter that the kernel put before its script.

    Of another program the first word behind it is no script: `/bin/rm /workspace/a`.
    """
    from swarm.model import programs  # noqa: PLC0415 - late, for the first paint

    argv = action.argv
    is_whole = len(argv) > 1 and argv[0].startswith("/") and argv[1].startswith("/")
    if is_whole and programs.is_interpreter(_told(action)):
        return (relative(argv[1]), *argv[2:])
    return argv


def _told(action: Action) -> str:
    """The program: its file if the image has it, else what its words say."""
    from swarm.model import quiet  # noqa: PLC0415 - late, for the first paint

    return action.path if quiet.is_of_image(action.path) else action.argv[0]


def action_paths(action: Action, limit: int = 300) -> str:
    """The path, and the other one that belongs to it."""
    path = safe_line(relative(action.path), limit)
    if not action.other:
        return path
    arrow = "→" if action.op == "symlink" else "←"
    return f"{path} {arrow} {safe_line(relative(action.other), limit)}"


def path_text(activity: PathActivity, limit: int = 300) -> str:
    """The last verb, the path, and the number of times."""
    times = f" ×{activity.count}" if activity.count > 1 else ""
    verb = _PAST.get(activity.op, safe_line(activity.op, 20))
    return f"{verb} {safe_line(relative(activity.path), limit)}{times}"


def reason_text(action: Action) -> str:
    """The flag or the refusal, a command's exit status, and what it did besides."""
    parts = []
    if action.note and action.op != "more":
        level = f"{action.level} " if action.level[:1] == "X" else ""
        parts.append(f"{level}{safe_line(action.note, 120)}")
    elif action.kind == "exec" and action.code:
        parts.append(f"exit {action.code}")
    if action.housekeeping:
        parts.append(format.plural(action.housekeeping, "housekeeping write"))
    if action.generated:
        parts.append(f"{action.generated:,} generated")
    return " · ".join(parts)
