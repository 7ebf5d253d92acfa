"""The commands that make one wish about each task they name: stop, send, retry, rm …"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import tasks_named
from swarm.cli.keeper_client import ask_all
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.wishes import TaskWish
from swarm.store.queries import Queries


class TaskAction(NamedTuple):
    """A command that takes ids alone, and makes one wish for each."""

    make_wish: Callable[[int], TaskWish]
    outcome: str
    """Printed for each task once its wish is done."""

    def run(self, args: Namespace) -> int:
        """Submit the wishes; the worst outcome is the status."""
        return _submit_each(self.make_wish, self.outcome, args.ids)


ACTIONS: dict[str, TaskAction] = {
    "stop": TaskAction(wishes.Stop, "stopped"),
    "kill": TaskAction(wishes.Kill, "killed"),
    "pause": TaskAction(wishes.Pause, "paused"),
    "resume": TaskAction(wishes.Resume, "resumed"),
    # A retry prints the new ids instead.
    "retry": TaskAction(wishes.Retry, ""),
    "discard": TaskAction(wishes.Discard, "discarded; `swarm restore` takes it back"),
    "restore": TaskAction(wishes.Restore, "restored"),
    "rm": TaskAction(
        wishes.Remove, "removed; `swarm show` names the ref that keeps its work"
    ),
    "cut": TaskAction(
        wishes.Cut,
        "nothing passes the gate; `swarm uncut` lets its policy count again",
    ),
    "uncut": TaskAction(wishes.Uncut, "its policy counts again"),
}


def add_task_ids(parser: ArgumentParser) -> None:
    """Add the ids of one task or several."""
    parser.add_argument("ids", nargs="+", type=task_id, metavar="ID")


def send_arguments(parser: ArgumentParser) -> None:
    """Add an id and the text."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument("text", metavar="TEXT", help="`-` reads standard input")


def panic(_args: Namespace) -> int:
    """Cut and freeze every task; prints the commands that take it back."""
    record = ask_all(home.places(), [wishes.Panic()])[0]
    for failure in record.result.get("failed", ()):
        output.note(failure)
    ids = " ".join(str(number) for number in record.result.get("tasks", ()))
    output.note(f"cut and frozen: {ids or 'no task is live'}")
    if ids:
        output.note(f"to go on: swarm uncut {ids} && swarm resume {ids}")
    return exit_codes.FAILED if record.result.get("failed") else exit_codes.DONE


def send(args: Namespace) -> int:
    """Type the text into the task's pane."""
    text = output.typed(args.text)
    if not text.strip():
        raise SwarmError("there is no text to send")
    return _submit_each(lambda task: wishes.SendText(task, text), "sent", [args.id])


def _submit_each(
    make_wish: Callable[[int], TaskWish], outcome: str, ids: list[int]
) -> int:
    """Submit a wish for each task, all at once; FAILED if any of them is refused."""
    paths = home.places()
    queries = Queries(paths.database)
    try:
        tasks = tasks_named(queries.tasks, ids)
    finally:
        queries.close()
    requests = [make_wish(task.id) for task in tasks]
    records = ask_all(paths, requests)
    status = exit_codes.DONE
    for task, wish, record in zip(tasks, requests, records, strict=True):
        if record.outcome == "refused":
            output.refused(wish.verb, SwarmError(record.message, record.hint))
            status = exit_codes.FAILED
        elif isinstance(wish, wishes.Retry):
            output.numbers(record.result["tasks"])
        else:
            output.note(f"#{task.id} {task.name}: {outcome}")
    return status
