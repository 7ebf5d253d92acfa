"""The commands that make one wish about each task they name: stop, send, retry, rm …"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

from swarm.bootstrap import home
from swarm.cli import bulk, exit_codes, output, task_selection
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import repository
from swarm.cli.keeper_client import ask, ask_all, ask_each
from swarm.cli.task_selection import Selection
from swarm.errors import SwarmError
from swarm.model import wishes
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.model.wishes import TaskWish
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


class TaskAction(NamedTuple):
    """A command that makes one wish for each task it names."""

    make_wish: Callable[[int], TaskWish]
    outcome: str
    """Printed for each task once its wish is done."""
    past: str
    """The verb as the summary has it: `3 tasks stopped`."""
    is_destructive: bool = False
    """It asks first if tasks are not named one by one, and takes filters."""
    way_back: str = ""
    """The end of the summary's sentence, for what may be taken back."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ids and ranges, and for a destructive one the filters."""
        if self.is_destructive:
            task_selection.add_selection(parser)
        else:
            task_selection.add_ranges(parser)

    def run(self, args: Namespace) -> int:
        """Choose the tasks, ask if need be, and submit; the worst outcome counts."""
        paths = home.ensure_paths()
        selection = task_selection.selection_of(args)
        repo = repository(args)
        verb = self.make_wish(0).verb
        tasks = all_tasks(paths)
        chosen = task_selection.choose(
            selection, verb, tasks, str(repo) if repo else None
        )
        if not chosen.tasks:
            bulk.note_left_out(chosen)
            return bulk.nothing(verb, selection, chosen)
        if selection.is_wide or getattr(args, "dry_run", False):
            if self.is_destructive and not bulk.may_go_on(verb, chosen, args):
                return exit_codes.DONE if args.dry_run else exit_codes.FAILED
            bulk.note_left_out(chosen)
        return _submit_each(self, [task.id for task in chosen.tasks], selection)


ACTIONS: dict[str, TaskAction] = {
    "stop": TaskAction(wishes.Stop, "stopped", "stopped"),
    "kill": TaskAction(wishes.Kill, "killed", "killed"),
    "pause": TaskAction(wishes.Pause, "paused", "paused"),
    "resume": TaskAction(wishes.Resume, "resumed", "resumed"),
    # A retry prints the new ids instead.
    "retry": TaskAction(wishes.Retry, "", "queued again"),
    "discard": TaskAction(
        wishes.Discard,
        "discarded; `swarm restore` takes it back",
        "discarded",
        is_destructive=True,
        way_back="; `swarm restore {ids}` takes that back",
    ),
    "restore": TaskAction(wishes.Restore, "restored", "restored"),
    "rm": TaskAction(
        wishes.Remove,
        "removed",
        "removed",
        is_destructive=True,
        way_back="; `git branch NAME REF` brings back what a ref keeps",
    ),
    "cut": TaskAction(
        wishes.Cut,
        "nothing passes the gate; `swarm uncut` lets its policy count again",
        "cut",
    ),
    "uncut": TaskAction(wishes.Uncut, "its policy counts again", "uncut"),
}


def send_arguments(parser: ArgumentParser) -> None:
    """Add an id and the text."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument("text", metavar="TEXT", help="`-` reads standard input")


def panic(_args: Namespace) -> int:
    """Cut and freeze every task; prints the commands that take it back."""
    record = ask_all(home.ensure_paths(), [wishes.Panic()])[0]
    for failure in record.result.get("failed", ()):
        output.note(safe_line(str(failure), 300))
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
    paths = home.ensure_paths()
    queries = Queries(paths.database)
    try:
        task = queries.tasks.get(args.id)
    finally:
        queries.close()
    waits = ask(paths, wishes.SendText(task.id, text)).get("waits")
    done = "it waits until its agent is ready" if waits else "sent"
    output.note(f"#{task.id} {safe_line(task.name)}: {done}")
    return exit_codes.DONE


def all_tasks(paths: HomePaths) -> list[Task]:
    """Every task of the home, removed ones too."""
    queries = Queries(paths.database)
    try:
        return queries.tasks.all(removed=True)
    finally:
        queries.close()


def _submit_each(action: TaskAction, ids: list[int], selection: Selection) -> int:
    """Submit a wish for each task, all at once; FAILED if any of them is refused."""
    paths = home.ensure_paths()
    requests = [action.make_wish(task_id) for task_id in ids]
    refused: list[int] = []
    try:
        for wish, record in zip(requests, ask_each(paths, requests), strict=True):
            if record.outcome == "refused":
                output.refused(wish.verb, SwarmError(record.message, record.hint))
                refused.append(wish.task)
            elif isinstance(wish, wishes.Retry):
                output.numbers(record.result["tasks"])
            else:
                output.note(_outcome(paths, wish, action.outcome))
    except KeyboardInterrupt:
        output.note("the keeper goes on with the rest; see `swarm ls --all`")
        raise
    if selection.is_wide:
        output.note(_summary(action, ids, refused))
    return exit_codes.FAILED if refused else exit_codes.DONE


def _outcome(paths: HomePaths, wish: TaskWish, outcome: str) -> str:
    queries = Queries(paths.database)
    try:
        task = queries.tasks.get(wish.task)
    finally:
        queries.close()
    kept = ""
    if isinstance(wish, wishes.Remove):
        kept = f"; {task.kept_ref} keeps its work" if task.kept_ref else ""
    return f"#{task.id} {safe_line(task.name)}: {outcome}{kept}"


def _summary(action: TaskAction, ids: list[int], refused: list[int]) -> str:
    done = [number for number in ids if number not in refused]
    way_back = action.way_back.format(ids=bulk.ranges(done)) if done else ""
    more = f"; refused: {bulk.ranges(refused)}" if refused else ""
    return f"{plural(len(done), 'task')} {action.past}{way_back}{more}"
