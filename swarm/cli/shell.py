"""`swarm shell`: a shell of the human's in a task's sandbox, or one command there."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from swarm.adapters import terminal
from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.errors import SwarmError
from swarm.model.safe_text import plain
from swarm.model.task import State
from swarm.model.wishes import OpenShell
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


def shell_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task, and a command."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument(
        "command",
        nargs="*",
        metavar="-- CMD",
        help="run this without a terminal; its exit status is ours",
    )


def shell(args: Namespace) -> int:
    """Show a new shell until it ends or Ctrl+Q leaves it; or run the command."""
    paths = home.ensure_paths()
    task = Queries(paths.database).tasks.get(args.id).id
    if args.command:
        return _run(ask(paths, OpenShell(task, tuple(args.command))))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SwarmError(
            "a shell needs a terminal",
            hint=f"without one `swarm shell {task} -- CMD` runs a command",
        )
    pane = str(ask(paths, OpenShell(task))["pane"])
    terminal.foreground(wiring.panes(paths).attach_argv(pane))
    output.note(_left(paths, task, pane))
    return exit_codes.DONE


def _left(paths: HomePaths, task_id: int, pane: str) -> str:
    """A sentence about why the shell is not seen any more."""
    task = Queries(paths.database).tasks.get(task_id)
    if task.awaits_setup_decision:
        return f"what you changed stays: `swarm setup {task_id} --again` or --skip"
    if task.state is not State.LIVE:
        return f"task {task_id} is {task.state}, and its shell ended with it"
    if pane in wiring.panes(paths).all():
        return f"the shell goes on until task {task_id} ends; so does the task"
    return f"the shell has ended; task {task_id} goes on"


def _run(answer: dict[str, Any]) -> int:
    """Run the command; TERM, HUP and Ctrl+C end it in the sandbox, too."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def end() -> None:
        for argv in answer["ends"]:
            terminal.foreground(argv)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    return terminal.foreground_cleaned(
        [str(word) for word in answer["argv"]], _harmless, end
    )


def _harmless(text: str) -> str:
    """The text without what acts on a terminal; a line may be written anew."""
    return "\r".join(
        plain(line, len(line)) for line in text.replace("\r\n", "\n").split("\r")
    )
