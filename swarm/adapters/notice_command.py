"""Runs the human's own command when a task needs them, and claims each need once."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from swarm.adapters.process import Limits, Program, run

SECONDS = 20.0
"""The command is ended after these."""
KEPT_SECONDS = 2 * 86400.0
"""Claims that are older are forgotten; what they were about is long seen."""


def run_command(argv: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run the command; blocks until it ends.

    ToolError if it cannot start or takes too long.
    """
    limits = Limits(SECONDS, output=64 << 10)
    run(Program(argv, "[notify] command", environment), limits)


def claim(claims: Path, key: str) -> bool:
    """Make the key's file; False if it is there already: someone told, or saw it.

    `claims` is a folder of swarm's own. OSError if it cannot be written.
    """
    claims.mkdir(mode=0o700, exist_ok=True)
    _forget_old(claims)
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        os.close(os.open(claims / key, flags, 0o600))
    except FileExistsError:
        return False
    return True


def _forget_old(claims: Path) -> None:
    for claim in claims.iterdir():
        # Keeper and dashboard may both be at it.
        with suppress(FileNotFoundError):
            if time.time() - claim.stat().st_mtime > KEPT_SECONDS:
                claim.unlink()
