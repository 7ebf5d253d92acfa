"""`swarm ls`: tasks, read from the database without the keeper."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import repository
from swarm.cli.task_facts import diff_of, facts, state_of
from swarm.model import (
    disk_use,
    format,
)
from swarm.model.disk_use import TaskSize
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.plan.naming import HomePaths
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries

Sizes = Mapping[int, TaskSize]


def ls_arguments(parser: ArgumentParser) -> None:
    """The options `--all`, `--size` and `--json`."""
    parser.add_argument(
        "--all", action="store_true", help="of every repository, removed ones too"
    )
    parser.add_argument(
        "--size", action="store_true", help="with what each takes on its disk"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def ls(args: Namespace) -> int:
    """Print the tasks of this repository; outside of any, those of all."""
    repo = None if args.all else repository(args)
    places = home.ensure_paths()
    queries = TaskQueries(ReadConnection(places.database))
    tasks = queries.all(str(repo) if repo else None, removed=args.all)
    sizes = _sizes(places, tasks) if args.size else None
    if args.json:
        output.as_json([facts(task) | _size_facts(task, sizes) for task in tasks])
    elif tasks:
        _list(tasks, sizes, everywhere=repo is None)
        _queued(tasks, queries)
    else:
        others = bool(repo and queries.all())
        where = " in this repository" if others else ""
        more = ", or see `swarm ls --all`" if others else ""
        output.note(f"no tasks yet{where}; start one with `swarm new PROMPT`{more}")
    _warn_of_disk(queries)
    return exit_codes.DONE


def _sizes(places: HomePaths, tasks: list[Task]) -> Sizes:
    from swarm.bootstrap import wiring  # noqa: PLC0415 - a plain list needs no tools

    return wiring.task_sizes(places, tasks)


def _warn_of_disk(queries: TaskQueries) -> None:
    """One line if the keeper told that a disk fills, until it tells of room again."""
    if words := queries.disk_warning():
        output.note(f"warning: {safe_line(words, 200)}; `swarm ls --size` shows tasks'")


def _size_facts(task: Task, sizes: Sizes | None) -> dict[str, Any]:
    """Bytes by part; null for what is not known, and whether all was looked at."""
    if sizes is None:
        return {}
    measured = sizes.get(task.id)
    if measured is None:
        return {"size": None}
    home = measured.home
    return {
        "size": {
            "total": measured.total.bytes,
            "worktree": measured.worktree.bytes,
            "home": home.bytes if home else None,
            "logs": measured.logs.bytes,
            "whole": measured.total.is_whole,
        }
    }


def _list(tasks: list[Task], sizes: Sizes | None, everywhere: bool) -> None:
    head = ["ID", "TASK", "STATE", "AGE", "DIFF", "COMMITS", "FLAGS", "DENIED", "AGENT"]
    now = time.time()
    rows = [
        [
            str(task.id),
            task.name,
            state_of(task),
            format.age(now - task.created),
            diff_of(task),
            str(task.review.commits or ""),
            str(task.review.flags or ""),
            str(task.net.denied or ""),
            task.agent,
        ]
        for task in tasks
    ]
    if sizes is not None:
        head.insert(4, "SIZE")
        for row, task in zip(rows, tasks, strict=True):
            measured = sizes.get(task.id)
            row.insert(4, disk_use.text(measured.total) if measured else "")
    if any(task.wants for task in tasks):
        head.append("WANTS")
        for row, task in zip(rows, tasks, strict=True):
            row.append(", ".join(task.wants))
    if everywhere:
        head.append("REPOSITORY")
        for row, task in zip(rows, tasks, strict=True):
            row.append(task.repo)
    output.columns(head, rows)


def _queued(tasks: list[Task], queries: TaskQueries) -> None:
    waiting = sum(task.state is State.QUEUED for task in tasks)
    limit = queries.max_running()
    if waiting and limit:
        output.note(
            f"{waiting} queued; at most {limit} at work at once (`max_running`)"
        )
