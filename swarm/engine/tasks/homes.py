"""A task's home volume and the folders of its warm base: made, and removed again."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from swarm.adapters.git.safe_fs.files import disk_errors_as, erase
from swarm.adapters.git.worktree import untracked
from swarm.adapters.warm_bases import HOME, SHARED, WarmBase
from swarm.engine.context import EngineContext
from swarm.engine.host import failed_starts, images
from swarm.engine.tasks import disk_limit
from swarm.model.task import Task
from swarm.plan import sandbox_home, warm_box
from swarm.plan.specs import WORKSPACE, Mount, Plan

KIND = "home"
WARM_KIND = "warm"


def make(
    context: EngineContext, task_id: int, plan: Plan, is_open: bool, first: bool = False
) -> None:
    """Make the home, unless it is there; blocks for half a second if not `is_open`.

    The engine gives a new volume the owner of what the image has there, or root: a home
    that is not open is opened. A `first` one is a folder that a base can be made of.
    """
    names = context.names(task_id)
    volume, labels = names.home_volume, names.labels(KIND)
    if volume in context.containers.volumes(labels):
        return
    if first:
        erase(context.paths.first_home(task_id))
        place = context.paths.first_home(task_id) / HOME
        place.mkdir(parents=True, mode=0o700)
        folder = warm_box.folder(str(place))
        context.containers.make_volume(volume, labels, folder)
    else:
        limit = context.config().disk.task
        disk_limit.make_volume(context, volume, labels, limit)
    if not is_open:
        opener = sandbox_home.opener(plan.sandbox, volume, images.tag("gate"))
        failed_starts.once_more(lambda: context.containers.run(opener, 0))


def make_layers(context: EngineContext, task_id: int, base: WarmBase) -> None:
    """Make the volumes that show the base, over what the task changed of it.

    Those that are there go first: the place of the base may have moved, and a home that
    became the base's named its folder. No container
    of the task's may be there.
    """
    names, paths = context.names(task_id), context.paths
    place = paths.bases / base.name
    lowers = {names.home_volume: (KIND, place / HOME)}
    for number in range(len(base.shared)):
        lower = place / SHARED / str(number)
        lowers[names.warm_volume(number)] = (WARM_KIND, lower)
    for volume, (kind, lower) in lowers.items():
        part = HOME if kind == KIND else volume.rpartition("-")[2]
        upper = paths.warm_changes(task_id) / part
        work = paths.warm_work(task_id) / part
        _make_upper(lower, upper)
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        context.containers.remove_volume(volume)
        layers = warm_box.overlay(str(lower), str(upper), str(work))
        context.containers.make_volume(volume, names.labels(kind), layers)


def _make_upper(lower: Path, upper: Path) -> None:
    """The upper folder of layers is what programs see as the folder itself."""
    if upper.exists():
        return
    facts = lower.lstat()
    upper.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(upper, facts.st_uid, facts.st_gid)
    upper.chmod(stat.S_IMODE(facts.st_mode))


def mounts(context: EngineContext, task: Task, plan: Plan) -> tuple[Mount, ...]:
    """The mounts of the folders of its warm base.

    One is left out if its agent has put something else in the folder's place.
    """
    names, worktree = context.names(task.id), context.worktree(task)
    owner = plan.owner or (context.uid, context.gid)
    return tuple(
        Mount("volume", names.warm_volume(number), f"{WORKSPACE}/{folder}")
        for number, folder in enumerate(task.warm_folders)
        if untracked.make_folder(worktree, folder, owner, 0o755)
    )


def remove_boxes(context: EngineContext, task_id: int) -> None:
    """Remove every container that has the home; fine if there is none."""
    names = context.names(task_id)
    for box in (names.copy_box, names.setup_box, names.sandbox):
        context.containers.remove(box)


def remove(context: EngineContext, task_id: int) -> None:
    """Remove the home and all that the task changed; ToolError if a folder stays.

    Its containers are gone by now.
    """
    names = context.names(task_id)
    context.containers.remove_volume(names.home_volume)
    for volume in context.containers.volumes(names.labels(WARM_KIND)):
        context.containers.remove_volume(volume)
    paths = context.paths
    work = paths.warm_work(task_id)
    if work.is_dir():
        for part in work.iterdir():
            with suppress(OSError):
                # The kernel's own, which nobody but root may open.
                (part / "work").rmdir()
    for folder in (work, paths.warm_changes(task_id), paths.first_home(task_id)):
        erase_folder(context, folder)


def erase_folder(context: EngineContext, folder: Path) -> None:
    """Remove a folder in which a home is; ToolError if it stays.

    What belongs to the image's root there goes by a box of ours.
    """
    try:
        erase(folder)
    except OSError:
        box = sandbox_home.emptier(
            context.paths.tag,
            str(folder),
            images.tag("gate"),
            images.seccomp_profile(),
        )
        context.containers.run(box, 0)
        with disk_errors_as("home"):
            erase(folder)
