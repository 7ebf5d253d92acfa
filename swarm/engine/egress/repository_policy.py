"""A repository's own policy file: its text at a commit, and the human's trust in it."""

import hashlib
from pathlib import Path

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.repository import Repository
from swarm.config import policy_files
from swarm.errors import ConfigError
from swarm.plan.naming import HomePaths

_NO_BLOB = 128
"""Git's exit status if a commit has no such path."""


class RepositoryPolicies:
    """Reads each repository once; for one operation, then it is thrown away.

    Opening a repository and reading one file takes six git processes, so an operation
    on many tasks hands one reader to all of them.
    """

    def __init__(self, paths: HomePaths) -> None:
        self._paths = paths
        self._repositories: dict[Path, Repository] = {}
        self._texts: dict[tuple[Path, str], str] = {}

    def text(self, repo: Path, commit: str) -> str:
        """The policy file at a commit; empty if there is no commit or no such file.

        SwarmError if the repository cannot be opened or the text is not UTF-8.
        """
        if not commit:
            return ""
        key = (repo, commit)
        if key not in self._texts:
            self._texts[key] = self._read(repo, commit)
        return self._texts[key]

    def head(self, repo: Path) -> str:
        """The commit that a new task of this repository would start from."""
        return self._open(repo).head

    def _open(self, repo: Path) -> Repository:
        if repo not in self._repositories:
            self._repositories[repo] = Repository.open(repo, self._paths.home)
        return self._repositories[repo]

    def _read(self, repo: Path, commit: str) -> str:
        git = self._open(repo).git.accepting(_NO_BLOB)
        words = ("blob", f"{commit}:{policy_files.REPO_FILE}")
        content: bytes
        status, content, _ = git.cat_file(*words, with_extended_output=True, **RAW)
        if status:
            return ""
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{policy_files.REPO_FILE}: {error}") from error


def project_file(paths: HomePaths, repo: Path) -> Path:
    """The human's grants for one repository; the file lies in the home, never in it."""
    digest = hashlib.sha256(str(repo).encode(errors="surrogateescape")).hexdigest()
    return paths.home / "projects" / f"{repo.name}-{digest[:12]}" / "policy.toml"


def trust(paths: HomePaths, repo: Path, text: str) -> None:
    """Record that the human has read exactly this text and wants what it asks for."""
    agree(paths, repo, _trust_mark(text))


def is_trusted(paths: HomePaths, repo: Path, text: str) -> bool:
    """Whether the human trusts exactly this text; an empty one needs no trust."""
    return bool(text) and is_agreed(paths, repo, _trust_mark(text))


def agree(paths: HomePaths, repo: Path, mark: str) -> None:
    """Record that the human agreed to what of the repository has this mark.

    The mark is a file's name: what it is of, and a digest.
    """
    file = project_file(paths, repo).with_name(mark)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)


def is_agreed(paths: HomePaths, repo: Path, mark: str) -> bool:
    """True if the human agreed to exactly this."""
    return project_file(paths, repo).with_name(mark).exists()


def _trust_mark(text: str) -> str:
    return f"trusted-{hashlib.sha256(text.encode()).hexdigest()}"
