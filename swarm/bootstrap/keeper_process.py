"""Starts a keeper, or runs one in this process; a lock file allows one a home."""

import fcntl
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from swarm.adapters import process
from swarm.adapters.process_end import end_of
from swarm.bootstrap import keeper_environment, lost_home, process_log, wiring
from swarm.bootstrap.keeper_lock import keeper_pid
from swarm.engine.host.room import room
from swarm.errors import PaneAtWork, SwarmError
from swarm.model.safe_text import safe_line
from swarm.plan import home_identity
from swarm.plan.naming import HomePaths
from swarm.store import migrations, reserve

KEEPER_START_SECONDS = 20.0
"""The longest time that a command waits for a keeper that it started."""

END_SECONDS = 10.0
"""The time that running work has to end by itself; then its programs are killed."""
EXIT_SECONDS = 5.0
"""The time after that, at which the keeper ends whatever still runs in it."""
MARGIN_SECONDS = 10.0
"""The time after both at which `end_keeper` gives up."""

START_BYTES, START_FILES = 1 << 20, 10
"""Room that a keeper needs to start; with less it gives the reserve up."""

_VISIBLE = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CONFIG_HOME", "SWARM_CONFIG")
"""Variables that the keeper is started with, for all users of the machine to see.

Every other one goes through a pipe.
"""

_ASKED = (
    0,
    *(128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)),
)
"""What a keeper ends with that found another one, or that a person ended."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
"""Colours, with which tmux gives a pane's text."""


def ensure_keeper(paths: HomePaths) -> None:
    """Start a keeper in the private tmux server if none lives, and wait for it.

    It gets the variables of this process that its readers consult. SwarmError if it
    does not start; the hint names its log.
    """
    reserve.with_reserve(
        paths.database, lambda: migrations.connect(paths.database).close()
    )
    if keeper_pid(paths) is None:
        reserve.with_reserve(paths.database, lambda: _start_keeper(paths))


def _start_keeper(paths: HomePaths) -> None:
    with keeper_environment.pipe(paths) as pipe:
        _wait_for_start(paths, pipe)


def _wait_for_start(paths: HomePaths, pipe: Path) -> None:
    """Open the keeper's window, hand the variables over, and wait until it serves.

    The window may be at work: another command's keeper is about to serve, or the last
    one has not quite ended. Its own keeper is started as soon as it is free.
    """
    deadline = time.monotonic() + KEEPER_START_SECONDS
    while keeper_pid(paths) is None and not _open_window(paths, pipe):
        _refuse_if_late(paths, deadline)
        keeper_environment.wait()
    pane = wiring.panes(paths).all().get("keeper")
    is_sent = False
    with end_of(pane.pid if pane else 0) as end:
        while keeper_pid(paths) is None:
            is_sent = is_sent or keeper_environment.send(
                pipe, keeper_environment.handed_over(paths)
            )
            if end.wait(keeper_environment.POLL_SECONDS):
                _refuse_if_ended(paths)
                keeper_environment.wait()
            _refuse_if_late(paths, deadline)


