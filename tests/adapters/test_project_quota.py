"""The kernel holds a folder to a limit; where it cannot, the reason is told."""

import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters import project_quota
from swarm.errors import ToolError
from tests.adapters.quota import kernel

MIB = 1 << 20


def test_a_disk_without_quotas_is_told() -> None:
    assert project_quota.obstacle(Path("/proc")) == "proc has no project quotas"
    assert "No such file" in project_quota.obstacle(Path("/nowhere"))
    assert project_quota.held(Path("/proc"), 7) is None


def test_a_tree_of_any_depth_is_looked_at_with_few_descriptors(tmp_path: Path) -> None:
    """An agent makes one of 5,000 folders in each other; it is told, and no crash."""
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(5000):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(before)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_highest_of_free(10) + 1, hard))
    try:
        with pytest.raises(ToolError, match="more than 100 folders deep"):
            project_quota.assign(tmp_path, 7)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def _highest_of_free(count: int) -> int:
    """The highest of the next `count` descriptors; others may be open between them."""
    numbers = [os.open("/", os.O_RDONLY) for _ in range(count)]
    for number in numbers:
        os.close(number)
    return max(numbers)


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
    assert seen["in_deep"] == refused
    assert (seen["lifted"], seen["elsewhere"]) == ("room", "room")
    # An owner may do this: in a box the profile refuses it (`test_seccomp`).
    assert seen["escape"] == "given away"
