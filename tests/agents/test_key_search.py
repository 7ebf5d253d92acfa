"""The search for a key finds one that was planted, in every place where it looks."""

import gzip
import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from tests.agents.key_search import (
    home_of,
    image_with,
    is_in_stream,
    processes_of,
    processes_with,
    unpacked,
)

KEY = b"sk-a-key-that-a-test-has-planted-0123456789"
HELD = """
import sys
held = sys.stdin.readline().strip()
print("held", flush=True)
sys.stdin.readline()
"""
"""A program that has the key in its memory alone."""


@pytest.fixture(scope="module")
def base() -> str:
    """An image with Python."""
    containers = DockerContainers()
    reference = images.reference(containers, "base")
    containers.close()
    return reference


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """For one container or image, which is removed."""
    made = f"swarm-test-key-{abs(hash(request.node.name)):x}"
    yield made
    for words in (["rm", "-f"], ["rmi", "-f"]):
        subprocess.run(["docker", *words, made], capture_output=True, timeout=60)


@given(st.integers(1, 90), st.integers(0, 200), st.integers(0, 200))
def test_a_key_is_found_wherever_it_lies_in_a_stream(
    piece: int, before: int, after: int
) -> None:
    """Also across two pieces, or more than two."""
    for stream, holds in (
        (b"s" * before + KEY + b"k" * after, True),
        (b"s" * before + KEY[:-1] + b"k" * after, False),
    ):
        source = io.BytesIO(stream)

        def read(_: int, source: io.BytesIO = source) -> bytes:
            return source.read(piece)

        assert is_in_stream(read, KEY) is holds


def test_a_layer_is_searched_without_its_packing() -> None:
    """One whose packing is not known here is no clean one."""
    layer = os.urandom(9_000_000) + KEY

    for file in (layer, gzip.compress(layer, 1)):
        assert is_in_stream(unpacked(io.BytesIO(file), "layer"), KEY)
    with pytest.raises(AssertionError, match="cannot be searched"):
        unpacked(io.BytesIO(b"\x28\xb5\x2f\xfd..."), "layer")


def test_a_key_in_a_processs_memory_alone_is_found(base: str, name: str) -> None:
    """Not in its environment, arguments or files; its sibling has it not."""
    argv = ["docker", "run", "-i", "--rm", "--network", "none", "--name", name, base]
    shell = 'sleep 600 & exec python3 -c "$0"'
    with subprocess.Popen(
        [*argv, "bash", "-c", shell, HELD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(KEY + b"\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"held\n"
        pids = processes_of(name)
        holders = processes_with(pids, KEY)
        strangers = processes_with(pids, KEY[::-1])
        running.stdin.close()
        running.stdout.read()

    assert len(pids) == 2
    assert len(holders) == 1
    assert strangers == []


def test_a_container_that_has_ended_has_no_processes(base: str, name: str) -> None:
    """And one that is ending meanwhile is no error."""
    run = ["docker", "run", "--name", name, "--network", "none", base, "true"]
    subprocess.run(run, check=True, timeout=120)

    assert processes_of(name) == []
    assert processes_with([2**22 + 1], KEY) == []


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("COPY key /key\nCOPY empty /key", {"layer"}),
        ("COPY empty /e\nENV TOLD={key}", {"history", "inspect"}),
        ("COPY empty /e\nLABEL told={key}", {"history", "inspect"}),
        ('COPY empty /e\nCMD ["{key}"]', {"history", "inspect"}),
        ("COPY empty /e", set()),
    ],
)
def test_a_key_in_an_image_is_found(
    tmp_path: Path, name: str, lines: str, places: set[str]
) -> None:
    """In a layer that a later one hides, too."""
    (tmp_path / "key").write_bytes(b"x" * 5000 + KEY)
    (tmp_path / "empty").write_bytes(b"")
    text = f"FROM scratch\n{lines.format(key=KEY.decode())}\n"
    (tmp_path / "Dockerfile").write_text(text)
    build = ["docker", "build", "-q", "-t", name, str(tmp_path)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)

    found = image_with(name, KEY)

    named = {place for place in found if place in ("history", "inspect")}
    assert named == places & {"history", "inspect"}
    assert set(found) - named if places else not found


def test_a_volumes_files_are_read_on_the_host(base: str, name: str) -> None:
    """Where the engine says that they are."""
    mount = ["-v", f"{name}:/v", "--network", "none", "--user", "0"]
    write = ["docker", "run", "--rm", *mount, base, "sh", "-c", "echo kept > /v/x"]
    try:
        subprocess.run(write, check=True, timeout=120)

        assert (home_of(name) / "x").read_text() == "kept\n"
    finally:
        subprocess.run(["docker", "volume", "rm", "-f", name], check=True, timeout=60)
