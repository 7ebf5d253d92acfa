"""Every mount over a covered path is read-only, and of swarm's own folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.model.covers import Cover
from swarm.plan.cover_mounts import with_covers
from swarm.plan.specs import Mount
from tests.plan.builders import SPEC

COVERS = (
    Cover("ci", "protect", "directory", "p0", 3),
    Cover(".env", "hide", "file", "empty-file", 4),
    Cover("link", "hide", "link"),
)


@pytest.mark.parametrize("relabel", [True, False])
def test_what_has_a_source_is_mounted_behind_the_rest(relabel: bool) -> None:
    worktree = Mount("bind", "/w", "/workspace", relabel=relabel)
    sandbox = replace(SPEC, mounts=(worktree,))

    assert with_covers(sandbox, Path("/own"), COVERS).mounts == (
        worktree,
        Mount("bind", "/own/p0", "/workspace/ci", True, relabel),
        Mount("bind", "/own/empty-file", "/workspace/.env", True, relabel),
    )
