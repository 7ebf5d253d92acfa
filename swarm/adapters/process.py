"""Runs one program at a time within bounds; every adapter that starts programs uses it.

A program gets its own session, so that a limit ends it with everything it started. It
ends with this process too, however that ends.
"""

import os
import selectors
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from swarm.adapters import process_control
from swarm.adapters.environment import copy_of
from swarm.adapters.process_groups import REAPER, ProcessGroups
from swarm.errors import Cancelled, ToolError, ToolMissing
from swarm.model.safe_text import safe_line

CHUNK = 64 << 10
TAIL = 2000
"""Bytes of standard error that are kept for the error message."""
LONGEST_LINE = 64 << 10
"""Bytes after which a line that does not end is cut."""
EXIT_POLL_SECONDS = 0.02
"""Pause between two looks at a program that closed its output and lives on."""

STOP_POLL_SECONDS = 0.2
"""Pause between two questions whether a program is to be ended."""
TERM_SECONDS = 5.0
"""How long a program that is ended may tidy up."""

OnLine = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one run."""

    seconds: float
    output: int
    """Bytes of standard output."""
    memory: int | None = None
    """Bytes of private memory; for programs that parse what an agent wrote."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run; nothing of swarm's own environment reaches it by itself."""

    argv: Sequence[str]
    label: str
    """The name that errors begin with, such as `git merge-base`."""
    environment: Mapping[str, str]
    """The whole environment; its PATH finds the program."""
    stdin: bytes = b""
    cwd: Path | None = None
    """None is `/`."""
    user: tuple[int, int] | None = None
    """Run as this uid and gid; needs root."""
    install_hint: str = ""
    whole_group: bool = False
    """What it started and left behind is killed once it has ended."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """The result of a program that ended by itself."""

    status: int
    output: bytes
    complaint: str
    """The last lines of standard error on one line, or the status if it is empty."""


def run(
    program: Program,
    limits: Limits,
    on_line: OnLine | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> ProcessResult:
    """Run a program to its end, whatever its exit status.

    Reports each line of both outputs to `on_line` as soon as it is complete; an
    exception there ends the program. So does `is_stopped`, which is asked a few times
    a second: Cancelled. Raises ToolMissing if there is no such program, ToolError if it
    cannot start, at the time limit and on too much output.
    """
    memory, outside = limits.memory, process_control.can_limit_from_outside()
    if memory is not None and (program.user or not outside):
        program, memory = _limited_by_shell(program, memory), None
    process = _start_listed(program)
    try:
        if memory is not None:
            # Nothing was written to its standard input yet: it has parsed nothing.
            process_control.limit_memory(process.pid, memory)
        exchange = _Exchange(process, program, limits, on_line, is_stopped)
        with exchange.selector:
            exchange.run()
        if program.whole_group:
            # It was not waited for, or just now: the group's id is its own.
            process_control.kill_group(process)
        return ProcessResult(
            process.wait(),
            bytes(exchange.output),
            _complaint(bytes(exchange.errors), process.returncode),
        )
    except Cancelled:
        process_control.ask_to_end(process, TERM_SECONDS)
        raise
    finally:
        if process.returncode is None:
            process_control.kill_group(process)
            process.wait()
        _groups.remove(process.pid)
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe
            # Closing standard input writes nothing: it is unbuffered.
            pipe.close()


def end_all() -> None:
    """Kill every program that runs, and refuse further ones (ToolError).

    For a process that must end soon: those who wait for a program get a ToolError.
    """
    _groups.end()


class _Exchange:
    """Feeds a process and reads what it writes, until it ends or a limit is met."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        program: Program,
        limits: Limits,
        on_line: OnLine | None,
        is_stopped: Callable[[], bool] | None,
    ) -> None:
        self.output, self.errors = bytearray(), bytearray()
        self.selector = selectors.DefaultSelector()
        self._process, self._label, self._limits = process, program.label, limits
        self._deadline = time.monotonic() + limits.seconds
        self._unwritten = memoryview(program.stdin)
        self._on_line, self._is_stopped = on_line, is_stopped
        self._partial_lines: dict[int, bytearray] = {}
        self._pause = 0.0002

    def run(self) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        self._register(stdout, selectors.EVENT_READ, self._read_output)
        assert self._process.stderr
        self._register(self._process.stderr, selectors.EVENT_READ, self._read_errors)
        if self._unwritten:
            self._register(stdin, selectors.EVENT_WRITE, self._write)
        else:
            stdin.close()
        while self._is_open(stdout) or not process_control.has_ended(self._process):
            self._turn(None if self._is_open(stdout) else EXIT_POLL_SECONDS)
        # The reason of an end may still stand in the pipe. A child that keeps the
        # pipe open is not waited for.
        with suppress(BlockingIOError):
            while self._is_open(self._process.stderr) and self._remaining() > 0:
                self._read_errors()
        for number in list(self._partial_lines):
            self._report_line(number)

    def _turn(self, pause: float | None) -> None:
        remaining = self._remaining()
        if remaining <= 0:
            raise ToolError(
                f"{self._label}: no answer within {self._limits.seconds:g} seconds"
            )
        if self._is_stopped:
            if self._is_stopped():
                raise Cancelled(f"{self._label}: it was ended before it was done")
            remaining = min(remaining, STOP_POLL_SECONDS)
        if not self.selector.get_map():
            self._pause = min(2 * self._pause, EXIT_POLL_SECONDS)
            time.sleep(min(self._pause, remaining))
            return
        for key, _ in self.selector.select(min(remaining, pause or remaining)):
            key.data()

    def _remaining(self) -> float:
        return self._deadline - time.monotonic()

    def _register(
        self, pipe: IO[bytes], event: int, handler: Callable[[], None]
    ) -> None:
        os.set_blocking(pipe.fileno(), False)
        self.selector.register(pipe, event, handler)

    def _is_open(self, pipe: IO[bytes]) -> bool:
        return not pipe.closed and pipe in self.selector.get_map()

    def _write(self) -> None:
        assert self._process.stdin
        # A program that ends without reading all says why in its exit status.
        with suppress(BrokenPipeError):
            count = os.write(self._process.stdin.fileno(), self._unwritten[:CHUNK])
            self._unwritten = self._unwritten[count:]
            if self._unwritten:
                return
        self.selector.unregister(self._process.stdin)
        self._process.stdin.close()

    def _read_output(self) -> None:
        chunk = self._chunk(self._process.stdout)
        if len(self.output) + len(chunk) > self._limits.output:
            raise ToolError(
                f"{self._label}: more than {self._limits.output} bytes came out"
            )
        self.output += chunk

    def _read_errors(self) -> None:
        self.errors += self._chunk(self._process.stderr)
        del self.errors[:-TAIL]

    def _chunk(self, pipe: IO[bytes] | None) -> bytes:
        assert pipe
        number = pipe.fileno()
        chunk = os.read(number, CHUNK)
        if not chunk:
            self.selector.unregister(pipe)
        elif self._on_line:
            self._split_lines(number, chunk)
        return chunk

    def _split_lines(self, number: int, chunk: bytes) -> None:
        for piece in chunk.splitlines(keepends=True):
            line = self._partial_lines.setdefault(number, bytearray())
            line += piece
            if piece.endswith((b"\n", b"\r")) or len(line) > LONGEST_LINE:
                self._report_line(number)

    def _report_line(self, number: int) -> None:
        line = bytes(self._partial_lines.pop(number, b"")).strip()
        if line and self._on_line:
            self._on_line(line.decode(errors="replace"))


