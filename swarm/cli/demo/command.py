"""`swarm demo`: three tasks at once, what they may not do, and one merge."""

import sys
import time
from argparse import Namespace

from swarm.adapters.docker import DockerImages
from swarm.bootstrap import dashboard
from swarm.cli import exit_codes, output
from swarm.cli.demo import report, sample
from swarm.cli.demo.environment import DemoEnvironment, demo_environment
from swarm.cli.demo.tasks import JOBS, MERGED, Attempt
from swarm.cli.keeper_client import ask
from swarm.cli.wait_goals import succeeded
from swarm.engine.host import images
from swarm.errors import SwarmError
from swarm.model.landing import from_json
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import Task
from swarm.model.wishes import Merge, NewTasks, PlanLanding

IMAGES = ("base", "gate", "sensor")

PACE_WATCHED, PACE_PIPED = 2.5, 0.5
"""Seconds between a script's steps, with and without a human who watches."""


def demo(_args: Namespace) -> int:
    """Run the demo; 1 if a task failed or did what it must not. Ctrl+C cleans up."""
    start_time = time.time()
    is_watched = sys.stdin.isatty() and sys.stdout.isatty()
    _build_images()
    with demo_environment() as environment:
        output.out(f"sample repository: {environment.sample}")
        ids = _start(environment, PACE_WATCHED if is_watched else PACE_PIPED)
        if is_watched:
            dashboard.run_dashboard(environment.places, environment.sample, ascii=False)
        else:
            report.follow(environment.places, ids, start_time)
        status = _show(environment, ids, is_unattended=not is_watched)
        output.out("removing the demo's containers, volumes, keeper and tmux server")
    output.out(
        f"the sample repository stays: git -C {environment.sample} log --oneline"
    )
    return status


def _build_images() -> None:
    for name in IMAGES:
        start_time = time.monotonic()
        reference = images.build(
            DockerImages(), name, lambda text: output.out(f"  {safe_line(text, 160)}")
        )
        output.out(
            f"image {reference}: ready after {time.monotonic() - start_time:.1f} s"
        )


def _start(environment: DemoEnvironment, pace: float) -> list[int]:
    ids: list[int] = []
    for job in JOBS:
        wish = NewTasks(
            str(environment.sample),
            prompt=job.prompt,
            command=job.command(environment.canary, pace),
            name=job.name,
        )
        ids += ask(environment.places, wish)["tasks"]
    return ids


def _show(environment: DemoEnvironment, ids: list[int], is_unattended: bool) -> int:
    """Show the tasks and denials; without a human also the dashboard and a merge."""
    tasks, faults = report.ended_tasks(environment.places, ids)
    attempts = report.attempts_by_task(environment.places, tasks)
    output.out("")
    report.table(tasks, attempts)
    output.out("")
    report.denials(environment.places, tasks)
    faults += report.unrefused_attempts(attempts)
    if is_unattended:
        faults += _shortfalls(tasks, attempts)
        for act in (_draw, _merge):
            try:
                act(environment, tasks)
            except SwarmError as error:
                faults.append(f"{error.message}\n{error.hint}".strip())
    for fault in faults:
        output.note(f"swarm demo: {plain(fault)}")
    return exit_codes.FAILED if faults else exit_codes.DONE


def _shortfalls(tasks: list[Task], attempts: dict[int, list[Attempt]]) -> list[str]:
    failed = [
        f"#{task.id} {task.name} is {task.state}, exit {task.exit_code}: "
        f"{safe_line(task.reason)}"
        for task in tasks
        if not succeeded(task)
    ]
    silent = [
        f"#{number}: its log shows no attempt"
        for number, task_attempts in attempts.items()
        if not task_attempts
    ]
    return failed + silent


def _draw(environment: DemoEnvironment, tasks: list[Task]) -> None:
    output.out("")
    output.out("the dashboard at this moment, as text:")
    output.out(report.dashboard(environment, [task.name for task in tasks]))


def _merge(environment: DemoEnvironment, tasks: list[Task]) -> None:
    task = next(task for task in tasks if task.name == MERGED)
    question = PlanLanding(task.id, tree=task.review.tree, strategy="squash")
    listed = from_json(ask(environment.places, question))
    # Hooks that the user has for all repositories matter little to the sample.
    wish = Merge(
        task.id,
        tree=listed.tree,
        strategy="squash",
        landing_tree=listed.landing_tree,
        acknowledged="all",
    )
    answer = ask(environment.places, wish)
    output.out("")
    output.out(f"merged #{task.id} {task.name} into {answer['target']} (squash):")
    output.out(line_by_line(sample.log(environment.sample)))


def line_by_line(text: str) -> str:
    """The text indented, with each line made harmless."""
    return "\n".join(f"  {safe_line(row, 200)}" for row in text.splitlines())
