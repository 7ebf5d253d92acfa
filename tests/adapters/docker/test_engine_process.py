"""An engine is asked, through its socket, whether it sees our files."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import engine_process


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A socket of this process, to which one can connect."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as one:
        one.bind(f"{folder}/s")
        one.listen()
        yield f"unix://{folder}/s"


def proc(folder: Path, namespaces: dict[str, str]) -> Path:
    for process, namespace in namespaces.items():
        (folder / process / "ns").mkdir(parents=True)
        (folder / process / "ns/mnt").symlink_to(namespace)
    return folder


def test_a_process_beside_this_one_sees_the_same_files(endpoint: str) -> None:
    assert engine_process.sees_our_files(endpoint)


@pytest.mark.parametrize(
    "namespaces",
    [
        {"self": "mnt:[1]", str(os.getpid()): "mnt:[2]"},
        {"self": "mnt:[1]"},  # its number is another process namespace's
    ],
)
def test_one_in_another_mount_namespace_does_not(
    endpoint: str, tmp_path: Path, namespaces: dict[str, str]
) -> None:
    folder = proc(tmp_path / "proc", namespaces)

    assert not engine_process.sees_our_files(endpoint, folder)


@pytest.mark.parametrize(
    "url", ["", "ssh://me@host", "tcp://127.0.0.1:2375", "unix:///nowhere/s"]
)
def test_what_cannot_be_asked_is_not_known(url: str) -> None:
    assert not engine_process.sees_our_files(url)
