"""Two tasks at once through the whole of swarm: what each sensor told, and missed.

The truth is the worktree itself, listed from the host when both have ended. Every path
bears its task's mark, so a deed under the wrong task is seen.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.loads import CHURN, GCC, UNTAR
from bench.sensor import TIMED, image
from bench.table import Row
from swarm.model import events
from swarm.model.activity import WORKTREE
from swarm.model.audit_query import Filter

LOADS = {"untar": UNTAR, "churn": CHURN, "gcc": GCC}
MARKS = ("one", "two")
ONE = 0.5
"""A limit that a single one is over."""


@dataclass(frozen=True)
class Found:
    """What the store holds of one task."""

    paths: frozenset[str]
    commands: int
    missed: int
    """As the sensor itself said."""


def rows() -> list[Row]:
    """Both sensors, each load; only the better one has to be complete."""
    found: list[Row] = []
    for kind in ("ebpf", "inotify"):
        settings = (
            f'[sensor]\nkind = "{kind}"\n'
            f'[sandbox]\nmemory = "1GiB"\nimage = "{image()}"'
        )
        with open_keeper_harness(max_running=2, settings=settings) as at:
            for load, script in LOADS.items():
                found += _proof(at, kind, load, script)
            for known in at.queries.events.of_kind(events.SensorUp):
                print(f"  {kind} says: {known.event}")
    return found


def _proof(at: KeeperHarness, kind: str, load: str, script: str) -> Iterator[Row]:
    tasks = {mark: _start(at, script, mark) for mark in MARKS}
    for task in tasks.values():
        until(lambda task=task: _is_taken_in(at, task), f"{load} {task}")  # type: ignore[misc]
    known = {mark: _found(at, task) for mark, task in tasks.items()}
    truth = {mark: _made(at, task, mark) for mark, task in tasks.items()}
    expected = sum(len(paths) for paths in truth.values())
    missing = sum(len(truth[mark] - known[mark].paths) for mark in MARKS)
    strange = sum(len(_of(known[mark], _other(mark))) for mark in MARKS)
    commands = sum(one.commands for one in known.values())
    told = sum(one.missed for one in known.values())
    print(
        f"  {kind} {load}: expected {expected}, seen {expected - missing}, "
        f"misattributed {strange}, lost as the sensor says {told}, commands {commands}"
    )
    limit = ONE if kind == "ebpf" else 0
    yield Row(f"{kind}, {load}: files missed of {expected}", missing, 0, limit, "")
    yield Row(f"{kind}, {load}: misattributed", strange, 0, ONE, "")


def _start(at: KeeperHarness, script: str, mark: str) -> int:
    whole = f"{TIMED}\nPLACE = '{WORKTREE}/{mark}'\n{script}"
    return at.new(f"python3 -c {shlex.quote(whole)}")[0]


def _is_taken_in(at: KeeperHarness, task: int) -> bool:
    ends = events.CommitsImported | events.ImportRefused
    known = at.queries.events.after(task=task, limit=100_000)
    return any(isinstance(one.event, ends) for one in known)


def _found(at: KeeperHarness, task: int) -> Found:
    stored = at.queries.connection.all(
        "SELECT CAST(path AS TEXT) FROM path_activity WHERE task = :task",
        {"task": task},
    )
    known = at.queries.events.after(task=task, limit=100_000)
    wanted = Filter(task=task, groups=frozenset({"exec"}))
    return Found(
        paths=frozenset(path for (path,) in stored),
        commands=len(at.queries.audit.newest(wanted, 100_000)),
        missed=sum(
            o.event.missed for o in known if isinstance(o.event, events.SensorGap)
        ),
    )


def _made(at: KeeperHarness, task: int, mark: str) -> frozenset[str]:
    root = at.paths.worktree(task)
    files = (path for path in (root / mark).rglob("*") if path.is_file())
    return frozenset(f"{WORKTREE}/{Path(path).relative_to(root)}" for path in files)


def _of(known: Found, mark: str) -> list[str]:
    return [path for path in known.paths if path.startswith(f"{WORKTREE}/{mark}/")]


def _other(mark: str) -> str:
    return MARKS[1 - MARKS.index(mark)]
