"""The user's git configuration, read and never obeyed."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.repo import Git

_COMMAND_KEYS = {"clean", "smudge", "process", "driver"}
_READ_PATHS = ("include.path", "core.attributesfile", "core.excludesfile")


@dataclass(frozen=True, slots=True)
class Settings:
    """Keys in lower case but for their middle part, as git lists them."""

    entries: tuple[tuple[str, str], ...] = ()

    def last(self, key: str) -> str:
        """The value in force; empty if there is none."""
        return next((v for k, v in reversed(self.entries) if k == key), "")

    @property
    def partial(self) -> bool:
        """True if objects may be missing that only a server has."""
        return any(
            key == "extensions.partialclone"
            or (key.startswith("remote.") and key.endswith(".promisor"))
            for key, _ in self.entries
        )

    def drivers(self) -> tuple[tuple[str, str], ...]:
        """Commands that git runs on files or merges: key and command line."""
        return tuple(
            (key, value)
            for key, value in self.entries
            if key.split(".", 1)[0] in ("filter", "merge")
            and key.rsplit(".", 1)[-1] in _COMMAND_KEYS
            and value
        )

    def read_from(self, work_tree: Path | None, git_dir: Path) -> tuple[str, ...]:
        """Paths inside the work tree that git runs or takes settings from.

        A branch that changes one of them changes what the user's git does.
        """
        if not work_tree:
            return ()
        paths = []
        for key, value in self.entries:
            if key == "core.hookspath":
                paths.append(_path_inside(value, work_tree, work_tree))
            elif key in _READ_PATHS or _is_conditional_include(key):
                paths.append(_path_inside(value, git_dir, work_tree))
        return tuple(dict.fromkeys(path for path in paths if path))


def read_settings(git: Git) -> Settings:
    """Every key in force for a repository; runs nothing.

    What swarm itself sets on git's command line is left out.
    """
    words = ("--null", "--list", "--includes", "--show-scope")
    fields: list[str] = git.config(*words).split("\0")
    entries = zip(fields[0::2], fields[1::2], strict=False)
    pairs = (entry.partition("\n") for scope, entry in entries if scope != "command")
    return Settings(tuple((key, value) for key, _, value in pairs))


def _is_conditional_include(key: str) -> bool:
    return key.startswith("includeif.") and key.endswith(".path")


def _path_inside(value: str, start: Path, work_tree: Path) -> str:
    """A setting's path below the work tree; empty if it leads elsewhere."""
    path = os.path.normpath(start / os.path.expanduser(value))  # noqa: PTH111 - no links followed
    if not value or not Path(path).is_relative_to(work_tree):
        return ""
    return str(Path(path).relative_to(work_tree))


def relative_words(command: str) -> tuple[str, ...]:
    """Words of a command line that name a file by a relative path."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return tuple(word for word in words if _is_relative(word.rpartition("=")[2]))


def _is_relative(word: str) -> bool:
    return word == "." or ("/" in word and not word.startswith(("/", "~/", "$HOME/")))
