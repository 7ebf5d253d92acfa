"""`swarm keeper`: the engine in the foreground."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home, keeper_process


def keeper_arguments(_parser: ArgumentParser) -> None:
    """None."""


def keeper(_args: Namespace) -> int:
    """Serves until TERM; yields at once, with 0, where another keeper serves."""
    return keeper_process.run_keeper(home.places())
