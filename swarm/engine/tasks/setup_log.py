"""The output of a project's set-up, kept in a file of bounded size."""

from pathlib import Path

MOST = 1 << 20
"""Bytes of the file; once it is longer, the older half goes."""
_LEFT_OUT = b"[the output before this is left out]\n"


class SetupLog:
    """Writes what comes; the bytes are a stranger's, and are kept as they are."""

    def __init__(self, file: Path, most: int = MOST, *, goes_on: bool = False) -> None:
        """Begins anew, unless it goes on: the output of an earlier set-up goes."""
        self._file = file
        self._most = most
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (goes_on and file.exists()):
            file.write_bytes(b"")
            file.chmod(0o600)
        self._size = file.stat().st_size

    def write(self, part: bytes) -> None:
        """Add to the file."""
        if self._size + len(part) > self._most:
            kept = (self._file.read_bytes() + part)[-self._most // 2 :]
            part = _LEFT_OUT + kept[kept.find(b"\n") + 1 :]
            self._file.write_bytes(part)
            self._size = len(part)
            return
        with self._file.open("ab") as file:
            file.write(part)
        self._size += len(part)
