"""The user's own repository: found, understood and refused before anything is made."""

import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git.process import GitDir, ask, git
from swarm.adapters.git.settings import Settings, read_settings
from swarm.errors import SwarmError, ToolError
from swarm.model.safe_text import safe_line

_ALTERNATES_DEPTH = 5
"""As git itself counts."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a task begins at."""

    commit: str
    ref: str
    """What the human named; the branch or the commit's id where nothing was."""
    target: str
    """The branch that a merge goes to by default; empty where HEAD is detached."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the user's. What is here was true when it was opened."""

    git_dir: Path
    """Of the checkout that was named; a linked worktree has one of its own."""
    common_dir: Path
    """Where refs and objects are."""
    work_tree: Path | None
    """None for a bare repository."""
    object_format: str
    """`sha1` or `sha256`."""
    branch: str
    """Empty where HEAD is detached."""
    head: str
    owner: tuple[int, int]
    """Uid and gid of who keeps the repository."""
    alternates: tuple[Path, ...] = ()
    """Object directories that this one borrows from, nested ones too."""
    shallow: bool = False
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def open(cls, path: Path, home: Path) -> "Repository":
        """Find the repository around `path`; runs nothing of its config.

        SwarmError, each with a way out, where there is none, where it has no commit,
        where objects are missing (a partial clone), where it is the user's whole home
        directory, or where it lies in `home`, swarm's own.
        """
        git_dir, common, object_format, work_tree = _discover(path)
        root = work_tree or common
        _refuse_place(root, home.resolve())
        found = common.stat()
        owner = (found.st_uid, found.st_gid)
        door = GitDir(common, home=_home(owner), personal=True)
        settings = read_settings(door)
        _refuse_partial(root, settings)
        at = GitDir(git_dir, home=_home(owner))
        head = _commit(at, "HEAD")
        if not head:
            raise SwarmError(
                f"the repository {safe_line(str(root))} has no commit to start from",
                hint="commit something first, then start the task",
            )
        symbolic = ask(at, "symbolic-ref", "-q", "HEAD", ok=(0, 1)).out
        return cls(
            git_dir=git_dir,
            common_dir=common,
            work_tree=work_tree,
            object_format=object_format,
            branch=os.fsdecode(symbolic.rstrip(b"\n")).removeprefix("refs/heads/"),
            head=head,
            owner=owner,
            alternates=tuple(_alternates(common / "objects", _ALTERNATES_DEPTH)),
            shallow=(common / "shallow").exists(),
            settings=settings,
        )

    @property
    def root(self) -> Path:
        """What a human calls the repository: its work tree, or the bare directory."""
        return self.work_tree or self.common_dir

    @property
    def objects(self) -> Path:
        """The repository's own object directory."""
        return self.common_dir / "objects"

    @property
    def other_owner(self) -> tuple[int, int] | None:
        """The owner, where swarm is root and the repository is another user's."""
        return self.owner if os.geteuid() == 0 and self.owner[0] else None

    def door(self, personal: bool = False) -> GitDir:
        """How git is run on it: as its owner, on the common directory."""
        home = _home(self.owner)
        return GitDir(
            self.common_dir, home=home, personal=personal, user=self.other_owner
        )

    def resolve_base(self, ref: str = "") -> Base:
        """What `ref` stands for now, HEAD where it is empty; SwarmError if nothing."""
        if not ref:
            return Base(self.head, self.branch or self.head, self.branch)
        commit = "" if ref.startswith("-") else _commit(self.door(), ref)
        if not commit:
            raise SwarmError(
                f"{safe_line(ref)!r} is no commit of {safe_line(str(self.root))}",
                hint="name a branch, a tag or a commit; `git branch` lists branches",
            )
        name = ref.removeprefix("refs/heads/")
        return Base(commit, ref, name if self.tip(name) else self.branch)

    def tip(self, branch: str) -> str:
        """The commit that a local branch stands at; empty where there is none."""
        return _commit(self.door(), f"refs/heads/{branch}")

    def branches(self) -> tuple[str, ...]:
        """The local branches, the newest commit first."""
        out = git(
            self.door(),
            "for-each-ref",
            "--sort=-committerdate",
            "--format=%(refname:lstrip=2)",
            "refs/heads/",
        )
        return tuple(os.fsdecode(out).splitlines())


