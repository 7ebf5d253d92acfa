"""What a build of a project's own Dockerfile sees of it, as a tar file."""

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.utils.build import PatternMatcher

IGNORE_FILE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class ContextFile:
    """One file of a context."""

    path: str
    content: bytes
    """Of a link, where it leads."""
    is_program: bool = False
    is_link: bool = False


def included(paths: Iterable[str], ignore: str) -> list[str]:
    """The paths that an ignore file's text leaves in a context."""
    lines = [line.strip() for line in ignore.splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    if not patterns:
        return list(paths)
    # It takes texts, whatever the types of its package say.
    matcher: Any = PatternMatcher(patterns)
    return [path for path in paths if not matcher.matches(path)]


def write(tar: Path, files: Iterable[ContextFile]) -> None:
    """Write the tar; equal files give equal bytes, so that the build cache can hit."""
    with tarfile.open(tar, "w") as archive:
        for file in sorted(files, key=lambda file: file.path):
            entry = tarfile.TarInfo(file.path)
            if file.is_link:
                entry.type = tarfile.SYMTYPE
                entry.linkname = file.content.decode("utf-8", "surrogateescape")
                archive.addfile(entry)
                continue
            entry.size = len(file.content)
            entry.mode = 0o755 if file.is_program else 0o644
            archive.addfile(entry, io.BytesIO(file.content))


def text_in(tar: Path, path: str) -> str:
    """The text of a file in a context; empty if it is not there."""
    with tarfile.open(tar) as archive:
        try:
            file = archive.extractfile(path)
        except KeyError:
            return ""
        return file.read().decode("utf-8", "replace") if file else ""
