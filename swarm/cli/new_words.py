"""What the words of `swarm new` mean together: its agents, and how they run."""

from argparse import Namespace
from collections.abc import Iterable


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
