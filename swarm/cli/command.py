"""The description of one command, and the functions that its module holds."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import NamedTuple


class CommandFunctions(NamedTuple):
    """The two functions of a command, from its own module."""

    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    """Carries out a parsed command, returns the exit status; may raise SwarmError."""


class Command(NamedTuple):
    """One command of the command line."""

    group: str
    """The heading that `swarm --help` lists it under."""
    summary: str
    load: Callable[[], CommandFunctions]
    """Imports the command's module, and so costs nothing until it is called."""


Commands = Mapping[str, Command]
"""Commands by name, in the order of the help."""
