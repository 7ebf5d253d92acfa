"""Where one task's git directories lie, and how they reach the sandbox."""

from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repository import Repository
from swarm.plan.naming import HomePaths
from swarm.plan.specs import WORKSPACE, Mount

PRIVATE = "/gitdir"
"""Where the agent's own git directory stands in the sandbox."""
OBJECTS = "/objects-ro"
"""Where the user's objects stand in the sandbox; further ones get a number."""


@dataclass(frozen=True, slots=True)
class TaskGit:
    """One task's part of git; derives names and does no I/O."""

    repo: Repository
    places: HomePaths
    task: int
    branch: str
    base: str
    """The commit that the task began at."""

    @property
    def worktree(self) -> Path:
        """What the agent works in; owned by the agent's uid."""
        return self.places.worktree(self.task)

    @property
    def review_git(self) -> Path:
        """Only the host writes it, and all computing is done with it."""
        return self.places.review_git(self.task)

    @property
    def private_git(self) -> Path:
        """The agent owns it; the host's git never runs on it."""
        return self.places.private_git(self.task)

    @property
    def gitfile(self) -> Path:
        """Mounted read-only over the worktree's `.git`."""
        return self.places.gitfile(self.task)

    @property
    def nothing(self) -> Path:
        """An empty file, mounted over the host's list of borrowed objects."""
        return self.places.task(self.task) / "nothing"

    @property
    def quarantine(self) -> Path:
        """Where an agent's pack stays until it has passed."""
        return self.places.task(self.task) / "quarantine"

    def review(self, work_tree: Path | None = None) -> GitDir:
        """How git is run on the host's own directory: with nobody's configuration."""
        return GitDir(self.review_git, work_tree=work_tree)

    def borrowed(self) -> tuple[tuple[Path, str], ...]:
        """Object directories by their place in the sandbox, the repository's first."""
        more = enumerate(self.repo.alternates, 1)
        rest = ((path, f"{OBJECTS}-{number}") for number, path in more)
        return ((self.repo.objects, OBJECTS), *rest)

    def mounts(self) -> tuple[Mount, ...]:
        """What the sandbox sees of all this.

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
        return (
            Mount("bind", str(self.worktree), WORKSPACE),
            Mount("bind", str(self.gitfile), f"{WORKSPACE}/.git", read_only=True),
            Mount("bind", str(self.private_git), PRIVATE),
            *lent,
            *covered,
        )
