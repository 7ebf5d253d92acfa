"""Names and stores blobs as git does, in a directory that only we write."""

import hashlib
import os
import secrets
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

ASKED = 4
"""Look-ups in one directory of a store before it is listed."""


def blob_id(content: bytes, object_format: str) -> str:
    """The id that git gives these bytes."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


class LooseObjects:
    """A store's loose objects, to which blobs are added.

    An agent can leave tens of thousands of files, so this takes as few calls as it can.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = str(directory)
        self._asked: Counter[str] = Counter()
        """By directory of a store, how often one of its objects was asked for."""
        self._names: dict[str, set[str]] = {}
        """By directory of a store, its objects, once it was asked often."""

    def store(self, oid: str, content: bytes) -> None:
        """Write a blob; fine if it is there.

        Complete under another name first, so a crash leaves no half object.
        """
        if not self._has(oid[:2], oid[2:]):
            _write(f"{self._directory}/{oid[:2]}", oid[2:], content)

    def _has(self, directory: str, name: str) -> bool:
        """True if the object is there; it is about to be, if not."""
        path = f"{self._directory}/{directory}"
        self._asked[directory] += 1
        if self._asked[directory] <= ASKED:
            return os.access(f"{path}/{name}", os.F_OK)
        names = self._names.get(directory)
        if names is None:
            names = self._names[directory] = set()
            with suppress(FileNotFoundError):
                names.update(os.listdir(path))  # noqa: PTH208 - see above
        is_there = name in names
        names.add(name)
        return is_there


def _write(directory: str, name: str, content: bytes) -> None:
    draft = f"{directory}/tmp_obj_{secrets.token_hex(6)}"  # noqa: S108 - ours alone
    try:
        fd = os.open(draft, _NEW, 0o444)
    except FileNotFoundError:
        os.mkdir(directory)  # noqa: PTH102 - see above
        fd = os.open(draft, _NEW, 0o444)
    with os.fdopen(fd, "wb") as file:
        file.write(zlib.compress(b"blob %d\0" % len(content) + content, 1))
    os.rename(draft, f"{directory}/{name}")  # noqa: PTH104 - see above
