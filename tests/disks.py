"""Small disks of a test's own: a tmpfs or an ext4 on a file. Only root mounts one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1 << 20

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")


@contextmanager
def small_disk(place: Path, size: int, inodes: int = 0) -> Iterator[Path]:
    """A tmpfs of so many bytes, and inodes if they are given."""
    options = f"size={size}" + (f",nr_inodes={inodes}" if inodes else "")
    with _mounted(place, ["-t", "tmpfs", "-o", options, "tmpfs"]):
        yield place


@contextmanager
def loop_disk(place: Path, size: int) -> Iterator[Path]:
    """An ext4 on a file, none of it kept for root; skips if that cannot be mounted."""
    image = place.with_suffix(".img")
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    with _mounted(place, ["-o", "loop", str(image)]):
        yield place


@contextmanager
def _mounted(place: Path, words: list[str]) -> Iterator[None]:
    place.mkdir()
    command = ["mount", *words, str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no such disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Write a file until so many bytes are free, at 0 until none is; its path."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for piece in (MIB, 4096, 1):
            try:
                while free(disk) - piece >= leave:
                    file.write(b"x" * piece)
            except OSError:
                continue
    return filler


def free(disk: Path) -> int:
    """Bytes that are free."""
    facts = os.statvfs(disk)
    return facts.f_bavail * facts.f_frsize


def use_inodes(disk: Path) -> Path:
    """Make files until no other can be made; the folder that holds them."""
    folder = disk / "files"
    folder.mkdir()
    number = 0
    while True:
        try:
            (folder / str(number)).touch()
        except OSError:
            return folder
        number += 1
