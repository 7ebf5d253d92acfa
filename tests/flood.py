"""Two agents that write as fast as they can, and a human who looks at it.

Engine, sensor, keeper and dashboard are real. `python -m tests.flood` draws the Files
tab and the audit under that load into screenshots/.
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
from tests.engine.conftest import new_sample, open_house
from tests.walk import SIZE, Walk, draw, held

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
def flood() -> Iterator[Walk]:
    """A repository, two agents at work in it, and the dashboard."""
    with open_house() as house, tempfile.TemporaryDirectory() as folder, held(house):
        house.keep()
        sample = new_sample(Path(folder) / "acme-api")
        app = SwarmApp(dashboard.doors(house.places, sample), str(sample), Options())
        yield Walk(house, app, sample)


def start(at: Walk) -> list[int]:
    """Both agents."""
    tasks = []
    for name in ("port-to-esm", "split-modules"):
        at.task = at.house.new(at.sample, f"python3 -c {shlex.quote(AGENT)}", name=name)
        tasks.append(at.task)
    return tasks


async def go(at: Walk) -> None:
    """Look at the Files tab, then at the audit: live, and at one moment."""
    async with at.app.run_test(size=SIZE, notifications=True) as pilot:
        tasks = await asyncio.to_thread(start, at)
        await at.until(pilot, lambda: all(_paths(at, t) > ENOUGH for t in tasks))
        await pilot.press(*["right_square_bracket"] * 3)
        await at.until(pilot, lambda: "node_modules/…" in _text(at))
        at.shoot("load-files")
        await pilot.press("A")
        await at.until(pilot, lambda: "● live" in _text(at))
        await pilot.pause(1.0)
        at.shoot("load-audit")
        await pilot.press("j", "j")
        await at.until(pilot, lambda: "new" in _text(at))
        at.shoot("load-audit-held")
        await pilot.press("escape")
        await _end(at, pilot, tasks)


async def _end(at: Walk, pilot: Pilot[None], tasks: list[int]) -> None:
    for task in tasks:
        await asyncio.to_thread(at.house.wish, "kill", task=task)
    await at.until(pilot, lambda: all(_is_over(at, task) for task in tasks))


def _is_over(at: Walk, task: int) -> bool:
    return at.house.queries.task(task).state in (State.STOPPED, State.FAILED)


def _paths(at: Walk, task: int) -> int:
    return at.house.queries.counts(task).paths


def _text(at: Walk) -> str:
    """Every character of the screen."""
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in at.app.screen._compositor.render_strips()
    )


def refused(at: Walk, task: int) -> int:
    """How many entries of the audit tell of a refusal."""
    wanted = Filter(task=task, verdict="denied")
    return len(at.house.queries.audit(wanted, 1000))


def main() -> int:
    """Look, and draw it."""
    with flood() as at:
        asyncio.run(go(at))
    draw(at)
    return 0


if __name__ == "__main__":
    sys.exit(main())
