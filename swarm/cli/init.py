"""`swarm init`: writes a config file to edit, and a repository's `swarm.toml`."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.cli import exit_codes, init_options, output
from swarm.cli.arguments import repository
from swarm.cli.completion import SHELLS
from swarm.config import load


def init_arguments(parser: ArgumentParser) -> None:
    """An option for each answer, so that it runs without a terminal."""
    init_options.add(parser)


def init(args: Namespace) -> int:
    """Write `swarm.toml`, as agreed, then the config if there is none, all comments.

    Outside of a repository only the latter. What exists is never replaced unseen.
    Who ends the questions has neither.
    """
    repo = repository(args)
    status = exit_codes.DONE
    if repo:
        from swarm.cli import init_project  # noqa: PLC0415 - loads git

        status = init_project.init_project(args, repo)
    elif init_options.is_any_given(args):
        output.note("there is no repository here, so no swarm.toml was written")
        status = exit_codes.FAILED
    if not args.dry_run:
        _write_config()
        _tell_what_next(bool(repo))
    return status


def _write_config() -> None:
    file = load.user_file()
    if file.exists():
        load.load(file)
        output.out(f"{file} exists and is valid; it was not touched")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(comment_out(load.DEFAULTS.read_text(encoding="utf-8")))
        output.out(f"wrote {file}: every key with its default, as comments")


def _tell_what_next(has_repository: bool) -> None:
    shell = Path(os.environ.get("SHELL", "bash")).name
    output.out("")
    output.out("completion:   " + SHELLS.get(shell, SHELLS["bash"]))
    output.out("this machine: swarm doctor")
    output.out("a first look: swarm demo")
    if has_repository:
        output.out('a first task: swarm new "what is to be done"')


def comment_out(text: str) -> str:
    """The TOML text with every line a comment; the headers of tables too."""
    return "".join(
        f"# {line}" if line.strip() and not line.startswith("#") else line
        for line in text.splitlines(keepends=True)
    )
