"""Which repository a command is about, and which task."""

from argparse import Namespace
from pathlib import Path

from swarm.errors import SwarmError
from swarm.model.task import Task
from swarm.store.task_queries import TaskQueries


def repository(args: Namespace) -> Path | None:
    """The repository named by --repo, else the one around the working directory.

    None where one stands in none; SwarmError where --repo names none. Looks at files
    only: no git runs on a repository before the engine has judged it.
    """
    if args.repo is None:
        return _around(Path.cwd())
    found = _around(args.repo.expanduser())
    if found is None:
        raise SwarmError(
            f"{args.repo} is not in a git repository", hint="run `git init` there first"
        )
    return found


def needed_repository(args: Namespace) -> Path:
    """As `repository`; SwarmError also where one stands in none."""
    found = repository(args)
    if found is None:
        raise SwarmError(
            f"{Path.cwd()} is not in a git repository",
            hint="go to one, or name one with --repo PATH",
        )
    return found


def _around(start: Path) -> Path | None:
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / ".git").exists() or _is_bare(folder):
            return folder
    return None


def _is_bare(folder: Path) -> bool:
    return (
        (folder / "HEAD").is_file()
        and (folder / "objects").is_dir()
        and (folder / "refs").is_dir()
        and folder.name != ".git"
    )


def tasks_named(board: TaskQueries, ids: list[int]) -> list[Task]:
    """The tasks of these ids, each once; NotFound names the first there is not."""
    return [board.get(number) for number in dict.fromkeys(ids)]
