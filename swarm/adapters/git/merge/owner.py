"""Git as the user has it, on objects and files of swarm's, for one landing."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs import temporary
from swarm.adapters.git.safe_fs.files import change_owner, disk_errors_as, erase
from swarm.adapters.git.task_git import TaskGit

_NEEDED_BY_PROGRAMS = ("SSH_AUTH_SOCK", "GNUPGHOME", "XDG_RUNTIME_DIR", "LANG")
_TRANSFER = Bounds(seconds=600, output=4 << 30)
_FEW = 50
"""Fewer objects than this are kept each by itself."""
_IN_MEMORY = 64 << 20
"""Bytes of files that may lie in memory."""
_GROWTH = 4
"""Times that a filter may make files longer, for their objects to lie there too."""


@dataclass(frozen=True, slots=True)
class OwnersGit:
    """A directory that lasts for one landing, and the user's git in it.

    Git runs as the repository's owner, with the owner's configuration. What it writes
    goes to the task's review directory, never to the user's repository.
    """

    task: TaskGit
    directory: Path
    tree: Path
    """A work tree for the files that filters are to see."""
    objects: Path
    """What git stores on the way; `bring` takes from it."""

    @property
    def git(self) -> Git:
        """The owner's git; its work tree is `tree`, its index a file beside it."""
        git_dir = replace(
            self.task.repo.common_git_dir(personal=True), work_tree=self.tree
        )
        return Git(git_dir, env=self.variables())

    def variables(self) -> dict[str, str]:
        """The variables that lead git to our objects, and programs to their keys."""
        # The owner cannot look into swarm's home.
        ours = () if self.task.repo.other_owner else (self.task.review_git / "objects",)
        readable = (*ours, self.task.repo.objects, *self.task.repo.alternates)
        return {
            **personal_variables(self.task.repo),
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(_quoted, readable)),
            "GIT_INDEX_FILE": str(self.directory / "index"),
        }

    def lend(self, ids: Iterable[str]) -> None:
        """Let the owner's git read these objects of the review directory."""
        if self.task.repo.other_owner:
            _copy(self.task.review.git, self.git, ids)

    def bring(self, ids: Iterable[str]) -> None:
        """Put objects that the owner's git wrote into the review directory."""
        written = self.objects
        _copy(
            self.git,
            self.task.review.git,
            (oid for oid in ids if (written / oid[:2] / oid[2:]).exists()),
        )

    def give(self, path: Path) -> None:
        """Give a directory that swarm made to the owner."""
        if owner := self.task.repo.other_owner:
            change_owner(path, owner)
            os.chown(path, *owner, follow_symlinks=False)


@contextmanager
def owners_git(task: TaskGit, size: int | None = None) -> Iterator[OwnersGit]:
    """Make the directory, and remove it with all that is in it.

    `size` is how many bytes of files `tree` will hold; few of them lie in memory, and
    of still fewer the objects: a disk takes longer to make and remove them than git to
    store them.
    """
    with disk_errors_as("merge"), ExitStack() as cleanup:

        def directory(parent: Path) -> Path:
            made = temporary.make("landing", parent)
            cleanup.callback(erase, made)
            return made

        def place(name: str, size: int | None) -> Path:
            if size is not None and _fits_in_memory(size):
                return directory(temporary.MEMORY)
            (top / name).mkdir()
            return top / name

        top = directory(_parent(task))
        tree = place("tree", size)
        objects = place("objects", None if size is None else size * _GROWTH)
        owners = OwnersGit(task, top, tree, objects)
        for made in (top, tree, objects):
            owners.give(made)
        yield owners


def _copy(source: Git, destination: Git, ids: Iterable[str]) -> None:
    """Copy objects by their ids; many of them as a pack, which is read faster."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return
    listing = "".join(f"{oid}\n" for oid in wanted).encode()
    words = ("--stdout", "-q", "--window=0")
    pack: bytes = source.within(_TRANSFER).pack_objects(*words, istream=listing, **RAW)
    git = destination.within(_TRANSFER)
    if len(wanted) < _FEW:
        git.unpack_objects("-q", istream=pack)
    else:
        git.index_pack("--stdin", istream=pack)


def _fits_in_memory(size: int) -> bool:
    """True if the files are small, and memory for files is there and nearly free."""
    if size > _IN_MEMORY or not os.access(temporary.MEMORY, os.W_OK | os.X_OK):
        return False
    space = os.statvfs(temporary.MEMORY)
    return space.f_bavail * space.f_frsize > 4 * size


def _parent(task: TaskGit) -> Path:
    # Swarm's home is closed to another owner.
    if task.repo.other_owner:
        return Path(tempfile.gettempdir())
    parent = task.places.task(task.task)
    parent.mkdir(parents=True, exist_ok=True)
    return parent


def personal_variables(repository: Repository) -> dict[str, str]:
    """The variables by which the user's own programs find their keys and agents.

    None if swarm is root and the repository is another user's: root's are not theirs.
    """
    if repository.other_owner:
        return {}
    return {
        name: os.environ[name] for name in _NEEDED_BY_PROGRAMS if name in os.environ
    }


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
