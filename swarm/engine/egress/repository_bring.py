"""What a repository brings to agents: read at a commit, used once a human agreed.

It is not trusted: rules, skills and commands are words that an agent obeys, and an MCP
server is a program or a host. A human agrees to exactly these texts, by their digest;
any other asks again. What is hidden from agents does not come in this way either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.adapters.git.folder_at import texts_at
from swarm.adapters.git.repository import Repository
from swarm.config import brought
from swarm.config.brought import MOST_BYTES, MOST_FILES, REPO_FOLDER, Brought
from swarm.engine.context import EngineContext
from swarm.engine.egress import repository_policy
from swarm.errors import ConfigError, Refused
from swarm.model.cover_text import named
from swarm.model.covers import topmost_of
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.wishes import AgreeToBrought
from swarm.plan.naming import HomePaths

_FILES = ("mcp.toml", "rules.md")
_FOLDERS = ("skills/", "commands/")


@dataclass(frozen=True, slots=True)
class RepositoryBring:
    """What stands in the folder at one commit."""

    brought: Brought
    digest: str
    """Empty if there is nothing."""
    is_agreed: bool
    """A human agreed to exactly this."""
    hidden: tuple[str, ...] = ()
    """Paths of the repository that are hidden from agents, and not in `brought`."""


@dataclass(frozen=True, slots=True)
class TaskBring:
    """What one task's agent is given, and what its human should know."""

    brought: Brought
    notes: tuple[str, ...]


def read(
    paths: HomePaths,
    repository: Repository,
    commit: str,
    hide: Collection[str] = (),
) -> RepositoryBring:
    """The folder at a commit; ConfigError for a mistake in it, SwarmError by git.

    A human agrees to all of it; what is at or below a path of `hide` is left out.
    """
    found = texts_at(repository.git, commit, REPO_FOLDER, MOST_FILES, MOST_BYTES)
    texts = {path: text for path, text in found.items() if _counts(path)}
    if not texts:
        return RepositoryBring(Brought(), "", is_agreed=False)
    digest = brought.digest(texts)
    hidden = [path for path in texts if _is_hidden(path, hide)]
    seen = {path: text for path, text in texts.items() if path not in hidden}
    parsed = brought.parsed(seen, f"{REPO_FOLDER}/")
    is_agreed = repository_policy.is_agreed(paths, repository.root, _mark(digest))
    names = tuple(f"{REPO_FOLDER}/{path}" for path in hidden)
    return RepositoryBring(parsed, digest, is_agreed, names)


def _is_hidden(path: str, hide: Collection[str]) -> bool:
    return topmost_of(f"{REPO_FOLDER}/{path}", hide) is not None


def _counts(path: str) -> bool:
    is_hidden = path.rsplit("/", 1)[-1].startswith(".")
    return path in _FILES or (path.startswith(_FOLDERS) and not is_hidden)


def agreed(context: EngineContext, wish: AgreeToBrought) -> dict[str, Any]:
    """Use what a repository brings, from each next start of an agent on.

    Refused if it is not what the human was shown.
    """
    repository = Repository.open(Path(wish.repo), context.paths.home)
    found = read(context.paths, repository, wish.base)
    if not found.digest or found.digest != wish.digest:
        raise Refused(
            f"{REPO_FOLDER} at {wish.base[:12]} is not what was shown",
            hint="`swarm repo trust` shows it again",
        )
    repository_policy.agree(context.paths, repository.root, _mark(found.digest))
    return {}


def _mark(digest: str) -> str:
    return f"brought-{digest}"


def for_task(
    paths: HomePaths, repository: Repository, commit: str, hide: Collection[str]
) -> TaskBring:
    """The user's own, and the repository's if the human agreed to it.

    What `hide` hides from the agent is not brought to it; a note names it.

    ConfigError for a mistake in the user's; one in the repository's is a note, and
    nothing of it is used.
    """
    own = brought.read(brought.folder())
    notes = []
    try:
        theirs = read(paths, repository, commit, hide)
    except ConfigError as error:
        notes.append(f"the repository's is not used: {safe_line(error.message, 300)}")
        theirs = RepositoryBring(Brought(), "", is_agreed=False)
    if theirs.hidden:
        notes.append(f"hidden, so not given to the agent: {named(theirs.hidden)}")
    if theirs.is_agreed:
        own = brought.joined(own, theirs.brought)
    elif theirs.brought != Brought():
        notes.append(
            f"{REPO_FOLDER} of the repository is not used ({summary(theirs.brought)}): "
            "`swarm repo trust` shows it and asks"
        )
    if own.left_out:
        secrets = ", ".join(safe_line(each, 120) for each in own.left_out)
        notes.append(
            f"left out as secrets: {secrets}; the policy's [secrets] are for them"
        )
    return TaskBring(own, tuple(notes))


def summary(found: Brought) -> str:
    """In a few words: `rules, 2 skills, 1 MCP server (files)`."""
    skills = {path.partition("/")[0] for path in found.skills}
    parts = ["rules"] if found.rules.strip() else []
    parts += [plural(len(skills), "skill")] if skills else []
    parts += [plural(len(found.commands), "command")] if found.commands else []
    if found.servers:
        names = ", ".join(sorted(found.servers))
        parts.append(f"{plural(len(found.servers), 'MCP server')} ({names})")
    return ", ".join(parts) or "nothing"
