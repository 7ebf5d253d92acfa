"""The demo's own home: made for one run; only the sample repository stays."""

import os
import shutil
import signal
import tempfile
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


@dataclass(frozen=True, slots=True)
class DemoEnvironment:
    """The folder in which one run of the demo happens."""

    root: Path

    @property
    def places(self) -> HomePaths:
        """The demo's SWARM_HOME."""
        return HomePaths(self.root / "home")

    @property
    def sample(self) -> Path:
        """The repository that the tasks work on; all else is removed at the end."""
        return self.root / "sample"

    @property
    def canary(self) -> Path:
        """A file of the host that no sandbox may read."""
        return self.root / "host-home" / "secret.txt"


@contextmanager
def demo_environment() -> Iterator[DemoEnvironment]:
    """Make the sample and the canary; everything but the sample is removed at the end.

    Sets SWARM_HOME and SWARM_CONFIG for this process and its keeper, and lets TERM and
    HUP end it as Ctrl+C does. The user's own state is neither read nor written.
    """
    environment = DemoEnvironment(Path(tempfile.mkdtemp(prefix="swarm-demo-")))
    os.environ["SWARM_HOME"] = str(environment.places.home)
    os.environ["SWARM_CONFIG"] = str(environment.root / "config.toml")
    _handle_end_signals(signal.default_int_handler)
    keep_sample = True
    try:
        environment.places.home.mkdir(mode=0o700)
        environment.canary.parent.mkdir(mode=0o700)
        environment.canary.write_text("the demo's own secret\n")
        sample.make(environment.sample)
        yield environment
    except KeyboardInterrupt:
        keep_sample = False
        raise
    finally:
        # A second Ctrl+C, or the TERM that follows a first, must not cut this short.
        _handle_end_signals(signal.SIG_IGN)
        _clear(environment, keep_sample)
        _handle_end_signals(signal.default_int_handler)


def _handle_end_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _clear(environment: DemoEnvironment, keep_sample: bool) -> None:
    """Take every step even if the one before failed, and name what stays behind."""
    branches = _branches(environment.places)
    for step in (keeper_process.end_keeper, wiring.clear):
        try:
            step(environment.places)
        except SwarmError as error:
            output.note(f"left behind: {safe_line(error.message)}")
    for folder in (environment.places.home, environment.canary.parent):
        erase(folder)
    if keep_sample and (environment.sample / ".git").is_dir():
        sample.forget(environment.sample, branches)
    else:
        shutil.rmtree(environment.root)


def _branches(paths: HomePaths) -> list[str]:
    queries = Queries(paths.database)
    try:
        return [task.branch for task in queries.tasks.all()]
    finally:
        queries.close()
