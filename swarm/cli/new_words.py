"""What the words of `swarm new` mean together: its agents, and how they run."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from swarm.cli import output
from swarm.config import load
from swarm.model.toolchain import STACKS, found_by
from swarm.model.wishes import NewTasks


def names(args: Namespace) -> tuple[str, ...]:
    """The agents that are named: `--agent a --agent b`, or `--agent a,b`."""
    words = (word.strip() for text in args.agent for word in text.split(","))
    return tuple(dict.fromkeys(filter(None, words)))


def way(args: Namespace) -> str:
    """The way to run that the options ask for; a script waits for an end."""
    return "headless" if args.headless or args.wait else ""


def flat(lists: Iterable[tuple[str, ...]] | None) -> tuple[str, ...] | None:
    """The words of an option that may be repeated; None if it was not given."""
    if lists is None:
        return None
    return tuple(dict.fromkeys(word for each in lists for word in each))


def note_stacks(repo: Path, wish: NewTasks) -> None:
    """Say which stacks the checkout tells of, if the task is to have none at all."""
    if wish.stacks is not None:
        return
    sandbox = load.load(load.user_file()).sandbox
    if not sandbox.toolchain(packages=wish.packages) and (hint := stacks_hint(repo)):
        output.note(hint)


def stacks_hint(repo: Path) -> str:
    """A sentence with the stacks that the checkout's first folder tells of, or none."""
    try:
        found = found_by(each.name for each in repo.iterdir())
    except OSError:
        return ""
    if not found:
        return ""
    files = ", ".join(f"{STACKS[name].title} ({file})" for name, file in found.items())
    return (
        f"no stack is in the image; the project looks like {files}: "
        f"`--stack {','.join(found)}`, or `[sandbox] stacks` in the config"
    )
