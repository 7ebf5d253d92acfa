"""Activity in a sandbox that the sensor reports.

An action is stored one by one: a command, a refusal, a flagged change. Everything that
happens to one path is summed up in one row, however often it is written.
"""

from dataclasses import dataclass, field
from typing import Literal

from swarm.model.frozen import frozen
from swarm.model.wanted_tools import WantedTool

Kind = Literal["exec", "file", "call", "net"]
Area = Literal["worktree", "git", "home", "scratch", "elsewhere"]

WORKTREE, GIT, HOME = "/workspace", "/gitdir", "/home/agent"
_SCRATCH = ("/tmp", "/run", "/dev", "/proc", "/var/tmp")  # noqa: S108 - the sandbox's

HUMAN = "in your shell"
"""The note on a command of the human's own, in a shell that they opened.

It stands first: what follows may have an agent's words in it.
"""
DESTRUCTIVE = "!!"
"""The level of a command that destroys; X0 to X4 are the levels of `review.Level`."""
GROUP = "group"
"""The `op` of a row that stands for a whole generated folder."""
LOSS = "loss"
"""The `op` of an action that tells which tracked files a command took away."""
OUTSIDE = "out"
"""The level of a write outside the folders that belong to the agent."""


@frozen
class Action:
    """One thing that a program did, or was refused."""

    at: float
    kind: Kind
    op: str
    path: str = ""
    """A path in the sandbox; a command's program; of `net` an address and port."""
    other: str = ""
    """The old path of a rename, the target of a symlink, the folder of a command."""
    argv: tuple[str, ...] = ()
    pid: int = 0
    parent: int = 0
    comm: str = ""
    """The name that the program gives itself."""
    result: int = 0
    """0, or the error's number, negative."""
    code: int | None = None
    """A command's exit status; 128 plus the signal if one ended it."""
    seconds: float = 0.0
    count: int = 1
    level: str = ""
    """Empty, `X0` to `X4`, `DESTRUCTIVE`, or `OUTSIDE`."""
    note: str = ""
    quiet: str = ""
    """The rule of `model.quiet` by which screens count it only; empty for none."""
    housekeeping: int = 0
    """Quiet changes and commands that this command made."""
    generated: int = 0
    """Changes that it made in generated folders."""


@dataclass(slots=True)
class PathActivity:
    """Everything that happened to one path, summed up."""

    path: str
    op: str
    first: float
    last: float
    count: int = 0
    bytes: int = 0
    size: int = 0
    mode: int = 0
    comm: str = ""
    denied: int = 0
    level: str = ""
    note: str = ""
    group: str = ""
    """The generated folder, or the rule of `model.quiet`, that it is counted under.

    Empty if it is shown by itself.
    """
    is_gone: bool = False
    """It was made by the task and is no more: a flag on it is withdrawn."""


@dataclass(slots=True)
class Batch:
    """The activity that some lines of one task report."""

    paths: dict[str, PathActivity] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    ends: list[tuple[int, int, float]] = field(default_factory=list)
    """Process ids with exit status and time, of commands in earlier batches."""
    path_groups: list[str] = field(default_factory=list)
    """Folders that are shown as one row from now on."""
    credits: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By process of a command: its quiet changes, and those in generated folders."""
    ran: list[str] = field(default_factory=list)
    """Files that were run: they are shown by themselves from now on."""
    lost: int = 0
    wanted: list[WantedTool] = field(default_factory=list)
    """Tools that the agent tried to use for the first time, and has not."""


@frozen
class Leftover:
    """A process that ran when its task's own command ended, and ended with it."""

    pid: int
    comm: str
    """The name that the program gives itself."""


def area(path: str) -> Area:
    """The area that a path of the sandbox lies in."""
    if below(path, WORKTREE):
        return "worktree"
    if below(path, GIT):
        return "git"
    if below(path, HOME):
        return "home"
    if any(below(path, folder) for folder in _SCRATCH):
        return "scratch"
    return "elsewhere"


def below(path: str, folder: str) -> bool:
    """True if a path is the folder or in it; neither may hold `.` or `..`."""
    return path == folder or path.startswith(f"{folder}/")


def relative(path: str) -> str:
    """The name that git gives a path of the worktree; any other path unchanged."""
    return path[len(WORKTREE) + 1 :] if path.startswith(f"{WORKTREE}/") else path


@frozen
class LogPosition:
    """The position up to which one log file of the sensor is stored."""

    container: str
    part: int
    task: int
    offset: int = 0
    """Bytes."""
    lines: int = 0
    head: bytes = b""
    """The hash chain's value after the last line."""
