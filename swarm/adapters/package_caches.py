"""The user's own package caches: where they are, how large, and whether a box may have
them. What is lent is a folder of packages, never one of settings, keys or sockets.
"""

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters import cache_logins, system
from swarm.config import home_paths
from swarm.model.package_cache import KINDS
from swarm.model.safe_text import safe_line

MOST_ENTRIES = 1_000_000
MOST_SECONDS = 20.0
"""What a look at one cache may take."""
FRESH_SECONDS = 60.0
"""How long a look at a whole cache counts."""
LARGEST_COPY = 2 << 30
"""Bytes of a cache that each box copies."""
_NEVER_BELOW = ("/etc", "/proc", "/sys", "/boot")
_KEY_FILES = (
    "settings.xml", "settings-security.xml", "credentials", "credentials.toml",
    "config.toml", "gradle.properties", "auth.json", "npmrc", "pip.conf", "id_rsa",
    "id_ed25519",
)  # fmt: skip
"""Files that stand beside caches, never in one."""


@dataclass(frozen=True, slots=True)
class PackageCache:
    """One cache as it is now."""

    kind: str
    place: Path
    folders: tuple[tuple[str, str], ...] = ()
    """Part and real path of each folder that is there; empty if none may be lent."""
    bytes: int = 0
    unreadable: int = 0
    """Files that only their owner may read, who may not be the box's user."""
    fault: str = ""
    """Why it is not lent, as a clause; empty if it may be."""


def look(
    kind: str, environment: Mapping[str, str], home: Path, swarm_home: Path
) -> PackageCache:
    """Find and measure one; blocks for its every entry, within bounds. Never raises.

    Nothing in swarm's own home is lent: agents write there.
    """
    place = _place(kind, environment, home)
    folders = list[tuple[str, str]]()
    size = unreadable = 0
    try:
        for part in KINDS[kind].parts:
            folder = place / part
            if not folder.is_dir():
                continue
            real = os.path.realpath(folder)
            if fault := _fault_of_place(real, home, swarm_home):
                return PackageCache(kind, place, fault=fault)
            measured = _measured(real)
            size += measured.bytes
            unreadable += measured.unreadable
            folders.append((part, real))
    except _Refused as refusal:
        return PackageCache(kind, place, fault=str(refusal))
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or "its name is no path"
        return PackageCache(kind, place, fault=f"it cannot be read: {words}")
    if not folders:
        return PackageCache(kind, place, fault="it is not there")
    if KINDS[kind].home and size > LARGEST_COPY:
        fault = f"each box would copy it, and that is at most {LARGEST_COPY >> 30} GiB"
        return PackageCache(kind, place, bytes=size, fault=fault)
    return PackageCache(kind, place, tuple(folders), size, unreadable)


def still_stands(folder: str) -> bool:
    """True if a folder that was looked at may still be lent, and no link leads on.

    Blocks for its every entry, unless that was looked at within `FRESH_SECONDS`.
    """
    if os.path.realpath(folder) != folder or not Path(folder).is_dir():
        return False
    if time.monotonic() - _looked_at.get(folder, -FRESH_SECONDS) < FRESH_SECONDS:
        return True
    try:
        _measured(folder)
    except (_Refused, OSError):
        return False
    return True


def _measured(folder: str) -> "_Measure":
    measured = _Measure(time.monotonic() + MOST_SECONDS)
    measured.walk(folder)
    _looked_at[folder] = time.monotonic()
    return measured


_looked_at: dict[str, float] = {}
"""By folder, when all that is in it was seen to be lendable."""


def _place(kind: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where the tool's variables say, or where it is by default."""

    def named(variable: str, *below: str) -> Path | None:
        value = environment.get(variable, "").strip()
        return home.joinpath(value, *below) if value else None

    usual = home / ("Library/Caches" if system.here().is_macos else ".cache")
    caches = named("XDG_CACHE_HOME") or usual
    return {
        "cargo": named("CARGO_HOME") or home / ".cargo",
        "go": named("GOMODCACHE")
        or named("GOPATH", "pkg", "mod")
        or home / "go" / "pkg" / "mod",
        "gradle": (named("GRADLE_USER_HOME") or home / ".gradle") / "caches",
        "maven": home / ".m2" / "repository",
        "npm": named("npm_config_cache") or home / ".npm",
        "pip": named("PIP_CACHE_DIR") or caches / "pip",
    }[kind]


def _fault_of_place(real: str, home: Path, swarm_home: Path) -> str:
    root = os.path.realpath(home)
    path = Path(real)
    if Path(root).is_relative_to(path):
        return "it holds your home"
    if any(path.is_relative_to(each) for each in _NEVER_BELOW) or len(path.parts) < 3:
        return "it is a folder of the system's"
    ours = Path(os.path.realpath(swarm_home))
    if path.is_relative_to(ours) or ours.is_relative_to(path):
        return "it is swarm's own folder, or holds it"
    if not real.isprintable():
        return "its path has letters that cannot be shown"
    if path.is_relative_to(root):
        below = str(path.relative_to(root))
        if found := home_paths.never(below):
            return f"it is in ~/{safe_line(found, 80)}, where keys are kept"
    return ""


class _Refused(Exception):
    """A cache holds what no box may have; the text is a clause."""


class _Measure:
    """Counts what is in a folder; follows no link."""

    def __init__(self, deadline: float) -> None:
        self.bytes = 0
        self.unreadable = 0
        self._deadline = deadline
        self._entries = 0

    def walk(self, place: str) -> None:
        """Count all below; _Refused for sockets and their like, keys on top, logins."""
        with os.scandir(place) as entries:
            for entry in entries:
                self._refuse_key(entry)
        folders = [place]
        while folders:
            folder = folders.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._count(entry)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
            if time.monotonic() > self._deadline or self._entries > MOST_ENTRIES:
                raise _Refused("it has too many files to look at")

    def _refuse_key(self, entry: "os.DirEntry[str]") -> None:
        is_file = not entry.is_dir(follow_symlinks=False)
        if home_paths.never(entry.name) or (is_file and entry.name in _KEY_FILES):
            raise _Refused(f"{_shown(entry.name)} in it is for keys or settings")

    def _count(self, entry: "os.DirEntry[str]") -> None:
        self._entries += 1
        facts = entry.stat(follow_symlinks=False)
        mode = facts.st_mode
        if stat.S_ISREG(mode):
            self.bytes += facts.st_blocks * 512
            self.unreadable += not mode & 0o004
            if cache_logins.is_note(entry.path) and cache_logins.holds_login(
                entry.path
            ):
                words = "holds a login that its tool has sent: have it clean its cache"
                raise _Refused(f"{_shown(entry.name)} in it {words}")
        elif stat.S_ISDIR(mode):
            self.unreadable += mode & 0o005 != 0o005
        elif not stat.S_ISLNK(mode):
            # A read-only mount does not keep a program from writing to one.
            raise _Refused(f"{_shown(entry.name)} in it is a socket, pipe or device")


def _shown(name: str) -> str:
    return safe_line(name, 120)
