"""Gives a task what its set-up installs: from a warm base, or by running it.

A base is what one set-up left: the agent's home, and all in the worktree that the base
commit does not have. Tasks share it through layers of the engine's, or copy it; none
can write into it. Only a set-up of the user's own commit leaves one, before any agent
has run. What services store is in no base: the project says what fills them.
"""

from dataclasses import dataclass
from pathlib import Path

from swarm.adapters import warm_bases
from swarm.adapters.git.worktree import private_marks, untracked
from swarm.adapters.warm_bases import History, WarmBase
from swarm.engine.context import EngineContext
from swarm.engine.host.image_check import ImageLook
from swarm.engine.parts import EngineParts
from swarm.engine.readers import setup_base
from swarm.engine.tasks import (
    base_making,
    homes,
    layers_trial,
    setup,
    warm_copies,
    warm_key,
)
from swarm.engine.tasks.launch_steps import Steps
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.task import SETUP_AGAIN, SETUP_SKIP, Task
from swarm.plan.specs import Plan

STEP = "warm base"


NOT_SAID = (
    "none is kept: the set-up may have filled the services beside it; `each_task` in "
    "swarm.toml names what does (`[]` for nothing), and keeps the rest"
)


@dataclass(slots=True)
class _Launch:
    """The launch that this is a part of."""

    parts: EngineParts
    plan: Plan
    steps: Steps
    image: ImageLook
    has_run: bool = False
    """The set-up was run in this launch."""

    @property
    def context(self) -> EngineContext:
        return self.parts.context

    def make_home(self, task: Task, first: bool = False) -> None:
        is_open = self.image.traits.home_is_open
        homes.make(self.context, task.id, self.plan, is_open, first)

    def run_setup(self, task: Task) -> None:
        shell, self.has_run = self.image.traits.shell, True
        setup.carry_out(self.parts, task, self.plan, self.steps, shell)

    def run_each(self, task: Task) -> None:
        shell, ran = self.image.traits.shell, self.has_run
        setup.carry_out_each(
            self.parts, task, self.plan, self.steps, shell, goes_on=ran
        )


def carry_out(
    parts: EngineParts, task: Task, plan: Plan, steps: Steps, image: ImageLook
) -> Task:
    """Have what the project's set-up installs be there; no sandbox is made yet.

    Makes the home, and runs what is for each task. Blocks while the set-up runs, or
    another task's of the same kind does. LaunchPaused and SwarmError as
    `setup.carry_out`; PlanError if a task that is offline has no base.
    """
    launch = _Launch(parts, plan, steps, image)
    if not plan.project.has_setup or task.setup == SETUP_SKIP:
        launch.make_home(task)
        return task
    task = _installed(launch, task)
    launch.run_each(task)
    return task


def _installed(launch: _Launch, task: Task) -> Task:
    """The task with what its set-up installs, by running it or from a base."""
    plan = launch.plan
    if task.setup == SETUP_AGAIN and task.warm_base:
        # What is run for each task failed, not what the base has of the set-up.
        renew(launch.context, task)
        return task
    if not plan.project.setup:
        launch.make_home(task)
        return task
    if plan.is_offline:
        return _offline(launch, task)
    if task.setup == SETUP_AGAIN:
        # A human may have changed what is there: no other task is given that.
        launch.run_setup(task)
        return task
    if not plan.project.keeps_setup:
        # What a set-up writes into a service, such as its tables, is in no base.
        launch.context.journal.record(task.id, events.Trouble(STEP, NOT_SAID))
        return _run(launch, task)
    key = warm_key.of(launch.context, task, plan)
    history = warm_key.history(launch.context, task)
    if not warm_key.may_keep(launch.context, task):
        return _used(launch, task, key, history) or _run(launch, task)
    if found := _used(launch, task, key, history):
        return found
    with launch.context.setups.making(key, task.id):
        found = _used(launch, task, key, history)
        return found or _run_and_keep(launch, task, key)


def _offline(launch: _Launch, task: Task) -> Task:
    """With a base alone: a set-up would be denied what it fetches."""
    key = warm_key.of(launch.context, task, launch.plan)
    history = warm_key.history(launch.context, task)
    if found := _used(launch, task, key, history):
        return found
    raise setup_base.no_base(task.repo)


def _run(launch: _Launch, task: Task) -> Task:
    launch.make_home(task)
    launch.run_setup(task)
    return task