class _Reaper:
    """The shell that kills our programs once this process is gone."""

    def __init__(self) -> None:
        program = Program(["/bin/sh", "-c", REAPER], "sh", environment={})
        reading, self._pipe = os.pipe()
        try:
            self._process = _start(program, reading, output=subprocess.DEVNULL)
        finally:
            os.close(reading)

    def fileno(self) -> int:
        return self._pipe

    def close(self) -> None:
        os.close(self._pipe)
        self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self.close()


_groups = ProcessGroups(_Reaper)


def _start_listed(program: Program) -> subprocess.Popen[bytes]:
    """Start a program that ends with this process."""
    reading, writing = os.pipe()
    try:
        pipe = os.fstat(reading).st_ino
        _groups.announce(pipe)
        try:
            process = _start(program, reading, subprocess.PIPE)
        except ToolError:
            _groups.withdraw(pipe)
            raise
        _groups.add(pipe, process.pid)
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    process.stdin = os.fdopen(writing, "wb", buffering=0)
    return process


def _start(program: Program, stdin: int, output: int) -> subprocess.Popen[bytes]:
    uid, gid = program.user or (None, None)
    cwd = str(program.cwd or "/")
    try:
        return subprocess.Popen(
            program.argv,
            stdin=stdin,
            stdout=output,
            stderr=output,
            bufsize=0,
            cwd=cwd,
            env=copy_of(program.environment),
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if gid is None else [],
        )
    except OSError as error:
        if isinstance(error, FileNotFoundError) and error.filename != cwd:
            raise ToolMissing(
                f"{Path(program.argv[0]).name} is not installed",
                hint=program.install_hint,
            ) from error
        raise ToolError(f"{program.label}: {safe_line(str(error))}") from error


def _limited_by_shell(program: Program, memory: int) -> Program:
    """The program behind a shell that sets the limit: another user's process may have
    it set from outside only by a root with all its capabilities."""
    script = f'ulimit -d {memory >> 10} && exec "$0" "$@"'
    return replace(program, argv=["sh", "-c", script, *program.argv])


def _complaint(errors: bytes, status: int) -> str:
    lines = [line for line in errors.decode(errors="replace").splitlines() if line]
    text = safe_line("; ".join(line.strip() for line in lines[-4:]).strip(), 600)
    return text or f"exit status {status}"
