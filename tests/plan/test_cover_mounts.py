"""Every mount over a covered path is read-only, and of swarm's own folder."""

from pathlib import Path

from swarm.model.covers import Cover
from swarm.plan.cover_mounts import mounts
from swarm.plan.specs import Mount


def test_what_has_a_source_is_mounted() -> None:
    covers = (
        Cover("ci", "protect", "directory", "p0", 3),
        Cover(".env", "hide", "file", "empty-file", 4),
        Cover("link", "hide", "link"),
    )

    assert mounts(Path("/own"), covers, relabel=True) == (
        Mount("bind", "/own/p0", "/workspace/ci", True, True),
        Mount("bind", "/own/empty-file", "/workspace/.env", True, True),
    )
