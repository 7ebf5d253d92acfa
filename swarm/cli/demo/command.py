"""`swarm demo`: three tasks at once, what they may not do, and one merge."""

import sys
import time
from argparse import Namespace

from swarm.adapters.docker import DockerImages
from swarm.bootstrap import dashboard
from swarm.cli import exit_codes, output
from swarm.cli.demo import report, sample
from swarm.cli.demo.environment import Stage, stage
from swarm.cli.demo.tasks import JOBS, MERGED, Attempt
from swarm.cli.keeper_client import ask
from swarm.cli.progress import succeeded
from swarm.engine.host import images
from swarm.errors import SwarmError
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import Task
from swarm.model.wishes import Merge, NewTasks

IMAGES = ("base", "gate", "sensor")

PACE_WATCHED, PACE_PIPED = 2.5, 0.5
"""Seconds between a script's steps: for a human who watches, and for none."""


def demo(_args: Namespace) -> int:
    """1 where a task failed or did what it must not; Ctrl+C cleans up."""
    began = time.time()
    watched = sys.stdin.isatty() and sys.stdout.isatty()
    _build_images()
    with stage() as at:
        output.out(f"sample repository: {at.sample}")
        ids = _start(at, PACE_WATCHED if watched else PACE_PIPED)
        if watched:
            dashboard.run_dashboard(at.places, at.sample, ascii=False)
        else:
            report.follow(at.places, ids, began)
        status = _show(at, ids, ended=not watched)
        output.out("removing the demo's containers, volumes, keeper and tmux server")
    output.out(f"the sample repository stays: git -C {at.sample} log --oneline")
    return status


def _build_images() -> None:
    for name in IMAGES:
        began = time.monotonic()
        reference = images.build(
            DockerImages(), name, lambda text: output.out(f"  {safe_line(text, 160)}")
        )
        output.out(f"image {reference}: ready after {time.monotonic() - began:.1f} s")


def _start(at: Stage, pace: float) -> list[int]:
    ids: list[int] = []
    for job in JOBS:
        wish = NewTasks(
            str(at.sample),
            prompt=job.prompt,
            command=job.command(at.canary, pace),
            name=job.name,
        )
        ids += ask(at.places, wish)["tasks"]
    return ids


def _show(at: Stage, ids: list[int], ended: bool) -> int:
    """The table; without a human who did it all, also the dashboard and a merge."""
    tasks, faults = report.settled(at.places, ids)
    found = report.tried(at.places, tasks)
    output.out("")
    report.table(tasks, found)
    output.out("")
    report.denials(at.places, tasks)
    faults += report.told_badly(found)
    if ended:
        faults += _shortfalls(tasks, found)
        for act in (_draw, _merge):
            try:
                act(at, tasks)
            except SwarmError as error:
                faults.append(f"{error.message}\n{error.hint}".strip())
    for fault in faults:
        output.note(f"swarm demo: {plain(fault)}")
    return exit_codes.FAILED if faults else exit_codes.DONE


def _shortfalls(tasks: list[Task], found: dict[int, list[Attempt]]) -> list[str]:
    failed = [
        f"#{task.id} {task.name} is {task.state}, exit {task.exit_code}: "
        f"{safe_line(task.reason)}"
        for task in tasks
        if not succeeded(task)
    ]
    silent = [f"#{number}: told of no attempt" for number in found if not found[number]]
    return failed + silent


def _draw(at: Stage, tasks: list[Task]) -> None:
    output.out("")
    output.out("the dashboard at this moment, as text:")
    output.out(report.dashboard(at, [task.name for task in tasks]))


def _merge(at: Stage, tasks: list[Task]) -> None:
    task = next(task for task in tasks if task.name == MERGED)
    wish = Merge(task.id, tree=task.review.tree, strategy="squash")
    answer = ask(at.places, wish)
    output.out("")
    output.out(f"merged #{task.id} {task.name} into {answer['target']} (squash):")
    output.out(line_by_line(sample.log(at.sample)))


def line_by_line(text: str) -> str:
    """Indented, each line harmless."""
    return "\n".join(f"  {safe_line(row, 200)}" for row in text.splitlines())
