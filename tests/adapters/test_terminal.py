"""Another program on this terminal: what it writes is cleaned, its status is kept."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from swarm.adapters import terminal
from swarm.errors import ToolMissing

PROGRAM = """
import sys
from swarm.adapters import terminal
from swarm.model.safe_text import plain
told = lambda: print("told", flush=True)
code = terminal.foreground_cleaned(sys.argv[1:], plain, told)
print("status", code, flush=True)
"""
EVIL = r"printf 'a\033]52;c;eA==\007b\n'; printf 'c\033[2Jd\n' >&2; exit 7"


def on_a_terminal(script: str, presses: bytes = b"") -> str:
    """What a terminal got of a shell's script; keys are pressed once it is ready."""
    pid, fd = pty.fork()
    if not pid:
        # A run in a shell's background begins with Ctrl+C ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        argv = [sys.executable, "-c", PROGRAM, "sh", "-c", script]
        os.execv(argv[0], argv)
    written, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            written += os.read(fd, 4096)
        except OSError:
            break
        if presses and b"ready" in written:
            os.write(fd, presses)
            presses = b""
    os.close(fd)
    os.waitpid(pid, 0)
    return written.decode()


def test_nothing_that_a_program_writes_acts_on_the_terminal() -> None:
    """Neither on standard output nor on standard error; its status is ours."""
    seen = on_a_terminal(EVIL)

    assert "\x1b" not in seen
    assert r"a\x1b]52;c;eA==\x07b" in seen
    assert r"c\x1b[2Jd" in seen
    assert "status 7" in seen


def test_a_character_in_two_pieces_is_one() -> None:
    assert "é" in on_a_terminal(r"printf '\303'; sleep 0.3; printf '\251\n'")


def test_ctrl_c_is_told_before_it_ends_the_call() -> None:
    # The kernel sends the signal before it throws away what is not shown yet, and what
    # was told in between would be lost.
    seen = on_a_terminal("stty noflsh; echo rea''dy; sleep 60", presses=b"\x03")

    assert "told" in seen
    assert "KeyboardInterrupt" in seen


def test_a_pipe_gets_every_byte() -> None:
    argv = [sys.executable, "-c", PROGRAM, "sh", "-c", EVIL]
    done = subprocess.run(argv, capture_output=True, check=False)

    assert done.stdout == b"a\x1b]52;c;eA==\x07b\nstatus 7\n"
    assert done.stderr == b"c\x1b[2Jd\n"


def test_a_signal_s_end_has_a_shell_s_status() -> None:
    status = terminal.foreground_cleaned(
        ["sh", "-c", f"kill -{signal.SIGTERM:d} $$"], str, lambda: None
    )

    assert status == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    "run",
    [
        terminal.foreground,
        lambda argv: terminal.foreground_cleaned(argv, str, lambda: None),
    ],
)
def test_a_program_that_is_not_there_is_named(run) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ToolMissing, match="no-such-program cannot be run"):
        run(["no-such-program"])
