"""`swarm repo add`: puts stacks and packages into a repository's `swarm.toml`."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path

from swarm.bootstrap import home
from swarm.cli import exit_codes, output, write_project
from swarm.cli.argument_types import task_id, words
from swarm.cli.arguments import needed_repository
from swarm.cli.consent import agrees
from swarm.cli.keeper_client import ask
from swarm.cli.new_words import flat
from swarm.engine.readers import project_change
from swarm.errors import SwarmError
from swarm.model import wanted_tools
from swarm.model.task import Task
from swarm.model.wishes import Retry
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


def arguments(parser: ArgumentParser) -> None:
    """The names, the task that wants them, and how to answer without a terminal."""
    parser.add_argument(
        "names",
        nargs="*",
        type=words,
        metavar="NAME",
        help="a stack, a Debian package, or a command, such as node, libpq-dev or psql",
    )
    parser.add_argument(
        "--task",
        type=task_id,
        metavar="ID",
        help="add what this task wants, and offer to start it anew with that",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask; retry nothing")
    parser.add_argument("--retry", action="store_true", help="start the task anew, too")
    parser.add_argument("--dry-run", action="store_true", help="only show the change")


def add(args: Namespace) -> int:
    """Show the change, write it on consent, and offer the retry of the task."""
    paths = home.ensure_paths()
    task = _task(paths, args.task) if args.task is not None else None
    names = flat(args.names) or ()
    if task:
        names = (*names, *wanted_tools.can_be_had(task.wants))
    if not names:
        raise SwarmError(
            f"task {task.id} wants nothing that a stack or a package brings"
            if task
            else "nothing is named that is to be added",
            hint="`swarm image stacks` lists the stacks; --task ID adds what one wants",
        )
    repo = Path(task.repo) if task else needed_repository(args)
    change = project_change.with_tools(paths, repo, names)
    status = write_project.on_consent(args, paths, change)
    if status == exit_codes.DONE and task and not args.dry_run:
        return _offer_retry(args, paths, task, names)
    return status


def _task(paths: HomePaths, number: int) -> Task:
    with closing(Queries(paths.database)) as queries:
        return queries.tasks.get(number)


def _offer_retry(
    args: Namespace, paths: HomePaths, task: Task, names: tuple[str, ...]
) -> int:
    stacks, packages = project_change.tools_of(names)
    words = [*(f"--stack {name}" for name in stacks)]
    words += [f"--package {name}" for name in packages]
    question = f"Start task {task.id} anew with it?"
    if not args.retry and (args.yes or not agrees(question)):
        output.note(f"`swarm retry {task.id} {' '.join(words)}` starts it anew with it")
        return exit_codes.DONE
    _offer_image(paths, task, (stacks, packages))
    answer = ask(paths, Retry(task.id, stacks, packages))
    output.numbers(answer["tasks"])
    return exit_codes.DONE


def _offer_image(
    paths: HomePaths, task: Task, more: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """Offer a person to build what the task then stands on, if that is not there."""
    from swarm.adapters.docker import DockerImages  # noqa: PLC0415 - for an offer alone
    from swarm.cli import missing_images  # noqa: PLC0415 - for an offer alone
    from swarm.engine.readers import wanted_change  # noqa: PLC0415 - for an offer alone

    with closing(Queries(paths.database)) as queries, closing(DockerImages()) as engine:
        name, _ = wanted_change.missing_image(queries, engine, task, more)
    if name:
        missing_images.offer_named([name])
