"""Runs git: argv and environment are built from nothing for each call."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters import process
from swarm.adapters.deadline import Deadline
from swarm.adapters.process import Limits, OnLine, ProcessResult, Program
from swarm.errors import ToolError

# The command line outranks every config file, so these hold in the user's own
# repository too. Hooks come first: git runs one for `reference-transaction` on any
# ref it writes, and `post-index-change` on any index.
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.editor=false",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.alternateRefsCommand=false",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.quotePath=true",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "gpg.program=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "submodule.recurse=false",
    "advice.detachedHead=false",
)

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    # `protocol.<name>.allow` in a config outranks `protocol.allow`; this outranks both.
    "GIT_ALLOW_PROTOCOL": "none",
    # A file may be called `:(top)x`; no path is ever meant as a pattern.
    "GIT_LITERAL_PATHSPECS": "1",
    # The objects that an agent's LFS pointers name are not here, and a merge is no
    # moment to ask a server for them.
    "GIT_LFS_SKIP_SMUDGE": "1",
}

_IMPERSONAL = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
}


@dataclass(frozen=True, slots=True)
class GitDir:
    """A git directory, and as whom and with whose configuration git works on it."""

    path: Path | None
    """None only to discover one from `cwd`."""
    work_tree: Path | None = None
    home: Path | None = None
    """HOME, which a config's `~/` needs; None for git directories of our own."""
    personal: bool = False
    """The user's global and system configuration count: identity, LFS, line ends."""
    user: tuple[int, int] | None = None
    """Run as this uid and gid, if swarm is root and the repository is not root's."""
    cwd: Path | None = None
    deadline: Deadline | None = None
    """The end of the work that git is a part of; it shortens a call's time."""


@dataclass(frozen=True, slots=True)
class Bounds(Limits):
    """Limits of one call; no answer of git's is meant to be longer."""

    seconds: float = 120.0
    output: int = 256 << 20


def run(
    git_dir: GitDir,
    *words: str,
    stdin: bytes = b"",
    extra_environment: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
    on_line: OnLine | None = None,
) -> ProcessResult:
    """Run `git <words>`, whatever its exit status will be.

    Each line of its output, and of its progress, is reported to `on_line` at once.
    ToolError after the time limit, on too much output and if a signal ended git;
    ToolMissing if there is no git.
    """
    program = Program(
        argv(git_dir, words),
        label=f"git {verb(words)}",
        environment=environment(git_dir, extra_environment or {}),
        stdin=stdin,
        cwd=git_dir.cwd or git_dir.work_tree,
        user=git_dir.user,
        install_hint="install git 2.38 or newer",
        whole_group=True,
    )
    deadline = git_dir.deadline
    result = _run_in_time(program, bounds or Bounds(), deadline, on_line)
    if result.status < 0:
        raise ToolError(f"{program.label}: {result.complaint}")
    return result


def _run_in_time(
    program: Program,
    bounds: Bounds,
    deadline: Deadline | None,
    on_line: OnLine | None,
) -> ProcessResult:
    if deadline is None:
        return process.run(program, bounds, on_line)
    seconds = min(bounds.seconds, deadline.remaining())
    try:
        return process.run(program, replace(bounds, seconds=seconds), on_line)
    except ToolError:
        deadline.remaining()  # if it is over, the whole work's sentence is the better
        raise


def argv(git_dir: GitDir, words: tuple[str, ...]) -> list[str]:
    """The whole command line; the tests hold it against a list of promises."""
    line = ["git", "--no-pager"]
    for setting in _SETTINGS:
        line += ["-c", setting]
    if git_dir.path is None and os.geteuid() == 0:
        line += ["-c", "safe.directory=*"]
    if git_dir.path:
        line.append(f"--git-dir={git_dir.path}")
    if git_dir.work_tree:
        line.append(f"--work-tree={git_dir.work_tree}")
    return [*line, *words]


def environment(git_dir: GitDir, extra: Mapping[str, str]) -> dict[str, str]:
    """The whole environment: nothing is inherited but PATH's absolute entries."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(entry for entry in entries if entry.startswith("/"))
    home = {"HOME": str(git_dir.home)} if git_dir.home else {}
    config_home = os.environ.get("XDG_CONFIG_HOME", "")
    if git_dir.personal and not git_dir.user and config_home:
        home["XDG_CONFIG_HOME"] = config_home
    impersonal = {} if git_dir.personal else _IMPERSONAL
    return {"PATH": path, **_ENVIRONMENT, **impersonal, **home, **extra}


def verb(words: Sequence[str]) -> str:
    """The subcommand of a command line, for messages."""
    options = ("-c", "-C")
    return next(
        (
            word
            for before, word in zip(("", *words), words, strict=False)
            if not word.startswith("-") and before not in options
        ),
        "",
    )
