"""Names and stores blobs as git does, in a directory that only we write."""

import hashlib
import secrets
import zlib
from pathlib import Path


def blob_id(content: bytes, object_format: str) -> str:
    """The id that git gives these bytes."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def store(objects: Path, oid: str, content: bytes) -> None:
    """Write a blob as a loose object; fine if it is there.

    Complete under another name first, so a crash leaves no half object.
    """
    path = objects / oid[:2] / oid[2:]
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f"tmp_obj_{secrets.token_hex(6)}")
    draft.write_bytes(zlib.compress(b"blob %d\0" % len(content) + content, 1))
    draft.chmod(0o444)
    draft.rename(path)
