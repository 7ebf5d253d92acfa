"""Two agents that write as fast as they can, and a human who looks at it.

Engine, sensor, keeper and dashboard are real. `python -m tests.load_generator` draws
the Files tab and the audit under that load into screenshots/.
"""

import asyncio
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from swarm.bootstrap import dashboard
from swarm.model.audit_query import Filter
from swarm.model.task import State
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options
from tests.end_to_end import SIZE, Session, draw, held
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness

AGENT = """\
import itertools, os, pathlib, subprocess
for n in itertools.count():
    home = pathlib.Path(f"node_modules/package{n % 500}/dist")
    home.mkdir(parents=True, exist_ok=True)
    for m in range(20):
        (home / f"{m}.js").write_text("module.exports = 1\\n" * 40)
    if n % 40 == 0:
        pathlib.Path("src").mkdir(exist_ok=True)
        pathlib.Path(f"src/module{n}.py").write_text(f"VALUE = {n}\\n")
        pathlib.Path("package.json").write_text('{"scripts": {}}\\n')
        subprocess.run(["git", "status", "--short"], stdout=subprocess.DEVNULL)
        try:
            open("/etc/hosts", "a")
        except OSError as error:
            print(n, error, flush=True)
"""
ENOUGH = 5000
"""Paths of one task, at which there is something to see."""


@contextmanager
def open_load() -> Iterator[Session]:
    """A repository, two agents at work in it, and the dashboard."""
    with (
        open_keeper_harness() as harness,
        tempfile.TemporaryDirectory() as folder,
        held(harness),
    ):
        harness.start_keeper()
        sample = new_sample_repository(Path(folder) / "acme-api")
        app = SwarmApp(
            dashboard.DashboardBackend(harness.paths, sample), str(sample), Options()
        )
        yield Session(harness, app, sample)


def start(at: Session) -> list[int]:
    """Both agents."""
    tasks = []
    for name in ("port-to-esm", "split-modules"):
        at.task = at.harness.new_task(
            at.sample, f"python3 -c {shlex.quote(AGENT)}", name=name
        )
        tasks.append(at.task)
    return tasks


async def run_load(at: Session) -> None:
    """Look at the Files tab, then at the audit: live, and at one moment."""
    async with at.app.run_test(size=SIZE, notifications=True) as pilot:
        tasks = await asyncio.to_thread(start, at)
        await at.until(pilot, lambda: all(_paths(at, t) > ENOUGH for t in tasks))
        await pilot.press(*["right_square_bracket"] * 3)
        await at.until(pilot, lambda: "node_modules/…" in at.text())
        at.shoot("load-files")
        await pilot.press("A")
        await at.until(pilot, lambda: "● live" in at.text())
        await pilot.pause(1.0)
        at.shoot("load-audit")
        await pilot.press("j", "j")
        await at.until(pilot, lambda: "new" in at.text())
        at.shoot("load-audit-held")
        await pilot.press("escape")
        await _end(at, pilot, tasks)


async def _end(at: Session, pilot: Pilot[None], tasks: list[int]) -> None:
    for task in tasks:
        await asyncio.to_thread(at.harness.wish, "kill", task=task)
    await at.until(pilot, lambda: all(_is_over(at, task) for task in tasks))


def _is_over(at: Session, task: int) -> bool:
    return at.harness.queries.tasks.get(task).state in (State.STOPPED, State.FAILED)


def _paths(at: Session, task: int) -> int:
    return at.harness.queries.audit.counts(task).paths


def refused(at: Session, task: int) -> int:
    """How many entries of the audit tell of a refusal."""
    wanted = Filter(task=task, verdict="denied")
    return len(at.harness.queries.audit.newest(wanted, 1000))


def main() -> int:
    """Look, and draw it."""
    with open_load() as at:
        asyncio.run(run_load(at))
    draw(at)
    return 0


if __name__ == "__main__":
    sys.exit(main())
