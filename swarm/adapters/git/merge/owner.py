"""Git as the user has it, on objects and files of swarm's, for one landing."""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs.files import change_owner, disk_errors_as, erase
from swarm.adapters.git.task_git import TaskGit

_NEEDED_BY_PROGRAMS = ("SSH_AUTH_SOCK", "GNUPGHOME", "XDG_RUNTIME_DIR", "LANG")
_TRANSFER = Bounds(seconds=600, output=4 << 30)


@dataclass(frozen=True, slots=True)
class OwnersGit:
    """A directory that lasts for one landing, and the user's git in it.

    Git runs as the repository's owner, with the owner's configuration. What it writes
    goes to the task's review directory, never to the user's repository.
    """

    task: TaskGit
    directory: Path

    @property
    def tree(self) -> Path:
        """A work tree for the files that filters are to see."""
        return self.directory / "tree"

    @property
    def git(self) -> Git:
        """The owner's git; its work tree is `tree`, its index a file beside it."""
        git_dir = replace(
            self.task.repo.common_git_dir(personal=True), work_tree=self.tree
        )
        return Git(git_dir, env=self.variables())

    def variables(self) -> dict[str, str]:
        """The variables that lead git to our objects, and programs to their keys."""
        return {
            **personal_variables(self.task.repo),
            **self._objects(),
            "GIT_INDEX_FILE": str(self.directory / "index"),
        }

    def _objects(self) -> dict[str, str]:
        if not self.task.repo.other_owner:
            return {"GIT_OBJECT_DIRECTORY": str(self.task.review_git / "objects")}
        alternates = (self.task.repo.objects, *self.task.repo.alternates)
        return {
            "GIT_OBJECT_DIRECTORY": str(self.directory / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(_quoted, alternates)),
        }

    def lend(self, ids: Iterable[str]) -> None:
        """Let the owner's git read these objects of the review directory."""
        if self.task.repo.other_owner:
            self._copy(self.task.review.git, self.git, ids)

    def bring(self, ids: Iterable[str]) -> None:
        """Put objects that the owner's git wrote into the review directory."""
        if self.task.repo.other_owner:
            self._copy(self.git, self.task.review.git, ids)

    def _copy(self, source: Git, destination: Git, ids: Iterable[str]) -> None:
        listing = "".join(f"{oid}\n" for oid in dict.fromkeys(ids)).encode()
        if listing:
            pack = source.within(_TRANSFER).pack_objects(
                "--stdout", "-q", istream=listing, **RAW
            )
            destination.within(_TRANSFER).unpack_objects("-q", istream=pack)

    def give(self, path: Path) -> None:
        """Give a directory that swarm made to the owner."""
        if owner := self.task.repo.other_owner:
            change_owner(path, owner)
            os.chown(path, *owner, follow_symlinks=False)


@contextmanager
def owners_git(task: TaskGit) -> Iterator[OwnersGit]:
    """Make the directory, and remove it with all that is in it."""
    with disk_errors_as("merge"), ExitStack() as cleanup:
        if task.repo.other_owner:
            # Swarm's home is closed to the owner.
            directory = Path(tempfile.mkdtemp(prefix="swarm-landing-"))
        else:
            name = f"landing-{secrets.token_hex(6)}"
            directory = task.places.task(task.task) / name
            directory.mkdir(parents=True, mode=0o700)
        cleanup.callback(erase, directory)
        for name in ("tree", "objects"):
            (directory / name).mkdir()
        owners = OwnersGit(task, directory)
        owners.give(directory)
        yield owners


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
