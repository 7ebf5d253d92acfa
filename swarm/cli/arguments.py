"""Finds the repository that a command line names."""

from argparse import Namespace
from pathlib import Path

from swarm.errors import SwarmError


def repository(args: Namespace) -> Path | None:
    """The repository named by --repo, else the one around the working directory.

    None if there is none; SwarmError if --repo names a folder outside of any. Looks at
    files only, because git must not run before the engine has judged the repository.
    """
    if args.repo is None:
        return _named(_around(_working_directory()))
    repo = _named(_around(args.repo.expanduser()))
    if repo is None:
        raise SwarmError(
            f"{args.repo} is not in a git repository", hint="run `git init` there first"
        )
    return repo


def needed_repository(args: Namespace) -> Path:
    """The repository named by `--repo`, or around us; SwarmError without one."""
    repo = repository(args)
    if repo is None:
        raise SwarmError(
            f"{_working_directory()} is not in a git repository",
            hint="go to one, or name one with --repo PATH",
        )
    return repo


def _named(repo: Path | None) -> Path | None:
    """The repository; SwarmError if its path is no text that can be stored."""
    try:
        str(repo).encode()
    except UnicodeError as error:
        raise SwarmError(
            f"the path {repo} is not UTF-8, so no task can stand on it",
            hint="rename the folder, or work in a clone elsewhere",
        ) from error
    return repo


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise SwarmError(
            "the folder that you stand in is gone",
            hint="go to another, or name a repository with --repo PATH",
        ) from error


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
