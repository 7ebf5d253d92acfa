"""Reads one file of an image that nothing runs from."""

import io
import posixpath
import tarfile
from contextlib import closing
from typing import Any

from docker import APIClient
from docker.errors import APIError, NotFound

LIMIT = 1 << 20
"""Bytes that are read of a file."""
_HEADERS = 64 << 10
_LOOP = "too many links"
"""The engine's words for a link that leads back to itself."""


def image_file(
    client: APIClient, image: str, path: str, labels: dict[str, str], links: int = 0
) -> bytes:
    """The file's first bytes; empty for a directory, and if it is absent.

    So many links are followed, inside the image; the next one is empty.
    """
    untyped: Any = client
    made = untyped.create_container(image, ["none"], labels=labels)
    try:
        content, target = _read(untyped, made["Id"], path)
        # A path that is no text cannot be asked for.
        while target.isprintable() and target and links:
            # The engine leads no path out of the image, however many `..` it has.
            path, links = posixpath.join(posixpath.dirname(path), target), links - 1
            content, target = _read(untyped, made["Id"], path)
        return content
    finally:
        untyped.remove_container(made["Id"], force=True, v=True)


def container_file(client: Any, container: str, path: str) -> bytes:
    """The first bytes of a container's file; empty for a link: it leads anywhere."""
    return _read(client, container, path)[0]


def _read(client: Any, container: str, path: str) -> tuple[bytes, str]:
    """The content, or what a link leads to."""
    try:
        chunks, _ = client.get_archive(container, path)
    except NotFound:
        return b"", ""
    except APIError as error:
        if _LOOP not in str(error):
            raise
        return b"", ""
    packed = b""
    with closing(chunks):
        for chunk in chunks:
            packed += chunk
            if len(packed) > LIMIT + _HEADERS:
                break
    with tarfile.open(fileobj=io.BytesIO(packed), errorlevel=0) as tar:
        first = tar.next()
        if first and first.issym():
            return b"", first.linkname
        file = tar.extractfile(first) if first and first.isreg() else None
        return (file.read(LIMIT) if file else b""), ""
