"""The kernel holds a folder to a limit; where it cannot, the reason is told."""

from pathlib import Path
from typing import Any

import pytest

from swarm.adapters import project_quota
from tests.adapters.quota import kernel

MIB = 1 << 20


def test_a_disk_without_quotas_is_told() -> None:
    assert project_quota.obstacle(Path("/proc")) == "proc has no project quotas"
    assert "No such file" in project_quota.obstacle(Path("/nowhere"))
    assert project_quota.held(Path("/proc"), 7) is None


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    return kernel.outcome()


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_folder_is_held_to_its_limit(
    told: dict[str, dict[str, Any]], kind: str
) -> None:
    """Promise: what is written into a task's folders ends at the limit.

    On a real kernel: files of before and new ones, by a user without any right; links
    and what they lead to are left alone; whoever has more room, or tidies up, goes on.
    """
    seen = told[kind]

    assert seen["without"] == f"its {kind} is not mounted with `prjquota`"
    assert seen["obstacle"] == ""
    assert seen["as_agent"] == "only root may set quotas"
    assert "Operation not permitted" in seen["agent_lifts"]
    limit, used = seen["before"]
    assert (limit, used < MIB) == (4 * MIB, True)
    refused = {"ext4": "EDQUOT", "xfs": "ENOSPC"}[kind]
    assert (seen["grown"], seen["made"]) == (refused, refused)
    limit, used = seen["full"]
    assert 3 * MIB < used <= limit == 4 * MIB
    assert (seen["raised"], seen["tidied"]) == (refused, "room")
    # XFS holds root to it, too: a checkpoint that is written back says so.
    assert seen["root"] == {"ext4": "room", "xfs": "ENOSPC"}[kind]
    assert (seen["lifted"], seen["elsewhere"]) == ("room", "room")
    # An owner may do this: in a box the profile refuses it (`test_seccomp`).
    assert seen["escape"] == "given away"