def _refuse_if_late(paths: HomePaths, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SwarmError(
            f"the keeper did not start within {KEEPER_START_SECONDS:.0f} s",
            hint=f"see {paths.log}, or run `swarm keeper` to watch it",
        )


def _refuse_if_ended(paths: HomePaths) -> None:
    """SwarmError with its last words if the keeper in its window has ended.

    Not one that was asked to end, or made way for another.
    """
    panes = wiring.panes(paths)
    pane = panes.all().get("keeper")
    if pane is None or not pane.dead or keeper_pid(paths):
        return
    if pane.exit_code in _ASKED:
        return
    screen = panes.capture(["keeper"]).get("keeper")
    text = _SGR.sub("", screen.text if screen else "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # tmux says itself that a pane is dead, below what its program said.
    words = [line for line in lines if not line.startswith("Pane is dead")][-3:]
    raise SwarmError(
        f"the keeper ended as soon as it was started, with {pane.exit_code}: "
        f"{safe_line(' '.join(words), 400) or 'it said nothing'}",
        hint=f"see {paths.log}, or run `swarm keeper` to watch it",
    )


def _open_window(paths: HomePaths, pipe: Path) -> bool:
    """Start a keeper in its window; False if something is at work in there."""
    variables = {name: os.environ[name] for name in _VISIBLE if name in os.environ}
    variables |= {"SWARM_HOME": str(paths.home), keeper_environment.PIPE: str(pipe)}
    try:
        wiring.panes(paths).open("keeper", keeper_argv(), variables)
    except PaneAtWork:
        return False
    return True


def restart_keeper(paths: HomePaths) -> None:
    """End the keeper in order, if one lives, and start one with this environment.

    Agents go on meanwhile. Blocks until the new one serves; SwarmError if the old one
    does not end.
    """
    end_keeper(paths)
    ensure_keeper(paths)


def end_keeper(paths: HomePaths) -> None:
    """Ask the keeper to end and wait until it has; SwarmError if it does not."""
    pid = keeper_pid(paths)
    if not pid:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS + EXIT_SECONDS + MARGIN_SECONDS
    while keeper_pid(paths) == pid or _is_pane_at_work(paths):
        if time.monotonic() > deadline:
            raise SwarmError(
                f"the keeper with pid {pid} does not end",
                hint=f"`kill -9 {pid}`; the next keeper takes up what was cut short",
            )
        keeper_environment.wait()


def _is_pane_at_work(paths: HomePaths) -> bool:
    """True while tmux has not noticed that the keeper in its window has ended."""
    pane = wiring.panes(paths).all().get("keeper")
    return pane is not None and not pane.dead


def keeper_argv() -> list[str]:
    """The command that runs a keeper in the foreground."""
    return [sys.executable, "-m", "swarm", "keeper"]


def run_keeper(paths: HomePaths) -> int:
    """Serve wishes until TERM, INT or HUP; returns 0 at once if a keeper lives.

    After such a signal it ends within END_SECONDS + EXIT_SECONDS, by `os._exit` if it
    must: the next keeper takes up what was cut short, as after `kill -9`.
    """
    keeper_environment.receive()
    _give_up_reserve_if_full(paths)
    with paths.lock.open("a+") as lock:
        if not _lock(lock.fileno()):
            print(f"a keeper already serves {paths.home} (pid {keeper_pid(paths)})")
            return 0
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        process_log.begin(paths.log, logging.INFO, kept=2)
        with suppress(OSError):  # a full disk: commands then tell no differences
            keeper_environment.record(paths)
        with suppress(OSError):  # as above: a full disk, or one that is read-only
            home_identity.settle(paths.home)
        from swarm.engine.keeper.loop import Keeper  # noqa: PLC0415 - loads the engine

        with closing(wiring.engine_parts(paths)) as parts:
            keeper = Keeper(parts, os.getpid())
            lost_home.take_away(paths.home)
            _end_in_time_after_signals(keeper.stop)
            print(f"swarm keeper for {paths.home}, pid {os.getpid()}", flush=True)
            keeper.run()
        if keeper.lost_home:
            lost_home.leave(paths.home, keeper.lost_home)
            print(keeper.lost_home, flush=True)
    return 0


def _give_up_reserve_if_full(paths: HomePaths) -> None:
    """Make room for the files that a keeper's start writes."""
    with suppress(OSError):
        left = room(paths.home)
        has_inodes = left.inodes_free is None or left.inodes_free >= START_FILES
        if left.bytes_free < START_BYTES or not has_inodes:
            reserve.give_up(paths.database, reserve.FILES)


def _end_in_time_after_signals(stop: Callable[[], None]) -> None:
    # A handler may interrupt a thread that holds any lock, so it only writes a byte.
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def on_signal(*_: object) -> None:
        with suppress(BlockingIOError):
            os.write(writing, b".")

    def wait_and_end() -> None:
        os.read(reading, 1)
        stop()
        patience = threading.Event()
        patience.wait(END_SECONDS)
        process.end_all()
        patience.wait(EXIT_SECONDS)
        logging.getLogger(__name__).warning("work did not end in time and is cut short")
        os._exit(0)

    # A daemon: an end in time does not wait for it.
    threading.Thread(target=wait_and_end, name="end", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)


def _lock(descriptor: int) -> bool:
    """Lock the file; False if a keeper holds it."""
    # A front end that looks for a keeper holds the lock for microseconds.
    patience = threading.Event()
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            patience.wait(0.02)
        else:
            return True
    return False
