"""The human's own command for a need: once, whoever asks."""

import os
import sys
import time
from pathlib import Path

import pytest

from swarm.adapters import notice_command
from swarm.errors import ToolError

WRITE = (
    "import os, sys; open(sys.argv[1], 'a').write(os.environ['SWARM_STATE'] + '\\n')"
)


def run(tmp_path: Path, key: str) -> bool:
    argv = [sys.executable, "-c", WRITE, str(tmp_path / "out")]
    environment = {**os.environ, "SWARM_STATE": "asks"}
    return notice_command.run_once(argv, environment, tmp_path / "notices", key)


def test_a_command_is_run_once_for_each_need(tmp_path: Path) -> None:
    """Two front ends, and a front end that was restarted, claim the same key."""
    done = [run(tmp_path, key) for key in ("1-asks-5-1", "1-asks-5-1", "1-asks-5-2")]

    assert done == [True, False, True]
    assert (tmp_path / "out").read_text() == "asks\nasks\n"


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By the setting's name."""
    with pytest.raises(ToolError, match=r"\[notify\] command|nothing-of-the-kind"):
        notice_command.run_once(
            ["nothing-of-the-kind"], dict(os.environ), tmp_path / "notices", "k"
        )


def test_old_claims_are_forgotten(tmp_path: Path) -> None:
    """The folder does not grow for ever."""
    run(tmp_path, "1-asks-5-1")
    old = time.time() - notice_command.KEPT_SECONDS - 60
    os.utime(tmp_path / "notices" / "1-asks-5-1", (old, old))
    run(tmp_path, "1-asks-5-2")

    assert [claim.name for claim in (tmp_path / "notices").iterdir()] == ["1-asks-5-2"]
