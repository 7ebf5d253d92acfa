"""The mounts over what an agent may not write or see; all are read-only."""

from collections.abc import Iterable
from pathlib import Path

from swarm.model.covers import Cover
from swarm.plan.specs import WORKSPACE, Mount


def mounts(
    folder: Path, covers: Iterable[Cover], relabel: bool = False
) -> tuple[Mount, ...]:
    """The mounts that hold the covers; `folder` is the one of their sources."""
    return tuple(
        Mount(
            "bind",
            str(folder / cover.source),
            f"{WORKSPACE}/{cover.path}",
            read_only=True,
            relabel=relabel,
        )
        for cover in covers
        if cover.source
    )
