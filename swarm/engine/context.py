"""The tools that nearly every operation of the engine needs."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.task_repository import open_task
from swarm.config.schema import Config
from swarm.engine.agent_signals import AgentSignals
from swarm.engine.arrival_watch import ArrivalWatch
from swarm.engine.host import disk_room
from swarm.engine.host.build_sharing import SHARED
from swarm.engine.image_runs import ImageRuns
from swarm.engine.setup_runs import SetupRuns
from swarm.errors import IllegalMove
from swarm.model.task import State, Task
from swarm.plan import home_identity, specs
from swarm.plan.naming import HOME_LABEL, HomePaths, TaskNames
from swarm.plan.specs import Plan
from swarm.ports import Containers, Images, Panes
from swarm.store.journal import Journal
from swarm.store.queries import Queries


class ContainerStarts:
    """Remembers which sandboxes the container engine reported as started."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._started: set[str] = set()

    def started(self, name: str) -> None:
        """Record a start that the container engine reported."""
        with self._changed:
            self._started.add(name)
            self._changed.notify_all()

    def forget(self, name: str) -> None:
        """Forget an earlier start; a launch calls this first."""
        with self._changed:
            self._started.discard(name)

    def wait_started(self, name: str, seconds: float) -> bool:
        """Block until the start is reported; False if the time runs out first."""
        with self._changed:
            return self._changed.wait_for(lambda: name in self._started, seconds)


class TaskLocks:
    """One lock per task, so that two operations on a task run one after the other."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[int, threading.RLock] = defaultdict(threading.RLock)

    def of(self, task_id: int) -> threading.RLock:
        """The lock of one task, reentrant."""
        with self._guard:
            return self._locks[task_id]


class WatchedDisks:
    """Paths of the disks that new work needs, as the keeper watches them."""

    def __init__(self) -> None:
        self._paths: tuple[Path, ...] = ()
        self.has_missed = False
        """Something was not done for want of room; the keeper does it later."""
        self.engine_has_quotas = True
        """Volumes may have a limit: so until the engine refuses one."""

    def set(self, paths: tuple[Path, ...]) -> None:
        """Replace them; one path for each disk."""
        self._paths = paths

    def paths(self, home: Path) -> tuple[Path, ...]:
        """The paths, among them the home's."""
        return tuple(dict.fromkeys((home, *self._paths)))


@dataclass(frozen=True, slots=True)
class EngineContext:
    """The journal, the tools and the settings that nearly every operation needs."""

    paths: HomePaths
    journal: Journal
    read: Callable[[], Queries]
    """Returns the calling thread's own queries."""
    containers: Containers
    panes: Panes
    config: Callable[[], Config]
    """Reads the settings file on every call: an edit applies to the next task."""
    uid: int
    gid: int
    images: Images
    starts: ContainerStarts = field(default_factory=ContainerStarts)
    locks: TaskLocks = field(default_factory=TaskLocks)
    question_locks: TaskLocks = field(default_factory=TaskLocks)
    """Held for moments, so that a question is settled once; taken after `locks`."""
    disks: WatchedDisks = field(default_factory=WatchedDisks)
    signals: AgentSignals = field(default_factory=AgentSignals)
    arrivals: ArrivalWatch = field(default_factory=ArrivalWatch)
    setups: SetupRuns = field(default_factory=SetupRuns)
    builds: ImageRuns = field(default_factory=lambda: ImageRuns(SHARED.wake))
    clock: Callable[[], float] = time.time

    @property
    def home_labels(self) -> dict[str, str]:
        """The labels of every container and volume of this home."""
        return {HOME_LABEL: self.paths.tag}

    def open_runs(self) -> None:
        """A keeper begins: set-ups and builds may."""
        self.setups.open()
        self.builds.open()

    def close_runs(self) -> None:
        """It ends: set-ups and builds under way are left to the next one."""
        self.setups.close()
        self.builds.close()

    def require_room(self, action: str, *also: Path) -> None:
        """NoRoom if a disk that work needs is full, or that of one of these paths."""
        disk_room.require(action, *self.disks.paths(self.paths.home), *also)

    def live_task(self, task_id: int, hint: str = "") -> Task:
        """Return the task; IllegalMove if it is not live."""
        task = self.read().tasks.get(task_id)
        if task.state is not State.LIVE:
            raise IllegalMove(
                f"task {task_id} is {task.state}, not live",
                hint=hint or f"see `swarm show {task_id}`",
            )
        return task

    def names(self, task_id: int, name: str = "") -> TaskNames:
        """The names of the task's container, volume, pane and branch."""
        return TaskNames(self.paths.tag, task_id, name)

    def task_git(self, task: Task) -> TaskGit:
        """The task's worktree and git directories; opens the user's repository.

        SwarmError if the repository is gone or is not a repository any more.
        """
        return open_task(self.paths, task)

    def plan(self, task: Task) -> Plan:
        """The task's plan; its mounts are of the place where its repository is now."""
        plan = _at(self.paths, specs.from_json(self.read().tasks.plan(task.id)))
        if not task.moved:
            return plan
        git = self.task_git(task)
        base_only = git.lends_base_only(plan.sandbox.mounts)
        mounts = {mount.target: mount for mount in git.mounts(base_only)}
        sandbox = replace(
            plan.sandbox,
            mounts=tuple(
                replace(mounts.get(mount.target, mount), relabel=mount.relabel)
                for mount in plan.sandbox.mounts
            ),
        )
        return replace(plan, sandbox=sandbox)

    def worktree(self, task: Task) -> Path:
        """The place of the task's worktree, there or not."""
        return self.paths.placed_worktree(task.id, task.worktree)


def _at(paths: HomePaths, plan: Plan) -> Plan:
    """The plan with its mounts below the place where the home is now."""
    mark = home_identity.read(paths.home)
    former = mark.former if mark else ()
    if not former:
        return plan
    mounts = tuple(
        replace(mount, source=_moved(mount.source, former, paths.home))
        for mount in plan.sandbox.mounts
    )
    return replace(plan, sandbox=replace(plan.sandbox, mounts=mounts))


def _moved(source: str, former: tuple[str, ...], home: Path) -> str:
    for place in former:
        if source.startswith(f"{place}/"):
            return str(home / source.removeprefix(f"{place}/"))
    return source
