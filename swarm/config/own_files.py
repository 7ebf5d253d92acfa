"""Reads what a user gives to the home of each box: dotfiles, and `shell.d` of settings.

All of it is read once, by descriptors that follow no link which leads out of the home;
what a box gets are those bytes, whatever becomes of the files. Secrets that are known
by their looks are taken out and named; a file that is a key as a whole is refused.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from swarm.config import home_paths, load, secret_text
from swarm.errors import ConfigError
from swarm.model import key_files
from swarm.model.covers import topmost_of
from swarm.model.safe_text import safe_line

LARGEST = 256 << 10
"""Bytes of one file."""
MOST_FILES = 300
MOST_BYTES = 1 << 20
_MOST_DEPTH = 8
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
_HINT = "docs/PROJECTS.md, Your dotfiles, says what is taken"


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Texts without the secrets that stood in them."""

    dotfiles: dict[str, str] = field(default_factory=dict)
    """Path in the home to text."""
    shell: dict[str, str] = field(default_factory=dict)
    """Name in `shell.d` to text, in the order in which a shell reads them."""
    left_out: tuple[str, ...] = ()
    """What was stripped, by file and line; the values are told nowhere."""
    absent: tuple[str, ...] = ()
    """What the settings name and is not there, or is not read, each with the reason."""

    def without(self, places: tuple[str, ...]) -> "OwnFiles":
        """The same but for dotfiles at, above or below these places of the home."""
        kept = {
            path: text
            for path, text in self.dotfiles.items()
            if not any(
                topmost_of(a, [b]) for p in places for a, b in ((p, path), (path, p))
            )
        }
        gone = (path for path in self.dotfiles if path not in kept)
        words = (f"~/{path} is the agent's own in its box" for path in gone)
        return OwnFiles(kept, self.shell, self.left_out, (*self.absent, *words))


def shell_folder() -> Path:
    """Where the files for shells stand: `shell.d` beside the settings."""
    return load.user_file().with_name("shell.d")


def read(names: tuple[str, ...], home: Path | None = None) -> OwnFiles:
    """Dotfiles by their paths in the home, and all of `shell.d`.

    One that is not there is told. ConfigError for a key, a link that leads out of the
    home, what is no text, cannot be read or is too much.
    """
    reading = _Reading(home or home_paths.home())
    for name in names:
        reading.add_dotfile(name)
    reading.add_shell_folder(shell_folder())
    return OwnFiles(
        reading.dotfiles,
        reading.shell,
        tuple(reading.left_out),
        tuple(reading.absent),
    )


class _Reading:
    """What was read so far."""

    def __init__(self, home: Path) -> None:
        self.dotfiles: dict[str, str] = {}
        self.shell: dict[str, str] = {}
        self.left_out: list[str] = []
        self.absent: list[str] = []
        self._home = home
        self._roots = tuple(_real(place) for place in (shell_folder(), home))
        """Where a path may lead to: below the folder for shells, or the home."""
        self._bytes = 0

    def add_dotfile(self, name: str) -> None:
        if not os.path.lexists(self._home / name):
            self.absent.append(f"there is no ~/{name}")
            return
        for path in self._files(name, 0):
            if path not in self.dotfiles:
                self.dotfiles[path] = self._text(self._home / path, f"~/{path}")

    def add_shell_folder(self, folder: Path) -> None:
        if not os.path.lexists(folder):
            return
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError as error:
            raise _refused(folder, f"cannot be read: {error.strerror}") from error
        for name in names:
            if not name.endswith(".sh") or name.startswith("."):
                self.absent.append(
                    f"shell.d/{safe_line(name, 80)} is not read: no *.sh"
                )
                continue
            if not home_paths.is_plain(name):
                raise _refused(folder / name, "has a letter in its name that none may")
            self.shell[name] = self._text(folder / name, f"shell.d/{name}")

    def _files(self, path: str, depth: int) -> Iterator[str]:
        """The path itself, or every file below it."""
        place = self._home / path
        if not home_paths.is_plain(path):
            raise _refused(place, "has a letter in its name that none may")
        self._require_no_key(place, path)
        if not place.is_dir():
            yield path
            return
        if depth and place.is_symlink():
            raise _refused(place, "is a link to a folder: name the folder itself")
        if depth >= _MOST_DEPTH:
            raise _refused(place, f"is deeper than {_MOST_DEPTH} folders")
        with self._opened(place, os.O_DIRECTORY) as descriptor:
            names = sorted(os.listdir(descriptor))  # noqa: PTH208 - by descriptor
        if len(names) > MOST_FILES:
            raise _too_much()
        for name in names:
            if name != ".git":
                yield from self._files(f"{path}/{name}", depth + 1)

    def _require_no_key(self, place: Path, *paths: str) -> None:
        for path in paths:
            if found := home_paths.never(path):
                raise _refused(
                    place,
                    f"is, or leads to, ~/{safe_line(found, 80)}, where keys are kept",
                )

    def _text(self, place: Path, shown: str) -> str:
        if len(self.dotfiles) + len(self.shell) >= MOST_FILES:
            raise _too_much()
        with self._opened(place) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _refused(place, "is no regular file")
            with os.fdopen(descriptor, "rb", closefd=False) as opened:
                content = opened.read(LARGEST + 1)
        self._bytes += len(content)
        if len(content) > LARGEST:
            raise _refused(place, f"is larger than {LARGEST >> 10} KiB")
        if self._bytes > MOST_BYTES:
            raise _too_much()
        for name in (place.name, _real(place).name):
            if reason := key_files.looks_like_key(name, content):
                raise _refused(place, f"goes into no box: {reason}")
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise _refused(place, "is no text") from error
        if "\0" in text:
            raise _refused(place, "is no text")
        text, lines = secret_text.stripped_settings(text)
        self.left_out += [f"{shown}:{line}" for line in lines]
        return text

    @contextmanager
    def _opened(self, place: Path, flags: int = 0) -> Iterator[int]:
        """The file that a path leads to, if that is in the home; ConfigError if not.

        A link that is put somewhere on the way meanwhile is followed no more.
        """
        real, (shell, home) = _real(place), self._roots
        root = shell if real.is_relative_to(shell) else home
        if not real.is_relative_to(root):
            raise _refused(place, "is a link that leads out of your home")
        if root == home:
            self._require_no_key(place, str(real.relative_to(home)))
        try:
            descriptor = _open_below(root, real.relative_to(root).parts, flags)
        except OSError as error:
            raise _refused(place, f"cannot be read: {error.strerror}") from error
        try:
            yield descriptor
        except OSError as error:
            raise _refused(place, f"cannot be read: {error.strerror}") from error
        finally:
            os.close(descriptor)


def _real(place: Path) -> Path:
    return Path(os.path.realpath(place))


def _open_below(root: Path, parts: tuple[str, ...], flags: int) -> int:
    """Open the parts one below the other; OSError for a link among them."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for number, part in enumerate(parts, start=1):
        more = flags if number == len(parts) else os.O_DIRECTORY
        try:
            below = os.open(part, _READ | more, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def _refused(place: Path, words: str) -> ConfigError:
    return ConfigError(f"{safe_line(str(place), 200)} {words}", _HINT)


def _too_much() -> ConfigError:
    return ConfigError(
        f"dotfiles and shell.d are too much: at most {MOST_FILES} files of "
        f"{MOST_BYTES >> 20} MiB in all",
        hint="name single files in place of folders",
    )
