"""The user's own repository: found, understood and refused before anything is made."""

import os
import pwd
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Actor, Git, Repo
from swarm.adapters.git.settings import Settings, read_settings
from swarm.errors import SwarmError, ToolError
from swarm.model.safe_text import safe_line

OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""Of SHA-1 or SHA-256, in whole."""
_ALTERNATES_DEPTH = 5
"""The depth at which git itself stops."""
_LAYOUT = ("core.bare", "core.worktree")
_NO_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|@\{|\.\.")
"""What no ref's name holds: `main~1` and `main@{0}` are revisions, and no branches."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the user's, as it was when it was opened."""

    git_dir: Path
    """Of the checkout that was named; a linked worktree has one of its own."""
    common_dir: Path
    """The directory of refs and objects."""
    work_tree: Path | None
    """None for a bare repository."""
    object_format: str
    """`sha1` or `sha256`."""
    branch: str
    """Empty if HEAD is detached."""
    head: str
    """The commit that is checked out; empty if the branch has none yet."""
    owner: tuple[int, int]
    """Uid and gid of the repository's directory."""
    alternates: tuple[Path, ...] = ()
    """Object directories that this one borrows from, nested ones too."""
    shallow: bool = False
    settings: Settings = field(default_factory=Settings)
    """In force in `settings_dir`."""
    settings_dir: Path | None = None
    """The git directory of a checkout with settings of its own; else `common_dir`."""
    settings_target: str = ""
    """The branch whose checkout was asked for its settings; empty if none was."""

    @classmethod
    def open(cls, path: Path, home: Path) -> "Repository":
        """Find the repository around `path`; runs nothing of its config.

        SwarmError, each with a way out: if there is none, if it is the user's whole
        home directory, or if it lies in `home`, swarm's own.
        """
        git_dir, common_dir, object_format, work_tree = _discover(path)
        root = work_tree or common_dir
        _refuse_place(root, home.resolve())
        status = common_dir.stat()
        owner = (status.st_uid, status.st_gid)
        owner_home = _home(owner)
        settings = read_settings(
            Git(GitDir(common_dir, home=owner_home, personal=True))
        )
        repo = Repo(GitDir(git_dir, home=owner_home))
        return cls(
            git_dir=git_dir,
            common_dir=common_dir,
            work_tree=work_tree,
            object_format=object_format,
            branch=_branch(repo),
            head=commit_named(repo.git, "HEAD"),
            owner=owner,
            alternates=tuple(alternates_of(common_dir / "objects")),
            shallow=(common_dir / "shallow").exists(),
            settings=settings,
        )

    @property
    def root(self) -> Path:
        """The work tree, or the bare directory: what a human calls the repository."""
        return self.work_tree or self.common_dir

    @property
    def objects(self) -> Path:
        """The repository's own object directory."""
        return self.common_dir / "objects"

    @property
    def other_owner(self) -> tuple[int, int] | None:
        """The owner, if swarm is root and the repository is another user's."""
        return self.owner if os.geteuid() == 0 and self.owner[0] else None

    @property
    def owner_home(self) -> Path:
        """The home directory of who keeps the repository."""
        return _home(self.owner)

    @property
    def identity(self) -> Actor:
        """The user, as their configuration names them; its fields may be empty."""
        name, email = self.settings.last("user.name"), self.settings.last("user.email")
        return Actor(name, email)

    @property
    def git(self) -> Git:
        """Git on the common directory: as its owner, with nobody's configuration."""
        return Git(self.common_git_dir())

    @property
    def checkout_git(self) -> Git:
        """Git as in the checkout that was named: with its own HEAD and reflog."""
        return Git(replace(self.common_git_dir(), path=self.git_dir))

    def common_git_dir(self, personal: bool = False) -> GitDir:
        """The common directory; if `personal`, with the user's configuration.

        A personal one is `settings_dir`, which shares refs and objects with it.
        """
        return GitDir(
            (personal and self.settings_dir) or self.common_dir,
            home=self.owner_home,
            personal=personal,
            user=self.other_owner,
        )

    def as_in(self, git_dir: Path) -> "Repository":
        """The repository with the settings that are in force in one of its checkouts.

        Where the main work tree lies is no checkout's to say: that stays.
        """
        if git_dir == (self.settings_dir or self.common_dir):
            return self
        personal = replace(self.common_git_dir(personal=True), path=git_dir)
        theirs = read_settings(Git(personal)).entries
        ours = (entry for entry in self.settings.entries if entry[0] in _LAYOUT)
        entries = (*(entry for entry in theirs if entry[0] not in _LAYOUT), *ours)
        return replace(self, settings=Settings(entries), settings_dir=git_dir)

    def tip(self, branch: str) -> str:
        """The commit that a local branch stands at; empty if there is none."""
        if _NO_REF.search(branch):
            return ""
        return commit_named(self.git, f"refs/heads/{branch}")

    def branches(self) -> tuple[str, ...]:
        """The local branches, the newest commit first."""
        names: str = self.git.for_each_ref(
            "--sort=-committerdate", "--format=%(refname:lstrip=2)", "refs/heads/"
        )
        return tuple(names.splitlines())


