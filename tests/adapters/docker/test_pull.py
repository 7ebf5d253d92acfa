"""Images come from a real registry, by every form of reference, or with its words."""

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from swarm.adapters.docker import DockerImages
from swarm.adapters.docker.pull import split_reference
from swarm.errors import Cancelled, ToolError
from tests.built_image import BUSYBOX, built
from tests.registry import open_registry, push

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "name", "tag"),
    [
        ("debian", "debian", ""),
        ("debian:12", "debian", "12"),
        ("some/db:1.2", "some/db", "1.2"),
        ("host:5000/db", "host:5000/db", ""),
        ("host:5000/some/db:1", "host:5000/some/db", "1"),
        ("[::1]:5000/db:1", "[::1]:5000/db", "1"),
        (f"host:5000/db@{DIGEST}", "host:5000/db", DIGEST),
    ],
)
def test_a_port_is_no_tag(reference: str, name: str, tag: str) -> None:
    assert split_reference(reference) == (name, tag)


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with open_registry() as place:
        yield place


def test_what_a_registry_has_is_fetched_with_its_steps(registry: str) -> None:
    image, images, lines = built("busybox", BUSYBOX), DockerImages(), list[str]()
    before = images.image_id(image)
    reference = push(registry, image, "some/box:1")
    assert images.image_id(reference) is None

    images.fetch(reference, 30.0, lines.append)

    assert images.image_id(reference) == before
    assert any("Pulling from some/box" in line for line in lines)
    (digest,) = [line for line in lines if line.startswith("Digest: ")]
    subprocess.run(["docker", "rmi", reference], check=True, capture_output=True)
    pinned = f"{registry}/some/box@{digest.removeprefix('Digest: ')}"
    assert images.pull(pinned, 30.0)
    assert images.image_id(pinned) == before
    subprocess.run(["docker", "rmi", pinned], check=True, capture_output=True)


def test_what_it_has_not_is_told_in_its_words(registry: str) -> None:
    reference = f"{registry}/some/box:nowhere"

    with pytest.raises(ToolError, match=r"some/box:nowhere: .*(unknown|not found)"):
        DockerImages().fetch(reference, 30.0, lambda _line: None)
    assert not DockerImages().pull(reference, 30.0)


def test_one_that_a_silent_registry_holds_up_is_ended_from_another_thread() -> None:
    images = DockerImages()
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as one:
        silent.settimeout(30)
        reference = f"127.0.0.1:{silent.getsockname()[1]}/none:1"
        pulling = one.submit(images.pull, reference, 60.0)
        asked, _ = silent.accept()
        with asked:
            images.stop()
            error = pulling.exception(timeout=60)

    assert isinstance(error, Cancelled)
    images.close()
