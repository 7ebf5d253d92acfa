"""The dashboard beside agents that write as fast as they can."""

import pytest

from tests.load_generator import open_load, refused, run_load


@pytest.mark.real_time
async def test_a_flood_is_seen_and_the_keys_go_on() -> None:
    """A directory is one row, what was refused has its own, time can stand still."""
    with open_load() as at:
        await run_load(at)
        denied = refused(at, at.task)

    files, audit = at.pictures["load-files"], at.pictures["load-audit"]
    assert "node_modules/…" in files
    assert "package.json" in files
    assert "refused" in files
    assert "live" in audit
    assert "held" in at.pictures["load-audit-held"]
    assert denied > 0
