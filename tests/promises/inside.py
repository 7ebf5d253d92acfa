"""One program that stays in a box and starts others there, as `docker exec` would.

The container engine takes up to half a second of a busy machine for each `docker exec`,
and the promises need a thousand. A shell that is started here is new from its first
instruction; a script of Python's is run by a copy of the program that stays, which has
loaded what most scripts need. Either has the user, the limits and the namespaces that
`docker exec` gives, and another parent.
"""

import json
import os
import select
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from subprocess import PIPE, Popen
from threading import Lock

START_SECONDS = 180.0
"""Until the program that stays must be there."""

STARTER = r"""
import json, os, select, sys
import pathlib, socket, ssl, struct, threading

def begin(out, err):
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, to in enumerate((nothing, out, err)):
        os.dup2(to, number)
    os.closerange(3, 1024)

def gather(open_pipes, printed, seconds):
    came = False
    for pipe in select.select(open_pipes, [], [], seconds)[0]:
        if more := os.read(pipe, 65536):
            printed[pipe] += more
            came = True
        else:
            open_pipes.remove(pipe)
    return came

def end_of(child, pipes):
    printed, open_pipes, status = dict.fromkeys(pipes, b""), list(pipes), None
    while status is None:
        gather(open_pipes, printed, 0.02)
        ended, told = os.waitpid(child, os.WNOHANG)
        status = told if ended else None
    # What it began may hold its output open, and is not waited for.
    while gather(open_pipes, printed, 0):
        pass
    for pipe in pipes:
        os.close(pipe)
    code = os.waitstatus_to_exitcode(status)
    texts = [text.decode("latin-1") for text in printed.values()]
    return [code if code >= 0 else 128 - code, *texts]

def wanted():
    os.write(1, b"ready\n")
    for line in sys.stdin.buffer:
        (out, its_out), (err, its_err) = os.pipe(), os.pipe()
        if not (child := os.fork()):
            begin(its_out, its_err)
            return json.loads(line)
        os.close(its_out)
        os.close(its_err)
        told = json.dumps(end_of(child, (out, err))).encode() + b"\n"
        while told:
            told = told[os.write(1, told):]

if argv := wanted():
    if argv[:2] == ["python3", "-c"]:
        exec(compile(argv[2], "<string>", "exec"), {"__name__": "__main__"})
    else:
        os.execvp(argv[0], argv)
"""
"""Each line that it reads is an argv; it answers with code, output and errors."""


@dataclass(frozen=True)
class Ended:
    """How a program in the box ended, and what it printed."""

    code: int
    out: bytes


class Inside:
    """The starter of one box; one program at a time, whatever threads there are."""

    def __init__(self, box: str) -> None:
        self._box = box
        self._lock = Lock()
        self._starter: Popen[bytes] | None = None

    def run(self, argv: list[str], seconds: float) -> Ended:
        """Run a program; TimeoutExpired if it takes longer, and it is left behind.

        A program that is asked for meanwhile is started by `docker exec` itself, and
        so is one for which no starter can be had.
        """
        if not self._lock.acquire(blocking=False):
            return by_itself(self._box, argv, seconds)
        try:
            starter = self._running()
            if starter is None:
                return by_itself(self._box, argv, seconds)
            try:
                return self._ask(starter, argv, seconds)
            except BaseException:
                self._end()
                raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the starter; what it started goes on."""
        with self._lock:
            self._end()

    def _running(self) -> Popen[bytes] | None:
        if self._starter and self._starter.poll() is None:
            return self._starter
        self._end()
        words = ["docker", "exec", "-i", self._box, "python3", "-c", STARTER]
        started = Popen(words, stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL)
        self._starter = started
        if _line(started, START_SECONDS, words) == b"ready\n":
            return started
        self._end()
        return None

    def _ask(self, starter: Popen[bytes], argv: list[str], seconds: float) -> Ended:
        assert starter.stdin
        with suppress(BrokenPipeError):
            starter.stdin.write(json.dumps(argv).encode() + b"\n")
            starter.stdin.flush()
        answer = _line(starter, seconds, argv)
        if not answer.endswith(b"\n"):
            self._end()
            raise RuntimeError(f"the starter in {self._box} was ended by {argv}")
        code, out, err = json.loads(answer)
        return Ended(int(code), f"{out}{err}".encode("latin-1"))

    def _end(self) -> None:
        if self._starter is None:
            return
        starter, self._starter = self._starter, None
        starter.kill()
        starter.communicate()


def by_itself(box: str, argv: list[str], seconds: float) -> Ended:
    """One program by a `docker exec` of its own: the engine is its parent."""
    done = subprocess.run(
        ["docker", "exec", box, *argv],
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr)


def _line(of: Popen[bytes], seconds: float, argv: list[str]) -> bytes:
    """The next line, or what came of it until the end; TimeoutExpired."""
    assert of.stdout
    deadline, text, number = time.monotonic() + seconds, bytearray(), of.stdout.fileno()
    while not text.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([number], [], [], left)[0]:
            raise subprocess.TimeoutExpired(argv, seconds)
        more = os.read(number, 1 << 16)
        if not more:
            break
        text += more
    return bytes(text)


_of_boxes: dict[str, Inside] = {}


def inside(box: str) -> Inside:
    """The one starter of the box in this process."""
    return _of_boxes.setdefault(box, Inside(box))


def close_all() -> None:
    """End every starter."""
    while _of_boxes:
        _of_boxes.popitem()[1].close()
