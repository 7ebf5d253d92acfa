"""Which warm bases go, and when: those that nobody needs, and what was half made."""

from collections.abc import Iterator
from pathlib import Path

from swarm.adapters import warm_bases
from swarm.adapters.git.repository import Repository
from swarm.adapters.warm_bases import WarmBase
from swarm.engine.context import EngineContext
from swarm.engine.tasks import homes, layers_trial
from swarm.model.wishes import ForgetBases

DAY_SECONDS = 24 * 3600.0
OLD_SECONDS = 7 * DAY_SECONDS
"""After so long without a task a base goes by itself."""


def remove_half_made(context: EngineContext) -> None:
    """Remove what a keeper that died was making; called before any launch."""
    folder = context.paths.bases
    halves = [folder / name for name in warm_bases.names(folder)]
    halves = [place for place in halves if warm_bases.is_making(place.name)]
    trials = context.paths.home.glob(f"{layers_trial.PREFIX}*")
    for place in (*halves, *trials):
        homes.erase_folder(context, place)


def unused(context: EngineContext, seconds: float) -> Iterator[tuple[str, int]]:
    """Names and bytes of bases that no task has and none began with for so long.

    Those that none begins with any more count at once, and so does what is no base.
    """
    folder, now = context.paths.bases, context.clock()
    needed = {task.warm_base for task in context.read().tasks.all()}
    bases = {base.name: base for base in warm_bases.all_bases(folder)}
    for name in warm_bases.names(folder):
        if warm_bases.is_making(name) or name in needed:
            continue
        base = bases.get(name)
        is_old = now - warm_bases.last_used(folder, name) >= seconds
        if base is None or base.retired or is_old:
            yield name, base.bytes if base else 0


def drop(context: EngineContext, name: str) -> None:
    """Remove one, unless a task has come to have it; ToolError if it stays in part."""
    if any(task.warm_base == name for task in context.read().tasks.all()):
        return
    warm_bases.unmake(context.paths.bases, name)
    homes.erase_folder(context, context.paths.bases / name)


def drop_old(context: EngineContext) -> None:
    """Remove those that nobody used for long."""
    for name, _ in list(unused(context, OLD_SECONDS)):
        drop(context, name)


def total(context: EngineContext) -> int:
    """The bytes of all bases, as they were made."""
    return sum(base.bytes for base in warm_bases.all_bases(context.paths.bases))


def forget(context: EngineContext, wish: ForgetBases) -> dict[str, int]:
    """Let no further task of a repository begin with a base of before.

    Answers how many there were; those that no task has are removed.
    """
    folder = context.paths.bases
    repo = str(Repository.open(Path(wish.repo), context.paths.home).root)
    chosen: list[WarmBase] = [
        base
        for base in warm_bases.all_bases(folder)
        if base.repo == repo and not base.retired
    ]
    for base in chosen:
        warm_bases.retire(folder, base.name)
        drop(context, base.name)
    return {"bases": len(chosen)}
