"""A disk fills, from the warning to the recovery, by command line and dashboard.

Engine, tmux, git, keeper, dashboard and disk are real. `python -m
tests.engine.full_disk_walk FOLDER` writes what was said and seen into a folder.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot

from swarm.bootstrap import dashboard
from swarm.model import events
from swarm.model.task import State, Task
from swarm.store import reserve
from swarm.store.queries import Queries
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options
from tests.disks import MIB, fill, free, loop_disk
from tests.end_to_end import held
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.scenes import _png, _with_font

DISK = 192 * MIB
SIZE = (120, 36)
PATIENCE = 60.0
FILLING = (
    "echo the work > work.txt; dd if=/dev/zero of=big bs=1M count=100 status=none; "
    "read go; dd if=/dev/zero of=bigger bs=64k status=none; read go; exit 3"
)


@dataclass
class Walk:
    """One home on a small disk, and what was said and seen on the way."""

    disk: Path
    harness: KeeperHarness
    sample: Path
    said: list[str] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)

    def swarm(self, *words: str) -> tuple[int, str]:
        """A command's status and all that it printed, within a minute."""
        environment = {**os.environ, "SWARM_HOME": str(self.harness.paths.home)}
        done = subprocess.run(
            [sys.executable, "-m", "swarm", *words],
            cwd=self.sample,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        printed = done.stdout + done.stderr
        self.said.append(f"$ swarm {' '.join(words)}\n{printed}[{done.returncode}]")
        return done.returncode, printed

    def note(self, words: str) -> None:
        """Write a step between the commands."""
        self.said.append(f"# {words}; {free(self.disk) / MIB:.1f} MiB free")

    def task(self, number: int) -> Task:
        return self.harness.queries.tasks.get(number)

    def levels(self) -> list[str]:
        """What was told of the disk, in order."""
        told = self.harness.queries.events.after(limit=1_000_000)
        return [r.event.level for r in told if isinstance(r.event, events.DiskRoom)]

    def until(self, done: Callable[[], bool], what: str) -> None:
        self.harness.until(done, what)

    def look(self, *names: str) -> None:
        """A dashboard opens, is looked at tab by tab, and quits."""
        asyncio.run(self._look(names))

    async def _look(self, names: tuple[str, ...]) -> None:
        backend = dashboard.DashboardBackend(self.harness.paths, self.sample)
        app = SwarmApp(backend, str(self.sample), Options())
        with closing(backend.queries):
            async with app.run_test(size=SIZE, notifications=True) as pilot:
                for name in names:
                    await self._shown(app, pilot)
                    self.pictures[name] = app.export_screenshot(simplify=True)
                    await pilot.press("left_square_bracket")
                await pilot.press("q")
                await pilot.pause()
        assert app.return_code == 0

    async def _shown(self, app: SwarmApp, pilot: Pilot[None]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not app.screen.query("#header") or time.monotonic() < deadline - 58:
            assert time.monotonic() < deadline
            await pilot.pause(0.1)


@contextmanager
def open_walk() -> Iterator[Walk]:
    """A keeper whose home is on a small ext4."""
    with (
        tempfile.TemporaryDirectory() as folder,
        loop_disk(Path(folder) / "disk", DISK) as disk,
        open_keeper_harness(disk) as harness,
        held(harness),
    ):
        harness.start_keeper()
        yield Walk(disk, harness, new_sample_repository(Path(folder) / "acme"))


def walk(at: Walk) -> None:
    """From the warning to the recovery; every step is what a human sees."""
    database = at.harness.paths.database
    at.until(lambda: reserve.is_whole(database), "the reserve")
    at.note("an empty disk")
    quiet = at.harness.new_task(at.sample, "echo quiet > q.txt; read go; exit 0")
    filling = at.harness.new_task(at.sample, FILLING)
    at.harness.until_state(quiet, State.LIVE)
    at.harness.until_state(filling, State.LIVE)
    _warned(at)
    _filled(at, quiet, filling)
    _thrown_away(at, quiet, filling)
    (at.disk / "filler").unlink()
    at.until(lambda: at.levels()[-1] == "ok", "room is told")
    at.until(lambda: reserve.is_whole(database), "the reserve again")
    _taken_up(at, quiet)
    with closing(Queries(database)) as queries:
        (sound,) = queries.audit._connection.one("PRAGMA integrity_check")
    assert sound == "ok"


def _warned(at: Walk) -> None:
    at.until(lambda: free(at.disk) < 75 * MIB, "the first hundred")
    fill(at.disk, leave=25 * MIB)
    at.until(lambda: at.levels() == ["low"], "the warning")
    at.note("the disk is low")
    assert "is nearly full" in at.swarm("ls", "--size")[1]
    at.look("1-low", "2-low-info")


def _filled(at: Walk, quiet: int, filling: int) -> None:
    at.swarm("send", str(filling), "go")
    at.until(lambda: at.levels() == ["low", "full"], "the disk is full")
    at.until(lambda: at.task(filling).paused, "the filling task is paused")
    assert not at.task(quiet).paused
    fill(at.disk)
    at.note("the disk is full to its last byte")
    assert "this task grew most" in at.swarm("show", str(filling))[1]
    status, words = at.swarm("new", "--run", "true")
    assert status == 1
    assert "a new task is refused" in words
    assert "MiB more" in words
    fill(at.disk)
    assert at.swarm("resume", str(filling))[0] == 1
    at.look("3-full", "4-full-info")


def _thrown_away(at: Walk, quiet: int, filling: int) -> None:
    """Each step with no byte free: what was freed for it is taken by others."""
    fill(at.disk)
    at.swarm("send", str(quiet), "go")
    assert at.swarm("wait", str(quiet), "--timeout", "50")[0] == 0
    fill(at.disk)
    assert at.swarm("stop", str(filling))[0] == 0
    assert at.swarm("wait", str(filling), "--timeout", "50")[0] == 3
    status, words = at.swarm("merge", str(quiet))
    assert status == 1
    assert "a merge is refused" in words
    fill(at.disk)
    at.look("5-ended")
    assert at.swarm("gc")[0] == 0
    fill(at.disk)
    assert at.swarm("discard", str(filling))[0] == 0
    assert at.swarm("rm", str(filling))[0] == 0
    at.note("the task that filled it is removed")


def _taken_up(at: Walk, quiet: int) -> None:
    at.note("there is room")
    after = int(at.swarm("new", "--run", "echo after > a.txt")[1].split()[0])
    assert at.swarm("wait", str(after), "--timeout", "50")[0] == 0
    at.harness.until_taken_in(quiet)
    assert at.swarm("merge", str(quiet))[0] == 0
    assert (at.sample / "q.txt").read_text() == "quiet\n"
    assert at.swarm("audit", "verify")[0] == 0
    at.swarm("ls", "--all", "--size")
    at.look("6-again")


def main(folder: Path) -> int:
    """Walk, and write it down."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_walk() as at:
        try:
            walk(at)
        finally:
            (folder / "said.txt").write_text("\n\n".join(at.said) + "\n")
            for name, svg in at.pictures.items():
                (folder / f"{name}.svg").write_text(_with_font(svg), encoding="utf-8")
            _png([folder / f"{name}.svg" for name in at.pictures])
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
