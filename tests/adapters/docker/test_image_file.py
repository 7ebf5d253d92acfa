"""A file of an image is read whole up to the limit, and nothing else of it."""

import io
import secrets
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import image_file
from swarm.adapters.docker.connection import Connection

FILES = {
    "plain": (tarfile.REGTYPE, b"hello\n"),
    "long": (tarfile.REGTYPE, b"x" * (image_file.LIMIT + 5)),
    "empty": (tarfile.REGTYPE, b""),
    "link": (tarfile.SYMTYPE, b""),
    "loop": (tarfile.SYMTYPE, b""),
    "up": (tarfile.SYMTYPE, b""),
    "bytes": (tarfile.SYMTYPE, b""),
    "lines": (tarfile.SYMTYPE, b""),
    "folder": (tarfile.DIRTYPE, b""),
    "pipe": (tarfile.FIFOTYPE, b""),
}
LINKS = {
    "loop": "loop",
    "up": "../../../../../etc/hostname",
    "bytes": "\udcff/plain",
    "lines": "a\nb",
}
"""Where links lead that do not lead to `plain`."""


@pytest.fixture
def connection() -> Iterator[Connection]:
    connection = Connection()
    yield connection
    connection.close()


@pytest.fixture
def image(connection: Connection) -> Iterator[str]:
    """An image of these files, with which nothing could run."""
    name = f"swarm-test/{secrets.token_hex(4)}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, (kind, content) in FILES.items():
            entry = tarfile.TarInfo(path)
            entry.type, entry.size = kind, len(content)
            entry.linkname = LINKS.get(path, "plain")
            tar.addfile(entry, io.BytesIO(content))
    with connection.call("import") as client:
        untyped: Any = client
        untyped.import_image_from_data(packed.getvalue(), repository=name, tag="1")
        yield f"{name}:1"
        untyped.remove_image(f"{name}:1")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/plain", b"hello\n"),
        ("/long", b"x" * image_file.LIMIT),
        *((f"/{name}", b"") for name in ("empty", "link", "folder", "pipe", "none")),
    ],
)
def test_only_a_regular_file_has_a_content(
    connection: Connection, image: str, path: str, content: bytes
) -> None:
    """The rest is empty, as what is not there; no container stays."""
    labels = {"swarm.home": f"test-{secrets.token_hex(4)}"}
    with connection.call("cp") as client:
        assert image_file.image_file(client, image, path, labels) == content
        untyped: Any = client
        filters = {"label": [f"{key}={value}" for key, value in labels.items()]}
        assert untyped.containers(all=True, filters=filters) == []


@pytest.mark.parametrize(
    ("path", "links", "content"),
    [
        ("/link", 1, b"hello\n"),
        ("/link", 0, b""),
        ("/loop", 8, b""),
        ("/up", 2, b""),
        ("/bytes", 8, b""),
        ("/lines", 8, b""),
    ],
)
def test_a_link_is_followed_inside_the_image(
    connection: Connection, image: str, path: str, links: int, content: bytes
) -> None:
    """As often as asked for; `..` leads no further than the image's root."""
    labels = {"swarm.home": f"test-{secrets.token_hex(4)}"}
    with connection.call("cp") as client:
        found = image_file.image_file(client, image, path, labels, links)

    assert found == content