def _run_and_keep(launch: _Launch, task: Task, key: str) -> Task:
    """Run the set-up and make a base of what it left; without one if that fails."""
    context, plan = launch.context, launch.plan
    fault = layers_trial.fault(context, plan)
    launch.make_home(task, first=not fault)
    worktree, tracked = context.worktree(task), base_making.tracked(context, task)
    before = untracked.look(worktree, tracked)
    git_before = private_marks.marks(context.task_git(task).private_git)
    launch.run_setup(task)
    try:
        with launch.steps.step(STEP):
            wanted = base_making.Wanted(key, before, git_before, tracked, fault)
            made = base_making.make(context, task, plan, wanted)
            _tell_lacking(context, task, made, "the tasks after this one have")
            if made.sharing == "copy":
                return task
            task = _recorded(context, task, made, is_own=True)
            homes.make_layers(context, task.id, made)
            return task
    except base_making.NotKept as reason:
        trouble = events.Trouble(STEP, f"none is kept: {reason}")
        context.journal.record(task.id, trouble)
        return task


def _used(launch: _Launch, task: Task, key: str, history: History) -> Task | None:
    """The task with the base of that key; None if there is none that fits."""
    context = launch.context
    bases = warm_bases.of_key(context.paths.bases, key, history)
    base = _fitting(context, task, bases)
    if base is None:
        return None
    try:
        warm_bases.mark_used(context.paths.bases, base)
    except OSError:
        return None  # somebody removed it at this moment
    # First, for a base that a task has is not removed.
    task = _recorded(context, task, base, is_own=False)
    with launch.steps.step(STEP):
        _have(launch, task, base)
    _tell_lacking(launch.context, task, base, "this task has")
    return task


def _tell_lacking(context: EngineContext, task: Task, base: WarmBase, who: str) -> None:
    """A tool that puts hooks into git, say, has put them into one task's."""
    if base.lacks:
        words = (
            f"the set-up changes git itself ({base.lacks}), and {who} a git of its "
            "own: what it runs for that belongs into `each_task` of swarm.toml"
        )
        context.journal.record(task.id, events.Trouble(STEP, words))


def _fitting(
    context: EngineContext, task: Task, bases: list[WarmBase]
) -> WarmBase | None:
    """The first that is whole and has room in the worktree; what is not is told."""
    words = ""
    for base in bases:
        if not warm_bases.is_whole(context.paths.bases, base):
            warm_bases.retire(context.paths.bases, base.name)
            words = f"{base.name} is not what it was: it is not used any more"
        elif untracked.fits(context.worktree(task), (*base.shared, *base.loose)):
            return base
        else:
            words = f"{base.name} is not used: files of the commit are in its way"
    if words:
        context.journal.record(task.id, events.Trouble(STEP, words))
    return None


def _have(launch: _Launch, task: Task, base: WarmBase) -> None:
    context, plan = launch.context, launch.plan
    place = context.paths.bases / base.name
    for number, folder in enumerate(base.shared):
        lower = place / warm_bases.SHARED / str(number)
        _stand(context.worktree(task), folder, lower)
    if base.sharing == "overlay":
        homes.make_layers(context, task.id, base)
    else:
        # The first box in it has not the image that a new home is open by.
        homes.make(context, task.id, plan, is_open=False)
        warm_copies.fill_home(context, task, plan, place / warm_bases.HOME)
    if base.loose:
        loose = place / warm_bases.LOOSE
        warm_copies.fill_worktree(context, task, plan, loose, [*base.loose])


def _stand(worktree: Path, folder: str, lower: Path) -> None:
    """Have an empty folder be where the base's is mounted; SwarmError if none can."""
    facts = lower.lstat()
    owner = (facts.st_uid, facts.st_gid)
    if not untracked.make_folder(worktree, folder, owner, facts.st_mode & 0o777):
        raise SwarmError(
            f"the worktree has no room for {folder}: something else stands there",
            hint="`swarm setup --fresh` has the set-up run anew",
        )


def _recorded(context: EngineContext, task: Task, base: WarmBase, is_own: bool) -> Task:
    used = events.WarmBaseUsed(
        base.name, base.shared, base.bytes, base.sharing == "overlay", is_own
    )
    return context.journal.record(task.id, used) or task


def renew(context: EngineContext, task: Task) -> None:
    """Make the volumes of a task that goes on once more; no container may be there.

    SwarmError if the base is gone.
    """
    bases = warm_bases.all_bases(context.paths.bases)
    base = next((each for each in bases if each.name == task.warm_base), None)
    if base is None:
        raise SwarmError(
            f"the warm base of task {task.id} is gone, and its home with it",
            hint=f"start it anew: `swarm retry {task.id}`",
        )
    if base.sharing == "overlay":
        homes.make_layers(context, task.id, base)


def distrust(context: EngineContext, task: Task) -> None:
    """Let no further task begin with a base with which a sandbox did not start."""
    if task.warm_base:
        warm_bases.retire(context.paths.bases, task.warm_base)
