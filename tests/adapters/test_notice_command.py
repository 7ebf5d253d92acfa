"""The human's own command for a need, and who claims one."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swarm.adapters import notice_command
from swarm.errors import ToolError

WRITE = (
    "import os, sys; open(sys.argv[1], 'a').write(os.environ['SWARM_STATE'] + '\\n')"
)


def test_a_command_is_run_with_its_variables_and_without_a_shell(
    tmp_path: Path,
) -> None:
    words = "$(touch evil); `touch evil` | touch evil"
    argv = [sys.executable, "-c", WRITE, str(tmp_path / "out"), words]

    notice_command.run_command(argv, {**os.environ, "SWARM_STATE": "asks"})

    assert (tmp_path / "out").read_text() == "asks\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_need_is_claimed_once(tmp_path: Path) -> None:
    """By a dashboard that shows it, by the keeper, or by the keeper before."""
    keys = ("1-asks-5-1", "1-asks-5-1", "1-asks-5-2")

    assert [notice_command.claim(tmp_path / "n", key) for key in keys] == [
        True,
        False,
        True,
    ]


def test_a_command_that_is_not_there_is_told() -> None:
    """By the setting's name."""
    with pytest.raises(ToolError, match=r"\[notify\] command|nothing-of-the-kind"):
        notice_command.run_command(["nothing-of-the-kind"], dict(os.environ))


def test_old_claims_are_forgotten(tmp_path: Path) -> None:
    """The folder does not grow for ever."""
    notice_command.claim(tmp_path / "notices", "1-asks-5-1")
    old = time.time() - notice_command.KEPT_SECONDS - 60
    os.utime(tmp_path / "notices" / "1-asks-5-1", (old, old))
    notice_command.claim(tmp_path / "notices", "1-asks-5-2")

    assert [claim.name for claim in (tmp_path / "notices").iterdir()] == ["1-asks-5-2"]


def test_two_who_forget_old_claims_at_once_do_not_disturb_each_other(
    tmp_path: Path,
) -> None:
    """What one has deleted the other may still have in its list: both claim all."""
    claims, old = tmp_path / "notices", time.time() - notice_command.KEPT_SECONDS - 60
    claims.mkdir()
    for number in range(3000):
        (claims / f"old-{number}").touch()
        os.utime(claims / f"old-{number}", (old, old))
    start = threading.Barrier(4)

    def claim(name: str) -> bool:
        start.wait()
        return notice_command.claim(claims, name)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(claim, "abcd"))

    assert sorted(path.name for path in claims.iterdir()) == list("abcd")
