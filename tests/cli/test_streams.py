"""Nothing that is printed fails for its characters."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ascii:strict", "utf-8"])
@pytest.mark.parametrize("command", [["--help"], ["ls", "--help"], ["help"]])
def test_help_is_printed_in_any_encoding(encoding: str, command: list[str]) -> None:
    """What an encoding has not is written as its escape."""
    done = subprocess.run(
        [sys.executable, "-m", "swarm", *command],
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"usage: swarm" in done.stdout
    assert done.stderr == b""
