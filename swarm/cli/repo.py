"""`swarm repo`: a repository that the user moved, and what one brings to a task."""

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from swarm.bootstrap import home, wiring
from swarm.cli import bulk, exit_codes, output, repo_add
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask
from swarm.config.brought import REPO_FOLDER, Brought
from swarm.engine.readers import repository_bring, repository_project
from swarm.errors import SwarmError
from swarm.model import shown_texts
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.model.wishes import AgreeToBrought, MoveRepository


def repo_arguments(parser: ArgumentParser) -> None:
    """The subcommands `add`, `moved` and `trust`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")
    repo_add.arguments(
        verbs.add_parser("add", help="add stacks and packages to its swarm.toml")
    )
    moved = verbs.add_parser("moved", help="have a repository's tasks follow it")
    moved.add_argument(
        "old", type=Path, metavar="OLD", help="where it was, or a directory above it"
    )
    moved.add_argument("new", type=Path, metavar="NEW", help="where that is now")
    trust = verbs.add_parser(
        "trust",
        help="show what the repository brings to agents and tasks, and have it used",
    )
    trust.add_argument("--yes", action="store_true", help="do not ask")


def repo(args: Namespace) -> int:
    """Have the tasks follow, or what the repository brings be used."""
    if args.verb == "add":
        return repo_add.add(args)
    return _trust(args) if args.verb == "trust" else _moved(args)


def _trust(args: Namespace) -> int:
    """Show what stands at HEAD, and agree to exactly that; another asks again."""
    paths, path = home.ensure_paths(), needed_repository(args)
    commit, brought, summary = repository_bring.at_head(paths, path)
    root, project = repository_project.at_head(paths, path)
    if not brought.digest and not project.digest:
        raise SwarmError(
            f"{safe_line(str(path))} has neither {REPO_FOLDER} nor {FILE} at its HEAD"
        )
    answers = []
    if brought.digest:
        answers.append(
            _agreed(_lines(brought.brought), brought.is_agreed, summary, args)
        )
        if answers[-1] and not brought.is_agreed:
            ask(paths, AgreeToBrought(str(path), commit, brought.digest))
            output.note(f"{REPO_FOLDER} at {commit[:12]} is used from each next start")
    if project.digest:
        words = f"{FILE}: {', '.join(project.choice.asking) or 'it only narrows'}"
        answers.append(
            _agreed(shown_texts.lines(project.texts), project.is_agreed, words, args)
        )
        if answers[-1] and not project.is_agreed:
            wiring.agree_to_project(paths, root, project.digest)
            output.note(f"{FILE} is used by each next task")
    return exit_codes.DONE if all(answers) else exit_codes.FAILED


def _agreed(
    lines: Iterable[str], is_agreed: bool, summary: str, args: Namespace
) -> bool:
    """Show the lines, and ask unless that was answered before."""
    for line in lines:
        output.out(line)
    if is_agreed:
        output.note(f"this is in use: you agreed to it ({summary})")
        return True
    question = f"Have it used ({summary}), until it changes by a byte?"
    return bool(args.yes) or bulk.agreed(question)


def _lines(found: Brought) -> Iterator[str]:
    """All that an agent would be given, on lines of their own."""
    for name, server in found.servers.items():
        words = shlex.join(server.command) or server.url
        values = {**server.environment, **server.headers}
        more = "".join(f" {name}={value}" for name, value in values.items())
        yield f"MCP server {name}: {safe_line(words + more, 2000)}"
    texts = {"rules.md": found.rules} if found.rules.strip() else {}
    texts |= {f"skills/{path}": text for path, text in found.skills.items()}
    texts |= {f"commands/{path}": text for path, text in found.commands.items()}
    yield from shown_texts.lines(texts)
    for each in found.left_out:
        yield f"left out as a secret: {safe_line(each, 200)}"


def _moved(args: Namespace) -> int:
    old, new = args.old.expanduser().absolute(), args.new.expanduser().resolve()
    # A link that was left at the old place must not lead to the new one.
    old = old.parent.resolve() / old.name
    answer = ask(home.ensure_paths(), MoveRepository(str(old), str(new)))
    ids = ", ".join(f"#{number}" for number in answer["tasks"])
    output.note(f"{ids}: now of {safe_line(str(new))}")
    if answer["live"]:
        live = ", ".join(f"#{number}" for number in answer["live"])
        output.note(
            f"{live}: its sandbox still has the objects of the old place; if you moved "
            "it to another disk, stop the task and start it anew"
        )
    return exit_codes.DONE
