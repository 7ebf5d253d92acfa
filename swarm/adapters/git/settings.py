"""What the user's git configuration says that matters here, read and never obeyed."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.process import GitDir, git

_RUNS = {"clean", "smudge", "process", "driver"}
_READ = ("include.path", "core.attributesfile", "core.excludesfile")


@dataclass(frozen=True, slots=True)
class Settings:
    """Keys in lower case but for their middle part, as git lists them."""

    entries: tuple[tuple[str, str], ...] = ()

    def last(self, key: str) -> str:
        """The value in force; empty where there is none."""
        return next((v for k, v in reversed(self.entries) if k == key), "")

    @property
    def partial(self) -> bool:
        """Whether objects may be missing that only a server has."""
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
            and key.rsplit(".", 1)[-1] in _RUNS
            and value
        )

    def read_from(self, work_tree: Path | None, git_dir: Path) -> tuple[str, ...]:
        """Paths inside the work tree that git runs or takes settings from.

        A branch that changes one of them changes what the user's git does.
        """
        if not work_tree:
            return ()
        hooks = [self._inside(v, work_tree, work_tree) for v in self._values("hooks")]
        read = [self._inside(v, git_dir, work_tree) for v in self._values("read")]
        return tuple(dict.fromkeys(path for path in (*hooks, *read) if path))

    def _values(self, which: str) -> list[str]:
        if which == "hooks":
            return [v for k, v in self.entries if k == "core.hookspath"]
        return [
            v
            for k, v in self.entries
            if k in _READ or (k.startswith("includeif.") and k.endswith(".path"))
        ]

    def _inside(self, value: str, start: Path, work_tree: Path) -> str:
        path = os.path.normpath(start / os.path.expanduser(value))  # noqa: PTH111 - no links followed
        if not value or not Path(path).is_relative_to(work_tree):
            return ""
        return str(Path(path).relative_to(work_tree))


def read_settings(at: GitDir) -> Settings:
    """Every key in force for a repository; runs nothing."""
    out = os.fsdecode(git(at, "config", "--null", "--list", "--includes"))
    pairs = (entry.partition("\n") for entry in out.split("\0") if entry)
    return Settings(tuple((key, value) for key, _, value in pairs))


def relative_words(command: str) -> tuple[str, ...]:
    """Words of a command line that name a file by a relative path."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return tuple(word for word in words if _is_relative(word.rpartition("=")[2]))


def _is_relative(word: str) -> bool:
    return word == "." or ("/" in word and not word.startswith(("/", "~/", "$HOME/")))
