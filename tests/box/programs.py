"""Runs a program of the sandbox here, and speaks with it as the keeper does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from swarm.engine.side_channels import programs


class Program:
    """One that runs; what it says is read line by line."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdin
        assert process.stdout
        self._stdin, self._stdout = process.stdin, process.stdout

    def tell(self, **message: Any) -> None:
        """Say one thing to it."""
        self._stdin.write(json.dumps(message).encode() + b"\n")
        self._stdin.flush()

    def says(self) -> dict[str, Any]:
        """The next thing that it says; blocks until it does."""
        said: dict[str, Any] = json.loads(self._stdout.readline() or b"null")
        return said

    def until(self, key: str) -> dict[str, Any]:
        """The next thing of this kind; the others are left out."""
        while key not in (said := self.says()):
            pass
        return said

    def leave(self) -> int:
        """Hang up, as a keeper that ends does; its status."""
        self._stdin.close()
        self.process.stdin = None
        return self.process.wait(60)


@contextmanager
def running(kind: str, *words: str) -> Iterator[Program]:
    """The program of a kind of channel, until the block ends."""
    argv = [sys.executable, "-I", "-c", programs.text(kind), *words]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Program(process)
    finally:
        process.kill()
        process.communicate()
