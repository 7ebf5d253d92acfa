"""Programs run within bounds, and nothing of them outlives a limit."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from swarm.adapters.process import Limits, ProcessResult, Program, run
from swarm.errors import Cancelled, ToolError, ToolMissing

PATH = {"PATH": os.environ["PATH"]}
AMPLE = Limits(seconds=20, output=1 << 20)


def shell(
    script: str,
    limits: Limits = AMPLE,
    stdin: bytes = b"",
    lines: list[str] | None = None,
) -> ProcessResult:
    program = Program(["sh", "-c", script], "script", PATH, stdin)
    return run(program, limits, None if lines is None else lines.append)


def is_running(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_ended(pid: int) -> None:
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline
        os.sched_yield()


def test_status_output_and_the_tail_of_the_complaint_come_back() -> None:
    result = shell("echo answer; for i in 1 2 3 4 5; do echo e$i >&2; done; exit 3")

    assert result == ProcessResult(3, b"answer\n", "e2; e3; e4; e5")


def test_a_complaint_is_one_harmless_line() -> None:
    """A program repeats the names that an agent chose."""
    assert shell(r"printf 'a\033[31m\n' >&2; exit 1").complaint.isprintable()


def test_without_a_complaint_the_status_stands_for_it() -> None:
    assert shell("exit 7").complaint == "exit status 7"


def test_only_the_given_environment_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "planted")

    assert b"planted" not in shell("env").output


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()

    with pytest.raises(ToolError, match=r"script: no answer within 0\.5 seconds"):
        shell(f"sleep 60 & echo $! > {tmp_path}/pid; wait", Limits(0.5, 10))

    assert time.monotonic() - began < 5
    until_ended(int((tmp_path / "pid").read_text()))


def test_a_program_that_is_stopped_tidies_up_and_ends_with_its_children(
    tmp_path: Path,
) -> None:
    """Whether it prints something or not, long before its limit."""
    script = f"""
        trap 'echo > {tmp_path}/tidied; exit' TERM
        sleep 60 & echo $! > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid
        wait"""

    with pytest.raises(Cancelled, match="script: it was ended before it was done"):
        run(
            Program(["/bin/sh", "-c", script], "script", {"PATH": "/usr/bin:/bin"}),
            Limits(60, 10),
            is_stopped=(tmp_path / "pid").exists,
        )

    assert (tmp_path / "tidied").exists()
    until_ended(int((tmp_path / "pid").read_text()))


def test_a_child_that_keeps_the_pipe_open_is_not_waited_for_longer_than_the_limit(
    tmp_path: Path,
) -> None:
    """Its parent ended long before; reading to the end of the pipe would hang."""
    began = time.monotonic()

    with pytest.raises(ToolError, match="no answer within"):
        shell(f"sleep 60 & echo $! > {tmp_path}/pid", Limits(0.5, 10))

    assert time.monotonic() - began < 5
    until_ended(int((tmp_path / "pid").read_text()))


def test_a_child_in_a_session_of_its_own_does_not_hold_the_answer_up(
    tmp_path: Path,
) -> None:
    """It leaves the process group, and so it survives; only the wait for it ends."""
    script = f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 60' & sleep 60"
    began = time.monotonic()

    with pytest.raises(ToolError, match="no answer within"):
        shell(script, Limits(1, 10))

    assert time.monotonic() - began < 5
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_a_child_that_keeps_only_the_complaints_open_is_not_waited_for(
    tmp_path: Path,
) -> None:
    began = time.monotonic()

    result = shell(f"sleep 60 >&- & echo $! > {tmp_path}/pid; echo done >&2")

    os.kill(int((tmp_path / "pid").read_text()), 9)
    assert result.complaint == "done"
    assert time.monotonic() - began < 5


def test_a_program_that_closes_its_outputs_and_lives_on_meets_the_limit() -> None:
    with pytest.raises(ToolError, match="no answer within"):
        shell("exec >&- 2>&-; sleep 60", Limits(0.3, 10))


def test_endless_output_ends_the_program(tmp_path: Path) -> None:
    began = time.monotonic()

    with pytest.raises(ToolError, match="more than 1000 bytes"):
        shell(f"echo $$ > {tmp_path}/pid; yes", Limits(60, 1000))

    assert time.monotonic() - began < 5
    until_ended(int((tmp_path / "pid").read_text()))


def test_endless_complaints_meet_the_time_limit_and_take_no_memory() -> None:
    with pytest.raises(ToolError, match="no answer within"):
        shell("yes >&2", Limits(0.3, 10))


def test_large_input_and_output_do_not_block_each_other() -> None:
    data = b"x" * 5_000_000

    assert shell("cat", Limits(20, 6_000_000), stdin=data).output == data


def test_input_that_is_not_read_is_no_error() -> None:
    assert shell("exit 0", stdin=b"x" * 5_000_000).status == 0


def test_lines_of_both_outputs_are_reported_as_they_come(tmp_path: Path) -> None:
    """The program waits for the reader of its first line."""
    gate, lines = tmp_path / "gate", []
    os.mkfifo(gate)

    def on_line(line: str) -> None:
        lines.append(line)
        if line == "first":
            gate.write_text("go")

    script = f"echo first >&2; cat {gate} >/dev/null; echo second; printf last"
    run(Program(["sh", "-c", script], "script", PATH), AMPLE, on_line)

    assert lines == ["first", "second", "last"]


def test_a_line_that_never_ends_is_cut() -> None:
    lines: list[str] = []

    shell("head -c 1000000 /dev/zero | tr '\\0' x", lines=lines)

    assert sum(map(len, lines)) == 1_000_000
    assert max(map(len, lines)) < 200_000


def test_a_reader_that_fails_ends_the_program(tmp_path: Path) -> None:
    def on_line(_line: str) -> None:
        raise RuntimeError("reader")

    program = Program(
        ["sh", "-c", f"echo $$ > {tmp_path}/pid; echo x; sleep 60"], "script", PATH
    )

    with pytest.raises(RuntimeError, match="reader"):
        run(program, AMPLE, on_line)

    until_ended(int((tmp_path / "pid").read_text()))


def test_memory_is_limited() -> None:
    program = Program(
        [sys.executable, "-S", "-c", "input(); x = bytearray(400 << 20)"],
        "python",
        PATH,
        b"\n",
    )

    assert "MemoryError" in run(program, Limits(20, 10, memory=200 << 20)).complaint


def test_a_program_that_is_not_there_is_told_from_a_folder_that_is_not() -> None:
    with pytest.raises(ToolMissing, match=r"^no-such-tool is not installed") as caught:
        run(Program(["no-such-tool"], "tool", PATH, install_hint="get it"), AMPLE)
    assert caught.value.hint == "get it"

    with pytest.raises(ToolError, match=r"^tool: .*nowhere") as missing_folder:
        run(Program(["true"], "tool", PATH, cwd=Path("/nowhere")), AMPLE)
    assert not isinstance(missing_folder.value, ToolMissing)


@pytest.mark.parametrize("whole_group", [True, False])
def test_what_a_program_leaves_behind_ends_with_it_if_asked(
    tmp_path: Path, whole_group: bool
) -> None:
    """A child that keeps no pipe open outlives its parent otherwise."""
    script = f"sleep 60 <&- >&- 2>&- & echo $! > {tmp_path}/pid"
    program = Program(["sh", "-c", script], "script", PATH, whole_group=whole_group)

    assert run(program, AMPLE).status == 0

    pid = int((tmp_path / "pid").read_text())
    if whole_group:
        until_ended(pid)
    else:
        assert is_running(pid)
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")
def test_memory_is_limited_for_another_user_too() -> None:
    """A root without all its capabilities cannot limit another's process."""
    script = "held=$(head -c 100000000 /dev/zero | tr '\\0' a); echo ${#held}"
    program = Program(["sh", "-c", script], "script", PATH, user=(23456, 23456))

    assert run(program, AMPLE).output == b"100000000\n"
    assert run(program, Limits(seconds=20, output=1 << 20, memory=64 << 20)).status
