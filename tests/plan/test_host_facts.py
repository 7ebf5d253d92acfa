"""An agent is never root, and can write its files all the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.plan.host_facts import HostFacts, sandbox_user, worktree_owner
from swarm.plan.naming import HomePaths

HOST = HostFacts(HomePaths(Path("/h")), "swarm/base:1", "{}", 0, 0)


def test_a_sandbox_has_the_user_s_ids_unless_that_is_root() -> None:
    assert (sandbox_user(501, 20), sandbox_user(0, 0)) == ((501, 20), (1000, 1000))


@pytest.mark.parametrize(
    ("changes", "owner"),
    [
        ({"uid": 501, "gid": 20}, None),
        ({}, (1000, 1000)),
        ({"first_ids": (100000, 200000)}, (101000, 201000)),
        ({"first_ids": (100000, 200000), "userns": "host"}, (1000, 1000)),
    ],
    ids=["own", "root", "remapped", "without the remap"],
)
def test_root_gives_a_worktree_away_under_the_remap_s_ids(
    changes: dict[str, object], owner: tuple[int, int] | None
) -> None:
    assert worktree_owner(replace(HOST, **changes)) == owner  # type: ignore[arg-type] # of a table
