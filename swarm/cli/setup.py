"""`swarm setup`: how a task's set-up stands, its log, and how a failed one goes on."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output, setup_log
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.cli.list_tasks import state_of
from swarm.model import events, project
from swarm.model.format import duration
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.model.task import SETUP_FAILED, State, Task
from swarm.model.wishes import DecideSetup
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries

STEP = "setup"


def setup_arguments(parser: ArgumentParser) -> None:
    """Add an id, and what is to be shown or done."""
    parser.add_argument("id", type=task_id, metavar="ID")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--log", action="store_true", help="print all of its output")
    what.add_argument(
        "--again", action="store_true", help="run one that failed once more"
    )
    what.add_argument(
        "--skip", action="store_true", help="start the agent although it failed"
    )


def setup(args: Namespace) -> int:
    """Show it, print its log, or decide; FAILED if the set-up failed and waits."""
    paths = home.ensure_paths()
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
    plan = queries.tasks.plan(task.id)
    commands = project.from_json(plan.get("project", {})).setup
    if not commands:
        output.note(
            f"task {task.id} has no set-up: {FILE} of its repository names none"
        )
        return exit_codes.DONE
    is_failed = task.setup == SETUP_FAILED
    output.fields(
        [
            ("set-up", _standing(task, queries)),
            ("reason", task.reason if is_failed else ""),
            ("hint", task.hint if is_failed else ""),
            ("commands", "\n".join(safe_line(each, 300) for each in commands)),
            ("output", setup_log.last_lines(paths, task)),
        ]
    )
    return exit_codes.FAILED if is_failed else exit_codes.DONE


def _standing(task: Task, queries: Queries) -> str:
    if task.setup == SETUP_FAILED or task.step_now == STEP:
        return state_of(task)
    done = [
        each.event
        for each in queries.events.after(task=task.id)
        if isinstance(each.event, events.StepDone) and each.event.step == STEP
    ]
    if done:
        return f"done in {duration(done[-1].seconds)}"
    is_before = task.state in (State.QUEUED, State.PROVISIONING)
    return "not yet begun" if is_before else "not run"
