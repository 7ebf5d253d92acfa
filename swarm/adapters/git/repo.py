"""Wraps GitPython: `Git.execute` runs each command as our own bounded call.

GitPython serves as vocabulary: `repo.git.<verb>`, `Head`, `Actor`, `is_ancestor`. No
process starts but by `process.run`, and none outlives its call.

Its parsers never see bytes that an agent can choose; those stay ours. Each of these was
tried with GitPython 3.2 (`tests/adapters/git/test_repo.py` tries them again, so
that an upgrade that mends one is noticed):

- *Diffs, listings, logs.* One changed file called ``m\\xe9.txt`` makes `Commit.diff()`
  an empty list without an error; a newline in a name cuts it, a rename to ``:x`` is no
  change. Each `Diff` looks up `.gitmodules` in HEAD, which may be the agent's.
- *Objects* (`.commit`, `.tree`, the index, `odb`). They know SHA-1 only, and keep two
  `cat-file` processes alive.
- *Configuration.* `includeIf`, ``[core] key = v`` on one line and old-style sections
  end in exceptions that git's own reader does not have.
- *Discovery* (`Repo(path)`). It obeys GIT_DIR and GIT_COMMON_DIR, expands ``$VAR`` in
  paths and does not know `safe.directory`.
- *References on disk.* It reads `refs/` and `HEAD` as files, so it is blind to a
  reftable: git is asked for what is not plain in `HEAD`, and `update-ref` writes.
- *The index's commit.* It runs hooks with all of our environment.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from swarm.adapters.git.process import Bounds, GitDir, run, verb
from swarm.adapters.process import OnLine, ProcessResult
from swarm.errors import ToolError

# GitPython runs `git version` while it is imported, with our whole environment and no
# limit. A program that cannot be executed makes that one failed exec.
os.environ.update(GIT_PYTHON_REFRESH="quiet", GIT_PYTHON_GIT_EXECUTABLE=os.devnull)
import git
from git import Actor, GitCommandError, Head

del os.environ["GIT_PYTHON_REFRESH"], os.environ["GIT_PYTHON_GIT_EXECUTABLE"]
git.Git.GIT_PYTHON_GIT_EXECUTABLE = "git"

__all__ = ["RAW", "Actor", "Git", "GitFailed", "Head", "Repo"]

RAW: dict[str, Any] = {"stdout_as_string": False, "strip_newline_in_stdout": False}
"""Keywords of a call whose output is bytes that nothing may change."""

_HEAD = re.compile(rb"ref: (refs/heads/[^\0- ~^:?*\[\\\x7f]+)\n")
_DOUBTFUL = re.compile(rb"/\.|\.\.|@\{|//|(\.lock|[./])(/|$)")
"""What no branch may be named, or a reftable puts there instead of a name."""
_HEAD_LIMIT = 4096
"""Bytes of a HEAD file that are read."""
_OPTIONS = {
    "stdout_as_string",
    "strip_newline_in_stdout",
    "with_exceptions",
    "with_extended_output",
}


class GitFailed(ToolError, GitCommandError):
    """Git ended with a status that is no answer; GitPython's helpers read `status`."""

    def __init__(self, words: Sequence[str], result: ProcessResult) -> None:
        super().__init__(f"git {verb(words)}: {result.complaint}")
        self.command = list(words)
        self.status = result.status
        self.stderr = result.complaint

    def __str__(self) -> str:
        """Our message, not GitPython's with its whole command line."""
        return self.message


