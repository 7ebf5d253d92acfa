"""The mounts over what an agent may not write or see; all are read-only."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from swarm.model.covers import Cover
from swarm.plan.specs import WORKSPACE, Mount, SandboxSpec


def with_covers(
    sandbox: SandboxSpec, folder: Path, covers: Iterable[Cover]
) -> SandboxSpec:
    """The sandbox with mounts that hold the covers; `folder` has their sources."""
    mounts = (
        Mount(
            "bind",
            str(folder / cover.source),
            f"{WORKSPACE}/{cover.path}",
            read_only=True,
            relabel=sandbox.relabels,
        )
        for cover in covers
        if cover.source
    )
    return replace(sandbox, mounts=(*sandbox.mounts, *mounts))
