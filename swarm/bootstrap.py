"""Puts the parts together, and is the one place that imports the heavy ones late.

Importing docker costs 0.26 s, textual 0.26 s and sqlmodel 0.5 s, and `swarm ls` must
answer in 0.16 s. So each function here imports what only it needs.
"""

import contextlib
import fcntl
import functools
import gc
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.plan.naming import HOME_LABEL, Places
from swarm.store import migrations

KEEPER_START_SECONDS = 20.0
"""How long a command waits for a keeper that it started."""


def _late(module: str) -> Any:
    """Import now what would be too slow to import at the top."""
    return importlib.import_module(module)


def home() -> Path:
    """Where everything of swarm's lies: `$SWARM_HOME`, else the XDG state folder."""
    named = os.environ.get("SWARM_HOME")
    if named:
        return Path(named).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "swarm"


def places() -> Places:
    """The layout under `home`, which is made (mode 0700) where it does not exist."""
    root = home()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SwarmError(
            f"the folder {root} cannot be made: {error.strerror}",
            hint="set SWARM_HOME to a folder that can be written",
        ) from error
    return Places(root)


def keeper_pid(at: Places) -> int | None:
    """The pid of the keeper that lives, or None; asks the lock, not the pid."""
    try:
        with at.lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        text = at.lock.read_text().strip()
        return int(text) if text.isdigit() else 0
    return None


def ensure_keeper(at: Places) -> None:
    """Start a keeper in the private tmux server where none lives, and wait for it.

    SwarmError where it does not come up, with the end of its log.
    """
    migrations.connect(at.database).close()
    if keeper_pid(at) is not None:
        return
    panes(at).open("keeper", keeper_argv(), _keeper_environment(at))
    deadline = time.monotonic() + KEEPER_START_SECONDS
    patience = threading.Event()
    while keeper_pid(at) is None:
        if time.monotonic() > deadline:
            raise SwarmError(
                f"the keeper did not start within {KEEPER_START_SECONDS:.0f} s",
                hint=f"see {at.log}, or run `swarm keeper` to watch it",
            )
        patience.wait(0.02)


def keeper_argv() -> list[str]:
    """The command that runs a keeper in the foreground."""
    return [sys.executable, "-m", "swarm", "keeper"]


def _keeper_environment(at: Places) -> dict[str, str]:
    """What the keeper needs of this environment, and nothing else of it."""
    kept = (
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
        "SWARM_CONFIG",
    )
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return {**environment, "SWARM_HOME": str(at.home)}


def run_keeper(at: Places) -> int:
    """Serve wishes until TERM, INT or HUP; yields with 0 where a keeper lives."""
    with at.lock.open("a+") as lock:
        if not _take(lock.fileno()):
            print(f"a keeper already serves {at.home} (pid {keeper_pid(at)})")
            return 0
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        _log_to(at.log)
        keeper = _late("swarm.engine.keeper").Keeper(kit(at), os.getpid())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: keeper.stop())
        print(f"swarm keeper for {at.home}, pid {os.getpid()}", flush=True)
        keeper.run()
    return 0


def _take(descriptor: int) -> bool:
    """Lock the file; a front end that only asks holds it for microseconds."""
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
    logging, handlers = _late("logging"), _late("logging.handlers")
    handler = handlers.RotatingFileHandler(file, maxBytes=1 << 20, backupCount=2)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(threadName)s %(levelname)s %(name)s %(message)s",
        handlers=[handler],
    )


def kit(at: Places) -> Any:
    """The keeper's tools, for one home."""
    return _late("swarm.engine.assembly").kit(at, sandboxes(), panes(at))


def sandboxes() -> Any:
    """The container engine's door; ToolMissing is raised by its calls, not here."""
    return _late("swarm.adapters.docker").Docker()


def clear(at: Places) -> None:
    """Remove every container, volume and network of a home, its panes too.

    For a home that itself goes, its keeper ended: nothing is asked. ToolError.
    """
    engine, labels = sandboxes(), {HOME_LABEL: at.tag}
    try:
        for facts in engine.all(labels):
            engine.remove(facts.name)
        for volume in engine.volumes(labels):
            engine.remove_volume(volume)
        for network in engine.networks(labels):
            engine.remove_network(network)
    finally:
        engine.close()
        panes(at).kill_server()


def panes(at: Places) -> Any:
    """The private tmux server's door."""
    return _late("swarm.adapters.tmux").Tmux(at.tmux)


def review(at: Places) -> Any:
    """The read side of reviews, from the host-owned git directories."""
    return _late("swarm.engine.readers.review").Review(at, lambda: _queries(at))


def _queries(at: Places) -> Any:
    return _late("swarm.store.event_queries").Queries(at.database)


def run_dashboard(at: Places, repo: Path | None, ascii: bool) -> int:
    """Show the dashboard until the human leaves it.

    A keeper is started beside it where none lives; the first paint does not wait.
    """
    migrations.connect(at.database).close()
    threading.Thread(target=_wake, args=(at,), daemon=True).start()
    return show_dashboard(at, repo, ascii)


def show_dashboard(at: Places, repo: Path | None, ascii: bool) -> int:
    """Show the dashboard, whether a keeper lives or not."""
    gc.disable()  # a tenth of the time to the first paint; `late.load` puts it on
    ports = _late("swarm.tui.ports")
    app = _late("swarm.tui.app").SwarmApp(
        doors=doors(at, repo),
        repo=str(repo) if repo else None,
        options=ports.Options(
            ascii=ascii, agents=lambda: tuple(_late("swarm.agents.registry").names())
        ),
    )
    app.run()
    return int(app.return_code or 0)


def _wake(at: Places) -> None:
    """What goes wrong here is told by the header, and again by the first wish."""
    with contextlib.suppress(SwarmError):
        ensure_keeper(at)


class _Unbuilt:
    """Stands for what is built when it is first used: the first paint needs no door."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = functools.cache(build)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._build(), name)


def doors(at: Places, repo: Path | None) -> Any:
    """All that a dashboard may call, of the real things."""
    return _late("swarm.tui.ports").Doors(
        queries=_queries(at),
        wish=lambda verb, body: _late("swarm.store.wishes").make(
            at.database, verb, body
        ),
        panes=_Unbuilt(lambda: panes(at)),
        review=_Unbuilt(lambda: review(at)),
        audit=_Unbuilt(lambda: _late("swarm.engine.readers.audit").Audits(at)),
        run=lambda argv: _late("swarm.adapters.terminal").foreground(argv),
        keeper=lambda: keeper_pid(at),
        wake=lambda: ensure_keeper(at),
        project=lambda: _project(at, repo),
        launch_log=lambda task_id: _end_of(at.launch_log(task_id)),
        policy=lambda task_id: _late("swarm.engine.egress.policy_resolver").of_task(
            at, task_id
        ),
    )


def _project(at: Places, repo: Path | None) -> Any:
    """Where the user's checkout stands; None for all repositories, or a bad one."""
    if repo is None:
        return None
    try:
        found = _late("swarm.adapters.git.repository").Repository.open(repo, at.home)
    except SwarmError:
        return None
    return _late("swarm.tui.ports").Project(
        name=found.root.name, branch=found.branch, commit=found.head[:7]
    )


def _end_of(file: Path, size: int = 4000) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")[-size:]
    except OSError:
        return ""