class Git(git.Git):
    """`git.<verb>(…)` on one git directory: one call, one bounded process.

    A verb takes its words as arguments, and as keywords `istream` (bytes), `env`
    (variables beside ours), `RAW`, and `with_extended_output` for (status, output,
    complaint). It answers with the output as text without its last newline; GitFailed
    (a ToolError) on an exit status that is not accepted. Text has what is no UTF-8 in
    it as surrogates, so `os.fsencode` gives the bytes back.
    """

    __slots__ = ("_accepted", "_bounds", "_git_dir", "_on_line", "_variables")

    def __init__(self, git_dir: GitDir, env: Mapping[str, str] | None = None) -> None:
        """Git on this directory; `env` are variables beside ours, for every call."""
        super().__init__()
        self._git_dir = git_dir
        self._variables = dict(env or {})
        self._bounds = Bounds()
        self._accepted: tuple[int, ...] = (0,)
        self._on_line: OnLine | None = None

    @property
    def git_dir(self) -> GitDir:
        """The git directory that it works on."""
        return self._git_dir

    def within(self, bounds: Bounds) -> "Git":
        """The same git with other limits."""
        git = self._copy()
        git._bounds = bounds
        return git

    def accepting(self, *statuses: int) -> "Git":
        """The same git, for which these exit statuses are answers too, beside 0."""
        git = self._copy()
        git._accepted = (0, *statuses)
        return git

    def reporting(self, on_line: OnLine) -> "Git":
        """The same git, whose lines are reported while it works."""
        git = self._copy()
        git._on_line = on_line
        return git

    def _copy(self) -> "Git":
        git = Git(self._git_dir, self._variables)
        git._bounds, git._accepted = self._bounds, self._accepted
        git._on_line = self._on_line
        return git

    def execute(  # type: ignore[override]  # narrower: see `_refuse`
        self,
        command: Sequence[str],
        istream: bytes | BinaryIO | int | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """Run the command line that GitPython put together, as `process.run` does."""
        words = tuple(command[1:])
        unknown = sorted(key for key in options.keys() - _OPTIONS if options[key])
        if unknown or isinstance(istream, int):
            raise ToolError(
                f"git {verb(words)}: no process outlives its call, so there is no "
                f"{', '.join(unknown) or 'pipe to it'}"
            )
        stdin = (
            istream
            if isinstance(istream, bytes)
            else istream.read()
            if istream
            else b""
        )
        result = run(
            self._git_dir,
            *words,
            stdin=stdin,
            extra_environment={**self._variables, **(env or {})},
            bounds=self._bounds,
            on_line=self._on_line,
        )
        if result.status not in self._accepted and options.get("with_exceptions", True):
            raise GitFailed(words, result)
        return _answer(result, options)


def _answer(result: ProcessResult, options: Mapping[str, Any]) -> Any:
    output: bytes | str = result.output
    if options.get("strip_newline_in_stdout", True):
        output = result.output.removesuffix(b"\n")
    if options.get("stdout_as_string", True):
        output = os.fsdecode(output)
    if options.get("with_extended_output"):
        return result.status, output, result.complaint
    return output


class Repo(git.Repo):
    """GitPython's repository on a git directory that we name.

    Nothing is discovered; no configuration, no file and no GIT_* variable is read.
    """

    git: Git

    def __init__(self, git_dir: GitDir) -> None:
        if git_dir.path is None:
            raise ValueError("a Repo needs the path of its git directory")
        self.git_dir = str(git_dir.path)
        self._common_dir = self.git_dir
        self._working_tree_dir = str(git_dir.work_tree) if git_dir.work_tree else None
        self._bare = git_dir.work_tree is None
        self.working_dir = self._working_tree_dir or self.git_dir
        self.git = Git(git_dir)

    def close(self) -> None:
        """Nothing is open: no process outlives its call."""

    def is_ancestor(self, ancestor_rev: Any, rev: Any) -> bool:
        """True if the first commit is an ancestor of the second; both by their ids."""
        return super().is_ancestor(ancestor_rev, rev)

    @property
    def active_branch(self) -> Head:
        """The branch that HEAD is on, unborn or not; TypeError if HEAD is detached.

        Git is asked only if the file does not say it: a landing asks for the branch of
        each checkout several times, and a reftable's HEAD file names no branch.
        """
        ref = _plain_head(Path(self.git_dir))
        if not ref:
            words = ("--quiet", "HEAD")
            ref = str(self.git.accepting(1).symbolic_ref(*words))
        if not ref.startswith("refs/heads/"):
            raise TypeError(f"HEAD is on no branch but {ref or 'detached'}")
        return Head(self, ref)

    def _refused(self) -> Any:
        raise NotImplementedError(
            "GitPython's own way to this would start processes or parse what an "
            "agent wrote; the module's docstring names ours"
        )

    init = clone = clone_from = property(_refused)
    index = odb = remotes = submodules = property(_refused)
    config_reader = config_writer = property(_refused)


def _plain_head(git_dir: Path) -> str:
    """The branch that a HEAD file names; empty if git has to be asked."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(git_dir / "HEAD", flags)
    except OSError:
        return ""
    try:
        content = os.read(fd, _HEAD_LIMIT)
    except OSError:
        return ""
    finally:
        os.close(fd)
    head = _HEAD.fullmatch(content)
    return "" if not head or _DOUBTFUL.search(head[1]) else os.fsdecode(head[1])