def _discover(path: Path) -> tuple[Path, Path, str, Path | None]:
    try:
        inside = path.resolve(strict=True)
    except OSError as error:
        raise SwarmError(f"there is no directory {safe_line(str(path))}") from error
    at = GitDir(None, home=Path.home(), personal=True, cwd=inside)
    try:
        out = git(
            at,
            "rev-parse",
            "--is-bare-repository",
            "--is-inside-work-tree",
            "--absolute-git-dir",
            "--path-format=absolute",
            "--git-common-dir",
            "--show-object-format",
        )
    except ToolError as error:
        raise _not_found(inside, error) from error
    words = os.fsdecode(out).splitlines()
    if len(words) != 5:
        raise SwarmError(
            f"the path {safe_line(str(inside))} holds a newline",
            hint="git cannot borrow objects across such a path; move the repository",
        )
    bare, in_tree, git_dir, common, object_format = words
    if in_tree == "true":
        top = git(at, "rev-parse", "--show-toplevel")
        tree = Path(os.fsdecode(top.removesuffix(b"\n")))
        return Path(git_dir), Path(common), object_format, tree
    if bare == "true":
        return Path(git_dir), Path(common), object_format, None
    raise SwarmError(
        f"{safe_line(str(inside))} is inside a git directory",
        hint="go to the checkout it belongs to",
    )


def _not_found(path: Path, error: ToolError) -> SwarmError:
    if error.hint or "dubious ownership" not in error.message:
        if "not a git repository" not in error.message:
            return error
        return SwarmError(
            f"{safe_line(str(path))} is not inside a git repository",
            hint="go to one, or make one with `git init`",
        )
    return SwarmError(
        f"the repository at {safe_line(str(path))} belongs to another user",
        hint="`git config --global --add safe.directory <path>` trusts it",
    )


def _refuse_place(root: Path, home: Path) -> None:
    if root == Path.home().resolve():
        raise SwarmError(
            "this repository is your whole home directory",
            hint="an agent would be given all of it; use a project's repository",
        )
    if root.is_relative_to(home):
        raise SwarmError(
            f"{safe_line(str(root))} lies in swarm's own directory",
            hint="go to the repository that the task was started on",
        )
    if home.is_relative_to(root):
        raise SwarmError(
            f"swarm's directory {safe_line(str(home))} lies inside the repository",
            hint="set SWARM_HOME to a directory outside it",
        )


def _refuse_partial(root: Path, settings: Settings) -> None:
    if settings.partial:
        raise SwarmError(
            f"{safe_line(str(root))} is a partial clone: objects are missing here, "
            "and a sandbox has no way to fetch them",
            hint="clone the repository without --filter",
        )


def _commit(at: GitDir, ref: str) -> str:
    words = ("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    return ask(at, *words, ok=(0, 1, 128)).out.decode().strip()


def _home(owner: tuple[int, int]) -> Path:
    if os.geteuid() == 0 and owner[0]:
        try:
            return Path(pwd.getpwuid(owner[0]).pw_dir)
        except KeyError:
            return Path("/nonexistent")
    return Path.home()


def _alternates(objects: Path, depth: int) -> list[Path]:
    """Every directory that `objects` borrows from; SwarmError on one that is gone."""
    listed = objects / "info" / "alternates"
    if not listed.is_file():
        return []
    found: list[Path] = []
    for entry in os.fsdecode(listed.read_bytes()).splitlines():
        if not entry or entry.startswith("#"):
            continue
        path = (objects / entry).resolve()
        if not path.is_dir() or depth == 0 or entry.startswith('"'):
            raise SwarmError(
                f"the repository borrows objects from {safe_line(entry)}: not there",
                hint="`git repack -a -d` after mending objects/info/alternates",
            )
        found += [path, *_alternates(path, depth - 1)]
    return list(dict.fromkeys(found))
