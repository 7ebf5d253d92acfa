"""The three tasks of the demo, and the attempts that their scripts log."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from swarm.model.safe_text import safe_line

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Job:
    """One task of the demo; its script bears its name."""

    name: str
    prompt: str

    def command(self, canary: Path, pace: float) -> str:
        """The shell command; a failing step ends it, and each takes `pace` seconds."""
        settings = f"set -e; PACE={pace:g}; CANARY={shlex.quote(str(canary))}\n"
        return settings + _script("attempts") + _script(self.name)


JOBS = (
    Job("fix-blanks", "count() takes two blanks for a word; fix it, with a test"),
    Job("longest-word", "add longest(text), which finds the longest word, with tests"),
    Job("describe-usage", "show in the README how tally is used"),
)

MERGED = "fix-blanks"
"""The task whose work the demo merges."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that a script tried and must not be able to do."""

    ended: Literal["refused", "allowed!", "untried"]
    what: str
    why: str = ""


def attempts(log: str) -> Iterator[Attempt]:
    """The attempts that a task's own log names; the log is the agent's word alone."""
    for text in log.splitlines():
        for ended in ("refused", "allowed!", "untried"):
            if text.startswith(f"{ended}: "):
                what, _, why = text.removeprefix(f"{ended}: ").partition(" — ")
                yield Attempt(ended, safe_line(what, 80), safe_line(why, 160))


def _script(name: str) -> str:
    return (_FOLDER / f"{name}.sh").read_text(encoding="utf-8")