def _discover(path: Path) -> tuple[Path, Path, str, Path | None]:
    """Git directory, common directory, object format and work tree around `path`."""
    try:
        directory = path.resolve(strict=True)
    except OSError as error:
        raise SwarmError(f"there is no directory {safe_line(str(path))}") from error
    git = Git(GitDir(None, home=Path.home(), personal=True, cwd=directory))
    try:
        answer: str = git.rev_parse(
            "--is-bare-repository",
            "--is-inside-work-tree",
            "--absolute-git-dir",
            "--path-format=absolute",
            "--git-common-dir",
            "--show-object-format",
        )
    except ToolError as error:
        raise _not_found(directory, error) from error
    lines = answer.splitlines()
    if len(lines) != 5:
        raise SwarmError(
            f"the path {safe_line(str(directory))} holds a newline",
            hint="git cannot borrow objects across such a path; move the repository",
        )
    is_bare, is_in_tree, git_dir, common_dir, object_format = lines
    if is_in_tree == "true":
        work_tree = Path(git.rev_parse("--show-toplevel"))
        return Path(git_dir), Path(common_dir), object_format, work_tree
    if is_bare == "true":
        return Path(git_dir), Path(common_dir), object_format, None
    raise SwarmError(
        f"{safe_line(str(directory))} is inside a git directory",
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


def commit_named(git: Git, ref: str) -> str:
    """The commit that a ref names; empty if it names none."""
    words = ("--verify", "--quiet", f"{ref}^{{commit}}")
    commit: str = git.accepting(1, 128).rev_parse(*words)
    return commit.strip()


def _branch(repo: Repo) -> str:
    try:
        return str(repo.active_branch.name)
    except TypeError:
        return ""


def _home(owner: tuple[int, int]) -> Path:
    if os.geteuid() == 0 and owner[0]:
        try:
            return Path(pwd.getpwuid(owner[0]).pw_dir)
        except KeyError:
            return Path("/nonexistent")
    return Path.home()


def alternates_of(objects: Path, depth: int = _ALTERNATES_DEPTH) -> list[Path]:
    """Every directory that `objects` borrows from; SwarmError on one that is gone."""
    listing = objects / "info" / "alternates"
    if not listing.is_file():
        return []
    directories: list[Path] = []
    for entry in os.fsdecode(listing.read_bytes()).splitlines():
        if not entry or entry.startswith("#"):
            continue
        path = (objects / entry).resolve()
        if not path.is_dir() or depth == 0 or entry.startswith('"'):
            raise SwarmError(
                f"the repository borrows objects from {safe_line(entry)}: not there",
                hint="`git repack -a -d` after mending objects/info/alternates",
            )
        directories += [path, *alternates_of(path, depth - 1)]
    return list(dict.fromkeys(directories))
