"""The one function that runs git: argv and environment built from nothing each time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.process import Limits, Program, run
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

    git_dir: Path | None
    """None only to discover one from `cwd`."""
    work_tree: Path | None = None
    home: Path | None = None
    """HOME, which a config's `~/` needs; None for git directories of our own."""
    personal: bool = False
    """The user's global and system configuration count: identity, LFS, line ends."""
    user: tuple[int, int] | None = None
    """Run as this uid and gid, where swarm is root and the repository is not root's."""
    cwd: Path | None = None


@dataclass(frozen=True, slots=True)
class Bounds(Limits):
    """Limits of one call; no answer of git's is meant to be longer."""

    seconds: float = 120.0
    output: int = 256 << 20


@dataclass(frozen=True, slots=True)
class GitResult:
    """What a call ended with."""

    code: int
    out: bytes


def git(
    at: GitDir,
    *words: str,
    stdin: bytes = b"",
    extra: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
) -> bytes:
    """Run `git <words>`; ToolError unless it succeeds."""
    return ask(at, *words, stdin=stdin, extra=extra, bounds=bounds).out


def ask(
    at: GitDir,
    *words: str,
    stdin: bytes = b"",
    extra: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
    ok: tuple[int, ...] = (0,),
) -> GitResult:
    """As `git`, where another exit status than 0 is an answer too.

    ToolError (with the tail of its standard error) on any other status, after the
    time limit and on too much output; ToolMissing where there is no git. The whole
    process group is killed then, drivers and all.
    """
    result = run(
        Program(
            argv(at, words),
            label=f"git {_verb(words)}",
            environment=environment(at, extra or {}),
            stdin=stdin,
            cwd=at.cwd or at.work_tree,
            user=at.user,
            install_hint="install git 2.38 or newer",
        ),
        bounds or Bounds(),
    )
    if result.status not in ok:
        raise ToolError(f"git {_verb(words)}: {result.complaint}")
    return GitResult(result.status, result.output)


def argv(at: GitDir, words: tuple[str, ...]) -> list[str]:
    """The whole command line; the tests hold it against a list of promises."""
    head = ["git", "--no-pager"]
    for setting in _SETTINGS:
        head += ["-c", setting]
    if at.git_dir is None and os.geteuid() == 0:
        head += ["-c", "safe.directory=*"]
    if at.git_dir:
        head.append(f"--git-dir={at.git_dir}")
    if at.work_tree:
        head.append(f"--work-tree={at.work_tree}")
    return [*head, *words]


def environment(at: GitDir, extra: Mapping[str, str]) -> dict[str, str]:
    """The whole environment: nothing is inherited but PATH's absolute entries."""
    found = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(entry for entry in found if entry.startswith("/"))
    home = {"HOME": str(at.home)} if at.home else {}
    config = os.environ.get("XDG_CONFIG_HOME", "")
    if at.personal and not at.user and config:
        home["XDG_CONFIG_HOME"] = config
    whose = {} if at.personal else _IMPERSONAL
    return {"PATH": path, **_ENVIRONMENT, **whose, **home, **extra}


def _verb(words: tuple[str, ...]) -> str:
    return next((word for word in words if not word.startswith("-")), "")
