"""The places of one task's git directories, and their mounts in the sandbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.deadline import Deadline
from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Repo
from swarm.adapters.git.repository import Repository
from swarm.plan.naming import HomePaths
from swarm.plan.specs import LENT_OBJECTS, PRIVATE_GIT, WORKSPACE, Mount

PRIVATE = PRIVATE_GIT
"""The agent's own git directory, in the sandbox."""
OBJECTS = LENT_OBJECTS
"""The user's objects, in the sandbox; further object directories get a number."""


@dataclass(frozen=True, slots=True)
class TaskGit:
    """One task's git directories and git on them; constructing it does no I/O."""

    repo: Repository
    places: HomePaths
    task: int
    branch: str
    base: str
    """The commit that the task began at."""
    target: str = ""
    """The branch that its work would be merged to, without `refs/heads/`."""
    place: Path | None = None
    """The place of its worktree, if it is not the home's own."""
    deadline: Deadline | None = None
    """The end of the work at hand, for git on the review directory."""

    @property
    def worktree(self) -> Path:
        """The directory the agent works in; owned by the agent's uid."""
        return self.place or self.places.worktree(self.task)

    @property
    def review_git(self) -> Path:
        """The host's own git directory, in which all results are computed."""
        return self.places.review_git(self.task)

    @property
    def private_git(self) -> Path:
        """The agent's own git directory; the host's git never runs on it."""
        return self.places.private_git(self.task)

    @property
    def gitfile(self) -> Path:
        """A file that is mounted read-only over the worktree's `.git`."""
        return self.places.gitfile(self.task)

    @property
    def nothing(self) -> Path:
        """An empty file, mounted over the host's list of borrowed objects."""
        return self.places.task(self.task) / "nothing"

    @property
    def quarantine(self) -> Path:
        """The directory that holds an agent's pack until it has passed its checks."""
        return self.places.task(self.task) / "quarantine"

    @property
    def covers(self) -> Path:
        """What is mounted over paths of the worktree; only the host writes it."""
        return self.places.covers(self.task)

    @property
    def base_objects(self) -> Path:
        """The base's history alone, if the sandbox is not lent the user's objects."""
        return self.places.task(self.task) / "base-objects"

    @property
    def review(self) -> Repo:
        """The host's own repository of the task: with nobody's configuration."""
        return Repo(GitDir(self.review_git, deadline=self.deadline))

    def review_on(self, work_tree: Path) -> Repo:
        """The host's own repository of the task, on a work tree."""
        return Repo(
            GitDir(self.review_git, work_tree=work_tree, deadline=self.deadline)
        )

    def borrowed(self) -> tuple[tuple[Path, str], ...]:
        """Object directories and their paths in the sandbox, the repository's first."""
        alternates = (
            (path, f"{OBJECTS}-{number}")
            for number, path in enumerate(self.repo.alternates, 1)
        )
        return ((self.repo.objects, OBJECTS), *alternates)

    def lends_base_only(self, mounts: Iterable[Mount]) -> bool:
        """True if these are a task's mounts with only the base's objects."""
        return any(mount.source == str(self.base_objects) for mount in mounts)

    def mounts(self, base_only: bool = False) -> tuple[Mount, ...]:
        """The mounts of a task's sandbox; if `base_only`, with only the base's objects.

        The host's own lists of alternates are covered: their paths mean nothing
        inside, and git would complain of each on every command.
        """
        lent = [
            Mount("bind", str(path), target, read_only=True)
            for path, target in self.borrowed()
        ]
        covered = [
            Mount("bind", str(self.nothing), f"{target}/info/alternates", True)
            for path, target in self.borrowed()
            if self.repo.alternates and (path / "info" / "alternates").exists()
        ]
        if base_only:
            pruned = Mount("bind", str(self.base_objects), OBJECTS, read_only=True)
            lent, covered = [pruned], []
        return (
            Mount("bind", str(self.worktree), WORKSPACE),
            Mount("bind", str(self.gitfile), f"{WORKSPACE}/.git", read_only=True),
            Mount("bind", str(self.private_git), PRIVATE),
            *lent,
            *covered,
        )
