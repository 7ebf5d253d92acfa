"""`swarm limits`: shows which hosts limit which tasks, and who goes on by itself."""

import time
from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.model import limits
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.model.wishes import OwnChoice, SetResumeAfterLimit
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries

CHOICES: dict[str, OwnChoice] = {"on": "yes", "off": "no", "ask": "ask", "default": ""}
"""What a person writes, and what is stored."""


def limits_arguments(parser: ArgumentParser) -> None:
    """The id and the choice; neither shows all limits."""
    parser.add_argument("id", type=task_id, metavar="ID", nargs="?")
    parser.add_argument(
        "choice",
        choices=tuple(CHOICES),
        nargs="?",
        help="on: the task goes on by itself after a limit; off: it does not; "
        "ask: you are asked; default: what the config says",
    )


def show_or_choose(args: Namespace) -> int:
    """Set the choice if one is given, then print what holds."""
    places = home.ensure_paths()
    if args.choice is not None:
        ask(places, SetResumeAfterLimit(args.id, CHOICES[args.choice]))
    tasks = TaskQueries(ReadConnection(places.database))
    if args.id is not None:
        output.fields(_one(tasks.get(args.id), time.time()))
        return exit_codes.DONE
    limited = [task for task in tasks.all() if task.limit and not task.removed]
    if not limited:
        output.out("no task is limited")
    for task in limited:
        output.out(_row(task, time.time()))
    return exit_codes.DONE


def _one(task: Task, now: float) -> list[tuple[str, str]]:
    limit = task.limit
    rows = [("limit", limits.words(limit, now) if limit else "none")]
    if limit:
        rows.append(("host", safe_line(limit.host, 80)))
        rows += [("said", safe_line(limit.text, 200))] if limit.text else []
        rows += [("waits", safe_line(limit.held, 200))] if limit.held else []
    return [*rows, ("after it", limits.CHOICE_WORDS[task.resume_after_limit])]


def _row(task: Task, now: float) -> str:
    assert task.limit is not None
    words = limits.words(task.limit, now)
    held = f"; {safe_line(task.limit.held, 100)}" if task.limit.held else ""
    name = safe_line(task.name, 40)
    return f"{task.id:>4}  {name}  {words} by {safe_line(task.limit.host, 60)}{held}"
