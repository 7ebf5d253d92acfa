"""Reads one file of an image that nothing runs from."""

import io
import tarfile
from contextlib import closing
from typing import Any

from docker import APIClient
from docker.errors import NotFound

LIMIT = 1 << 20
"""Bytes that are read of a file."""
_HEADERS = 64 << 10


def image_file(
    client: APIClient, image: str, path: str, labels: dict[str, str]
) -> bytes:
    """The file's first bytes; empty for a link or a directory, and if it is absent."""
    untyped: Any = client
    made = untyped.create_container(image, ["none"], labels=labels)
    try:
        return _read(untyped, made["Id"], path)
    finally:
        untyped.remove_container(made["Id"], force=True, v=True)


def _read(client: Any, container: str, path: str) -> bytes:
    try:
        chunks, _ = client.get_archive(container, path)
    except NotFound:
        return b""
    packed = b""
    with closing(chunks):
        for chunk in chunks:
            packed += chunk
            if len(packed) > LIMIT + _HEADERS:
                break
    with tarfile.open(fileobj=io.BytesIO(packed), errorlevel=0) as tar:
        first = tar.next()
        file = tar.extractfile(first) if first and first.isreg() else None
        return file.read(LIMIT) if file else b""
