"""One reader of foreign bytes under fuzzing, and the error of what broke it."""

from collections.abc import Callable
from dataclasses import dataclass


class Broken(Exception):
    """An input did what no input may do."""


@dataclass(frozen=True)
class Target:
    """One reader, what it starts from, and what must hold."""

    name: str
    seeds: tuple[bytes, ...]
    check: Callable[[bytes], bool]
    """True where the input was taken; raises Broken, or whatever a crash raises."""
