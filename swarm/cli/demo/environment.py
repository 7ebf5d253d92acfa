"""The demo's own home: made anew, and gone afterwards but for the sample repository."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarm.adapters.git.safe_fs.files import erase
from swarm.bootstrap import keeper_process, wiring
from swarm.cli import output
from swarm.cli.demo import sample
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries

KEEPER_SECONDS = 20.0
"""How long a keeper may take to end."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one run of the demo happens."""

    root: Path

    @property
    def places(self) -> HomePaths:
        """The demo's SWARM_HOME."""
        return HomePaths(self.root / "home")

    @property
    def sample(self) -> Path:
        """The repository; stays when all else goes."""
        return self.root / "sample"

    @property
    def canary(self) -> Path:
        """A file of the host's that no sandbox may read."""
        return self.root / "host-home" / "secret.txt"


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage with its sample and its canary; everything else is removed at the end.

    Sets SWARM_HOME and SWARM_CONFIG for this process and its keeper, and has TERM and
    HUP end it as Ctrl+C does. The user's own state is neither read nor written.
    """
    at = Stage(Path(tempfile.mkdtemp(prefix="swarm-demo-")))
    os.environ["SWARM_HOME"] = str(at.places.home)
    os.environ["SWARM_CONFIG"] = str(at.root / "config.toml")
    _on_ending(signal.default_int_handler)
    keep = True
    try:
        at.places.home.mkdir(mode=0o700)
        at.canary.parent.mkdir(mode=0o700)
        at.canary.write_text("the demo's own secret\n")
        sample.make(at.sample)
        yield at
    except KeyboardInterrupt:
        keep = False
        raise
    finally:
        # A second Ctrl+C, or the TERM that follows a first, must not cut this short.
        _on_ending(signal.SIG_IGN)
        _clear(at, keep)
        _on_ending(signal.default_int_handler)


def _on_ending(do: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, do)


def _clear(at: Stage, keep: bool) -> None:
    """Each step whether or not the one before succeeded; what stays is named.

    The sample goes too unless it is to be kept.
    """
    branches = _branches(at.places)
    for step in (_end_keeper, wiring.clear):
        try:
            step(at.places)
        except SwarmError as error:
            output.note(f"left behind: {safe_line(error.message)}")
    for folder in (at.places.home, at.canary.parent):
        erase(folder)
    if keep and (at.sample / ".git").is_dir():
        sample.forget(at.sample, branches)
    else:
        shutil.rmtree(at.root)


def _branches(paths: HomePaths) -> list[str]:
    queries = Queries(paths.database)
    try:
        return [task.branch for task in queries.tasks.all()]
    finally:
        queries.close()


def _end_keeper(paths: HomePaths) -> None:
    pid = keeper_process.keeper_pid(paths)
    if not pid:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + KEEPER_SECONDS
    while keeper_process.keeper_pid(paths) is not None:
        if time.monotonic() > deadline:
            raise SwarmError(f"the keeper with pid {pid} does not end")
        time.sleep(0.05)
