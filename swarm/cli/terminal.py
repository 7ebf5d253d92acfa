"""`swarm attach` and `swarm logs`: a task's terminal, live and as it was."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.errors import SwarmError
from swarm.model.safe_text import plain
from swarm.model.task import State, Task
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store.queries import Queries

LOG_LIMIT = 16 << 20
"""Characters of one task's output that are printed at most."""


def attach_arguments(parser: ArgumentParser) -> None:
    """One id."""
    parser.add_argument("id", type=task_id, metavar="ID")


def logs_arguments(parser: ArgumentParser) -> None:
    """One id, and how much."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument("--tail", type=int, default=200, metavar="N", help="lines")


def attach(args: Namespace) -> int:
    """Becomes tmux, and so never returns where it succeeds."""
    places = home.places()
    task = Queries(places.database).tasks.get(args.id)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SwarmError(
            "attaching needs a terminal", hint=f"see `swarm logs {task.id}`"
        )
    panes = wiring.panes(places)
    name = TaskNames(places.tag, task.id).pane
    if name not in panes.all():
        raise SwarmError(
            f"task {task.id} is {task.state} and has no terminal",
            hint=f"see `swarm show {task.id}`",
        )
    argv = panes.attach_argv(name)
    # Inside a tmux of the user's own, the private server must not take it for its own.
    environment = {k: v for k, v in os.environ.items() if k != "TMUX"}
    os.execvpe(argv[0], argv, environment)  # noqa: S606 - argv is ours, no shell


def logs(args: Namespace) -> int:
    """The last lines of the sandbox, or of the launch where it never ran."""
    places = home.places()
    task = Queries(places.database).tasks.get(args.id)
    launch = places.launch_log(task.id)
    if task.state is State.FAILED and launch.exists():
        output.out(plain(_tail(launch, args.tail), LOG_LIMIT).rstrip("\n"))
        return exit_codes.DONE
    output.out(printed(places, task, args.tail).rstrip("\n"))
    return exit_codes.DONE


def printed(paths: HomePaths, task: Task, tail: int) -> str:
    """What the sandbox printed, harmless; ToolError where it is gone."""
    name = TaskNames(paths.tag, task.id).sandbox
    raw: bytes = wiring.sandboxes().logs(name, tail)
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    return plain(text, LOG_LIMIT)


def _tail(file: Path, lines: int) -> str:
    text = file.read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])
