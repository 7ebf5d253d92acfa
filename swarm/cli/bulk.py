"""Shows what a command would do to many tasks, and asks before it does."""

import sys
from argparse import Namespace
from collections.abc import Iterable

from swarm.cli import exit_codes, output
from swarm.cli.task_selection import Chosen, Selection, counted
from swarm.errors import SwarmError
from swarm.model import task_actions
from swarm.model.safe_text import safe_line
from swarm.model.task import Task

SHOWN = 20
"""Lines of tasks that stay as they are; the others are counted."""

WAY_BACK = {
    "discard": "`swarm restore` takes a discard back, until the task is removed",
    "rm": "worktree, branch, container and home go; a ref of your repository keeps the "
    "work of each (`swarm show ID` names it)",
}
"""What a human should know before the answer, by the verb."""


def may_go_on(verb: str, chosen: Chosen, args: Namespace) -> bool:
    """List the tasks; True if the human, or `--yes`, has them go.

    SwarmError if nobody can be asked: there is no terminal.
    """
    if args.yes and not args.dry_run:
        return True
    write = output.out if args.dry_run else output.note
    for task in chosen.tasks:
        write(f"would {verb} {_line(task)}")
    if args.dry_run:
        note_left_out(chosen)
        output.note(f"{counted(chosen.tasks)}; nothing was done")
        return False
    output.note(WAY_BACK[verb])
    return agreed(f"{verb} {counted(chosen.tasks)}?")


def agreed(question: str) -> bool:
    """True if the human answers y; SwarmError where there is no terminal.

    KeyboardInterrupt for Ctrl+C, once that is told.
    """
    if not sys.stdin.isatty():
        raise SwarmError(
            f"nothing was done: {question.rstrip('?')} needs an answer, and there is "
            "no terminal to ask",
            hint="--yes answers; --dry-run lists them",
        )
    sys.stderr.write(f"{question} (y/N) ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        output.note("\nnothing was done")
        raise
    if line.strip().lower() in ("y", "yes"):
        return True
    output.note("nothing was done")
    return False


def nothing(verb: str, selection: Selection, chosen: Chosen) -> int:
    """Say that the selection holds nothing to act on.

    No task that ended so is an answer; SwarmError if ids named some.
    """
    sentence = f"there is nothing to {verb} in {selection}"
    if not selection.ranges:
        output.note(sentence)
        return exit_codes.DONE
    waiting = [
        task.id for task, _ in chosen.left_out if verb == "rm" and _can_discard(task)
    ]
    hint = f"merge them, or `swarm discard {ranges(waiting)}` first" if waiting else ""
    raise SwarmError(sentence, hint=hint or "see `swarm ls --all`")


def _can_discard(task: Task) -> bool:
    return not task_actions.obstacle("discard", task)


def note_left_out(chosen: Chosen) -> None:
    """Say which of the selected tasks stay as they are, and why."""
    for task, reason in chosen.left_out[:SHOWN]:
        output.note(f"stays: #{task.id} {safe_line(task.name, 60)} {reason}")
    if len(chosen.left_out) > SHOWN:
        output.note(f"stays: {len(chosen.left_out) - SHOWN} more")


def _line(task: Task) -> str:
    work = task_actions.unmerged_work(task)
    more = f"; not merged: {work}" if work else ""
    state = "discarded" if task.state.value == "rejected" else task.state.value
    return f"#{task.id} {safe_line(task.name, 60)} ({state}{more})"


def ranges(ids: Iterable[int]) -> str:
    """Ids as a command line takes them: `3-5,9`."""
    parts: list[list[int]] = []
    for number in sorted(set(ids)):
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)
