"""A queued task has its names, and a plan that leaves nothing open."""

from pathlib import Path

import pytest

from swarm.engine.tasks.queued_event import queued
from swarm.engine.tasks.resolved_wish import resolve
from swarm.model.wishes import NewTasks
from swarm.plan import specs
from tests.engine.keeper_harness import KeeperHarness


@pytest.mark.parametrize(
    ("own_name", "name", "group"), [("", "fix-it", ""), ("2", "fix-it/2", "fix-it")]
)
def test_a_task_of_a_group_has_the_group_s_name_before_its_own(
    harness: KeeperHarness, sample: Path, own_name: str, name: str, group: str
) -> None:
    wish = NewTasks(str(sample), prompt="fix it", command="make", tokens=5)
    tasks = resolve(harness.context, wish)

    event = queued(tasks, None, own_name, task_id=3)

    assert (event.name, event.group, event.budget_tokens) == (name, group, 5)
    assert event.branch.endswith(f"/3-{name.replace('/', '-')}")
    assert event.base == tasks.base.commit


def test_its_worktree_is_where_the_settings_have_them(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    harness.configure(f'worktrees = "{tmp_path}/trees"\n')
    tasks = resolve(harness.context, NewTasks(str(sample), prompt="x", command="make"))

    event = queued(tasks, None, "", task_id=3)

    place = tmp_path / "trees" / f"{harness.paths.tag}-3"
    assert Path(event.worktree) == place
    assert specs.from_json(event.plan).worktree == str(place)
