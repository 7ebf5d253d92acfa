"""The one function that runs git: argv and environment built from nothing each time."""

import os
import resource
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from swarm.errors import ToolError, ToolMissing
from swarm.model.safe_text import safe_line

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
class Bounds:
    """What one call may use."""

    seconds: float = 120.0
    output: int = 256 << 20
    """Bytes of standard output."""
    memory: int | None = None
    """Bytes of private memory, where the input is an agent's."""


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
    bounds = bounds or Bounds()
    with TemporaryFile() as errors:
        process = _start(at, words, extra or {}, errors)
        out, overrun = _converse(process, stdin, bounds)
        code = process.wait()
        if overrun:
            raise ToolError(f"git {_verb(words)}: {overrun}")
        if code not in ok:
            raise ToolError(f"git {_verb(words)}: {_tail(errors, code)}")
        return GitResult(code, out)


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


def _start(
    at: GitDir, words: tuple[str, ...], extra: Mapping[str, str], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    uid, gid = at.user or (None, None)
    try:
        return subprocess.Popen(
            argv(at, words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=at.cwd or at.work_tree or "/",
            env=environment(at, extra),
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if gid is None else [],
        )
    except FileNotFoundError as error:
        raise ToolMissing(
            "git is not installed", hint="install git 2.38 or newer"
        ) from error
    except OSError as error:
        raise ToolError(f"git {_verb(words)}: {safe_line(str(error))}") from error


def _converse(
    process: subprocess.Popen[bytes], stdin: bytes, bounds: Bounds
) -> tuple[bytes, str]:
    """Feed and read within the bounds; the output, and what it ran over if it did."""
    assert process.stdin
    assert process.stdout
    if bounds.memory is not None:
        _hold(process.pid, bounds.memory)
    late = threading.Event()
    timer = threading.Timer(bounds.seconds, _killer(process, late))
    timer.start()
    feeder = threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True)
    feeder.start()
    try:
        out = process.stdout.read(bounds.output + 1)
        if len(out) > bounds.output:
            _kill(process)
            return b"", f"more than {bounds.output} bytes came out"
        process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            _kill(process)
        feeder.join()
        process.stdout.close()
    if late.is_set():
        return b"", f"no answer within {bounds.seconds:g} seconds"
    return out, ""


def _feed(pipe: IO[bytes], data: bytes) -> None:
    # Where it ended without reading all, its exit status says why.
    with suppress(BrokenPipeError):
        pipe.write(data)
    with suppress(BrokenPipeError):
        pipe.close()


def _hold(pid: int, memory: int) -> None:
    # Nothing was written to its standard input yet, so it has parsed nothing so far.
    # DATA and not AS: packs are mapped read-only, and may be larger than memory.
    if hasattr(resource, "prlimit"):
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


def _killer(
    process: subprocess.Popen[bytes], late: threading.Event
) -> Callable[[], None]:
    def kill() -> None:
        late.set()
        _kill(process)

    return kill


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _verb(words: tuple[str, ...]) -> str:
    return next((word for word in words if not word.startswith("-")), "")


def _tail(errors: IO[bytes], code: int) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 2000))
    text = errors.read().decode(errors="replace").strip()
    last = [each for each in text.splitlines() if each.strip()][-4:]
    return safe_line("; ".join(last), 600) or f"exit status {code}"
