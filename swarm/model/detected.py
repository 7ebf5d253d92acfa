"""What a repository's tracked files tell of its tasks' needs, with the reasons."""

from dataclasses import dataclass, field

from swarm.model.project import ProjectChoice


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one value of a choice was proposed."""

    key: str
    """The key of `swarm.toml`."""
    value: str
    because: str
    """A file, as the repository names it: a stranger's text."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A version of a stack's tools that the repository asks for."""

    stack: str
    wanted: str
    """As it is written: `3.12`, `>=18`, `stable`."""
    file: str


@dataclass(frozen=True, slots=True)
class ProjectIndex:
    """A package index that a project's own files name."""

    host: str
    port: int
    file: str
    """A stranger's text, as the variables are."""
    secrets: tuple[str, ...] = ()
    """Variables from which the file takes a login."""


@dataclass(frozen=True, slots=True)
class Detected:
    """A proposal, which nothing obeys before a human agreed to it."""

    choice: ProjectChoice = field(default_factory=ProjectChoice)
    reasons: tuple[Reason, ...] = ()
    pins: tuple[Pin, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    """Each with its number of files, the most first."""
    managers: tuple[str, ...] = ()
    """Package managers: `uv`, `npm`."""
    lock_files: tuple[str, ...] = ()
    files: int = 0
    notes: tuple[str, ...] = ()
    """What could not be read, and what a box cannot have; sentences."""
    indexes: tuple[ProjectIndex, ...] = ()
    """Package indexes by host, the tools' public defaults among them."""
    devcontainers: tuple[str, ...] = ()
    """Those of which one has to be chosen; empty where there is no choice."""
    keeps_setup: bool = True
    """Its set-up installs, and fills no service."""

    def because(self, key: str) -> tuple[str, ...]:
        """The reasons of one key, as `node: package.json`."""
        return tuple(
            f"{reason.value}: {reason.because}" for reason in self.reasons_of(key)
        )

    def reasons_of(self, key: str) -> tuple[Reason, ...]:
        """The reasons of one key."""
        return tuple(reason for reason in self.reasons if reason.key == key)
