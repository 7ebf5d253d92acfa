"""The verbs that ask one thing of one task or several: stop, send, retry, rm …"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import tasks_named
from swarm.cli.keeper_client import ask_all
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.wishes import TaskWish
from swarm.store.queries import Queries

DONE_WORDS = {
    "stop": "stopped",
    "kill": "killed",
    "pause": "paused",
    "resume": "resumed",
    "discard": "discarded; `swarm restore` takes it back",
    "restore": "restored",
    "rm": "removed",
    "cut": "nothing passes the gate; `swarm uncut` lets its policy count again",
    "uncut": "its policy counts again",
    "send": "sent",
}


def stop_arguments(parser: ArgumentParser) -> None:
    """The ids, as of every verb here but `send`."""
    parser.add_argument("ids", nargs="+", type=task_id, metavar="ID")


kill_arguments = stop_arguments
pause_arguments = stop_arguments
resume_arguments = stop_arguments
retry_arguments = stop_arguments
discard_arguments = stop_arguments
restore_arguments = stop_arguments
rm_arguments = stop_arguments
cut_arguments = stop_arguments
uncut_arguments = stop_arguments


def panic_arguments(_parser: ArgumentParser) -> None:
    """None: it concerns every task."""


def send_arguments(parser: ArgumentParser) -> None:
    """An id, and the text; `-` reads standard input."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument("text", metavar="TEXT", help="`-` reads standard input")


def stop(args: Namespace) -> int:
    """TERM, then KILL after the config's grace."""
    return _each(wishes.Stop, args.ids)


def kill(args: Namespace) -> int:
    """KILL at once."""
    return _each(wishes.Kill, args.ids)


def pause(args: Namespace) -> int:
    """Freeze."""
    return _each(wishes.Pause, args.ids)


def resume(args: Namespace) -> int:
    """Take the freeze back."""
    return _each(wishes.Resume, args.ids)


def retry(args: Namespace) -> int:
    """Queue the same again; prints the new ids."""
    return _each(wishes.Retry, args.ids)


def discard(args: Namespace) -> int:
    """Reject the work."""
    return _each(wishes.Discard, args.ids)


def restore(args: Namespace) -> int:
    """Take a rejection back."""
    return _each(wishes.Restore, args.ids)


def rm(args: Namespace) -> int:
    """Remove what stands outside; refused while work would be lost."""
    return _each(wishes.Remove, args.ids)


def cut(args: Namespace) -> int:
    """End everything open, let nothing new through; the agent goes on."""
    return _each(wishes.Cut, args.ids)


def uncut(args: Namespace) -> int:
    """Take a cut back."""
    return _each(wishes.Uncut, args.ids)


def panic(_args: Namespace) -> int:
    """`swarm uncut` and `swarm resume` take it back, task by task."""
    done = ask_all(home.places(), [wishes.Panic()])[0]
    for failure in done.result.get("failed", ()):
        output.note(failure)
    ids = " ".join(str(number) for number in done.result.get("tasks", ()))
    output.note(f"cut and frozen: {ids or 'no task is live'}")
    if ids:
        output.note(f"to go on: swarm uncut {ids} && swarm resume {ids}")
    return exit_codes.FAILED if done.result.get("failed") else exit_codes.DONE


def send(args: Namespace) -> int:
    """Type into the pane."""
    text = output.typed(args.text)
    if not text.strip():
        raise SwarmError("there is no text to send")
    return _each(lambda task: wishes.SendText(task, text), [args.id])


def _each(kind: Callable[[int], TaskWish], ids: list[int]) -> int:
    """Submit one wish for each task, all at once; the worst outcome is the status."""
    places = home.places()
    queries = Queries(places.database)
    try:
        tasks = tasks_named(queries.tasks, ids)
    finally:
        queries.close()
    requested = [kind(task.id) for task in tasks]
    records = ask_all(places, requested)
    status = exit_codes.DONE
    for task, wish, record in zip(tasks, requested, records, strict=True):
        if record.outcome == "refused":
            output.refused(wish.verb, SwarmError(record.message, record.hint))
            status = exit_codes.FAILED
        elif isinstance(wish, wishes.Retry):
            output.numbers(record.result["tasks"])
        else:
            output.note(f"#{task.id} {task.name}: {DONE_WORDS[wish.verb]}")
    return status
