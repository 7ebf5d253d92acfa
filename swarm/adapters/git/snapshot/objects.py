"""Names and stores blobs as git does, in a directory that only we write."""

import hashlib
import os
import secrets
import zlib
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def blob_id(content: bytes, object_format: str) -> str:
    """The id that git gives these bytes."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def store(objects: Path, oid: str, content: bytes) -> None:
    """Write a blob as a loose object; fine if it is there.

    Complete under another name first, so a crash leaves no half object. An agent can
    leave tens of thousands of files, so this takes as few calls as it can.
    """
    directory = f"{objects}/{oid[:2]}"
    path = f"{directory}/{oid[2:]}"
    if os.access(path, os.F_OK):
        return
    draft = f"{directory}/tmp_obj_{secrets.token_hex(6)}"  # noqa: S108 - ours alone
    try:
        fd = os.open(draft, _NEW, 0o444)
    except FileNotFoundError:
        os.mkdir(directory)  # noqa: PTH102 - see above
        fd = os.open(draft, _NEW, 0o444)
    with os.fdopen(fd, "wb") as file:
        file.write(zlib.compress(b"blob %d\0" % len(content) + content, 1))
    os.rename(draft, path)  # noqa: PTH104 - see above
