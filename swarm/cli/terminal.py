"""`swarm attach` and `swarm logs`: a task's terminal, and what it printed."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.adapters import terminal_type
from swarm.adapters.terminal import foreground
from swarm.bootstrap import home, keeper_process, wiring
from swarm.cli import exit_codes, keeper_client, output
from swarm.cli.argument_types import task_id
from swarm.engine.readers import service_logs
from swarm.errors import SwarmError
from swarm.model.safe_text import plain, safe_line, without_colours
from swarm.model.task import RUNNING, State, Task
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store.queries import Queries

PANE_SECONDS = 30.0
"""The longest time that a keeper is waited for to open a lost pane."""
LOG_LIMIT = 16 << 20
"""The most characters of one task's output that are printed."""


def attach_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task."""
    parser.add_argument("id", type=task_id, metavar="ID")


def logs_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task, a service beside it, and the number of lines."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument(
        "service",
        nargs="?",
        default="",
        metavar="SERVICE",
        help="of a service beside the task, such as db",
    )
    parser.add_argument(
        "--tail", type=int, default=200, metavar="N", help="print so many lines"
    )


def attach(args: Namespace) -> int:
    """Show the task's terminal until it ends or Ctrl+Q leaves it."""
    paths = home.ensure_paths()
    task = Queries(paths.database).tasks.get(args.id)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SwarmError(
            "attaching needs a terminal", hint=f"see `swarm logs {task.id}`"
        )
    panes = wiring.panes(paths)
    name = TaskNames(paths.tag, task.id).pane
    if not _has_pane(paths, task, name):
        raise SwarmError(
            f"task {task.id} is {task.state} and has no terminal",
            hint=f"see `swarm show {task.id}`",
        )
    name_of_type = terminal_type.usable(os.environ, "show a task's screen")
    argv = panes.attach_argv(name)
    return foreground(argv, {**os.environ, "TERM": name_of_type})


def _has_pane(paths: HomePaths, task: Task, name: str) -> bool:
    """True if the pane is there, or a keeper opened it anew on the running sandbox.

    If tmux ended, the keeper in it has ended too; a new one looks for lost panes.
    """
    panes = wiring.panes(paths)
    if name in panes.all():
        return True
    if task.state not in RUNNING:
        return False
    keeper_process.ensure_keeper(paths)
    queries = Queries(paths.database)
    try:
        return any(
            name in panes.all() for _ in keeper_client.changes(queries, PANE_SECONDS)
        )
    finally:
        queries.close()


def logs(args: Namespace) -> int:
    """Print the sandbox's last lines, or the launch's if the sandbox never ran."""
    paths = home.ensure_paths()
    task = Queries(paths.database).tasks.get(args.id)
    if args.service:
        output.out(printed_by_service(paths, task, args.service, args.tail))
        return exit_codes.DONE
    launch_log = paths.launch_log(task.id)
    if task.state is State.FAILED and launch_log.exists():
        output.out(_harmless(_tail(launch_log, args.tail)).rstrip("\n"))
        return exit_codes.DONE
    output.out(printed(paths, task, args.tail).rstrip("\n"))
    return exit_codes.DONE


def printed(paths: HomePaths, task: Task, tail: int) -> str:
    """The sandbox's output, made harmless; ToolError if the sandbox is gone."""
    name = TaskNames(paths.tag, task.id).sandbox
    raw: bytes = wiring.sandboxes().logs(name, tail)
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    return _harmless(text)


def printed_by_service(paths: HomePaths, task: Task, service: str, tail: int) -> str:
    """A service's output, made harmless, of its last life if it has ended.

    SwarmError if there is none of that name.
    """
    engine = wiring.sandboxes()
    if found := service_logs.read(paths, engine, task.id, tail, service):
        return found[0].text
    known = {log.name for log in service_logs.read(paths, engine, task.id, 1)}
    names = ", ".join(sorted({*known, *(each.name for each in task.services)}))
    raise SwarmError(
        f"task {task.id} has no service {service!r}",
        hint=f"its services: {safe_line(names, 200) or 'none'}",
    )


def _harmless(text: str) -> str:
    return plain(without_colours(text), LOG_LIMIT)


def _tail(file: Path, lines: int) -> str:
    text = file.read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])
