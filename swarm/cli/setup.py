"""`swarm setup`: how a task's set-up stands, its log, and how a failed one goes on."""

import time
from argparse import ArgumentParser, Namespace
from collections import Counter

from swarm.adapters import warm_bases
from swarm.bootstrap import home
from swarm.cli import exit_codes, output, setup_log
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask
from swarm.cli.task_facts import state_of
from swarm.errors import SwarmError
from swarm.model import events, project
from swarm.model.format import age, duration, plural, size
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.model.task import SETUP_STEP, State, Task
from swarm.model.wishes import DecideSetup, ForgetBases
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


def setup_arguments(parser: ArgumentParser) -> None:
    """Add an id, and what is to be shown or done."""
    parser.add_argument(
        "id", type=task_id, metavar="ID", nargs="?", help="without: the warm bases"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--log", action="store_true", help="print all of its output")
    what.add_argument(
        "--again", action="store_true", help="run one that failed once more"
    )
    what.add_argument(
        "--skip", action="store_true", help="start the agent although it failed"
    )
    what.add_argument(
        "--fresh",
        action="store_true",
        help="without ID: the repository's next task runs its set-up anew",
    )


def setup(args: Namespace) -> int:
    """Show it, print its log, or decide; FAILED if the set-up failed and waits.

    Without a task: list the warm bases, or have none be used any more.
    """
    paths = home.ensure_paths()
    if args.id is None:
        return _bases(paths, args)
    if args.fresh:
        raise SwarmError(
            "--fresh is about the repository's next task",
            hint=f"leave the id out; `swarm setup {args.id} --again` runs a failed one",
        )
    queries = Queries(paths.database)
    try:
        task = queries.tasks.get(args.id)
        if args.again or args.skip:
            return _decide(paths, task, "again" if args.again else "skip")
        if args.log:
            return _print_log(paths, task)
        return _show(paths, task, queries)
    finally:
        queries.close()


def _bases(paths: HomePaths, args: Namespace) -> int:
    if args.log or args.again or args.skip:
        raise SwarmError("which task?", hint="name its id: `swarm ls` lists them")
    if args.fresh:
        repo = needed_repository(args)
        count = ask(paths, ForgetBases(str(repo)))["bases"]
        output.note(
            f"the next task runs its set-up anew ({plural(count, 'warm base')})"
        )
        return exit_codes.DONE
    queries = Queries(paths.database)
    try:
        users = Counter(task.warm_base for task in queries.tasks.all())
    finally:
        queries.close()
    rows = [
        [
            base.name,
            size(base.bytes),
            age(time.time() - warm_bases.last_used(paths.bases, base.name)),
            str(users[base.name]),
            "retired" if base.retired else base.sharing,
            base.repo,
        ]
        for base in warm_bases.all_bases(paths.bases)
    ]
    if rows:
        head = ["WARM BASE", "SIZE", "LAST USED", "TASKS", "HOW", "REPOSITORY"]
        output.columns(head, rows)
    else:
        output.note("no warm base yet: a task's first set-up makes one")
    return exit_codes.DONE


def _decide(paths: HomePaths, task: Task, choice: str) -> int:
    wish = DecideSetup(task.id, "again" if choice == "again" else "skip")
    ask(paths, wish)
    done = "its set-up is run again" if choice == "again" else "it starts without"
    output.note(f"#{task.id} {safe_line(task.name)}: {done}")
    return exit_codes.DONE


def _print_log(paths: HomePaths, task: Task) -> int:
    text = setup_log.text(paths, task)
    if text:
        output.out(text)
    else:
        output.note(f"task {task.id} has run no set-up")
    return exit_codes.DONE


def _show(paths: HomePaths, task: Task, queries: Queries) -> int:
    choice = project.of_plan(queries.tasks.plan(task.id))
    if not choice.has_setup:
        output.note(
            f"task {task.id} has no set-up: {FILE} of its repository names none"
        )
        return exit_codes.DONE
    is_failed = task.awaits_setup_decision
    output.fields(
        [
            ("set-up", _standing(task, queries)),
            ("reason", task.reason if is_failed else ""),
            ("hint", task.hint if is_failed else ""),
            ("warm base", _warm(task)),
            ("commands", "\n".join(safe_line(each, 300) for each in choice.setup)),
            (
                "each task",
                "\n".join(safe_line(each, 300) for each in choice.each_task or ()),
            ),
            ("output", setup_log.last_lines(paths, task)),
        ]
    )
    return exit_codes.FAILED if is_failed else exit_codes.DONE


def _standing(task: Task, queries: Queries) -> str:
    if task.awaits_setup_decision or task.is_setting_up:
        return state_of(task)
    done = [
        each.event
        for each in queries.events.after(task=task.id)
        if isinstance(each.event, events.StepDone) and each.event.step == SETUP_STEP
    ]
    if done:
        return f"done in {duration(done[-1].seconds)}"
    if task.warm_base:
        return "not run: an earlier task's is used"
    is_before = task.state in (State.QUEUED, State.PROVISIONING)
    return "not yet begun" if is_before else "not run"


def _warm(task: Task) -> str:
    """The base that it has, and the folders that are seen in its box alone."""
    if not task.warm_base:
        return ""
    folders = ", ".join(safe_line(each, 100) for each in task.warm_folders)
    return f"{task.warm_base}{f' (in the box alone: {folders})' if folders else ''}"
