"""Programs are limited and ended alike on a system that has fewer ways to do it."""

import os
import resource
from pathlib import Path

import pytest

from swarm.adapters.process import Limits, Program, run
from swarm.errors import ToolError
from tests.adapters.test_process import AMPLE, PATH, until_ended


@pytest.fixture(params=["linux", "macos"], autouse=True)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS's Python has neither of both before 3.13."""
    if request.param == "macos":
        monkeypatch.delattr(os, "waitid")
        monkeypatch.delattr(resource, "prlimit")


def test_a_program_s_end_and_status_are_noticed() -> None:
    """Also one that closes its output long before it ends."""
    program = Program(["sh", "-c", "echo a; exec >&- 2>&-; exit 7"], "script", PATH)
    result = run(program, AMPLE)

    assert (result.status, result.output) == (7, b"a\n")


def test_memory_is_limited() -> None:
    script = "held=$(head -c 100000000 /dev/zero | tr '\\0' a); echo ${#held}"
    program = Program(["sh", "-c", script], "script", PATH)

    assert run(program, AMPLE).output == b"100000000\n"
    assert run(program, Limits(seconds=20, output=1 << 20, memory=64 << 20)).status


def test_time_is_limited_for_all_that_a_program_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/pid; wait"

    with pytest.raises(ToolError, match="no answer within"):
        run(Program(["sh", "-c", script], "script", PATH), Limits(0.5, 1 << 20))

    until_ended(int((tmp_path / "pid").read_text()))


def test_what_is_left_behind_ends_if_asked(tmp_path: Path) -> None:
    script = f"sleep 60 <&- >&- 2>&- & echo $! > {tmp_path}/pid"
    program = Program(["sh", "-c", script], "script", PATH, whole_group=True)

    assert run(program, AMPLE).status == 0
    until_ended(int((tmp_path / "pid").read_text()))
