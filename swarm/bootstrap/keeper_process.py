"""Starts a keeper, or runs one in this process; a lock file allows one a home."""

import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from swarm.adapters import process
from swarm.bootstrap import wiring
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from swarm.store import migrations

KEEPER_START_SECONDS = 20.0
"""The longest time that a command waits for a keeper that it started."""

END_SECONDS = 10.0
"""The time that running work has to end by itself; then its programs are killed."""
EXIT_SECONDS = 5.0
"""The time after that, at which the keeper ends whatever still runs in it."""


def keeper_pid(paths: HomePaths) -> int | None:
    """The pid of the keeper that lives, or None; asks the lock, not the pid."""
    try:
        with paths.lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        text = paths.lock.read_text().strip()
        return int(text) if text.isdigit() else 0
    return None


def ensure_keeper(paths: HomePaths) -> None:
    """Start a keeper in the private tmux server if none lives, and wait for it.

    SwarmError if it does not start; the hint names its log.
    """
    migrations.connect(paths.database).close()
    if keeper_pid(paths) is not None:
        return
    wiring.panes(paths).open("keeper", keeper_argv(), _keeper_environment(paths))
    deadline = time.monotonic() + KEEPER_START_SECONDS
    patience = threading.Event()
    while keeper_pid(paths) is None:
        if time.monotonic() > deadline:
            raise SwarmError(
                f"the keeper did not start within {KEEPER_START_SECONDS:.0f} s",
                hint=f"see {paths.log}, or run `swarm keeper` to watch it",
            )
        patience.wait(0.02)


def keeper_argv() -> list[str]:
    """The command that runs a keeper in the foreground."""
    return [sys.executable, "-m", "swarm", "keeper"]


def _keeper_environment(paths: HomePaths) -> dict[str, str]:
    """The variables of this environment that the keeper needs, and no others."""
    needed_names = (
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "USER",
        "LOGNAME",
        "TMUX_TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_CONFIG",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
        "SSH_AUTH_SOCK",
        "GNUPGHOME",
        "SWARM_CONFIG",
    )
    environment = {
        name: os.environ[name] for name in needed_names if name in os.environ
    }
    return {**environment, "SWARM_HOME": str(paths.home)}


def run_keeper(paths: HomePaths) -> int:
    """Serve wishes until TERM, INT or HUP; returns 0 at once if a keeper lives.

    After such a signal it ends within END_SECONDS + EXIT_SECONDS, by `os._exit` if it
    must: the next keeper takes up what was cut short, as after `kill -9`.
    """
    with paths.lock.open("a+") as lock:
        if not _lock(lock.fileno()):
            print(f"a keeper already serves {paths.home} (pid {keeper_pid(paths)})")
            return 0
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        _log_to(paths.log)
        from swarm.engine.keeper import Keeper  # noqa: PLC0415 - loads the engine

        keeper = Keeper(wiring.engine_parts(paths), os.getpid())
        _end_in_time_after_signals(keeper.stop)
        print(f"swarm keeper for {paths.home}, pid {os.getpid()}", flush=True)
        keeper.run()
    return 0


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


def _log_to(file: Path) -> None:
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - loads sockets

    handler = RotatingFileHandler(file, maxBytes=1 << 20, backupCount=2)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(threadName)s %(levelname)s %(name)s %(message)s",
        handlers=[handler],
    )
