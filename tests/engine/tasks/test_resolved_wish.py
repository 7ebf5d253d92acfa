"""A wish is refused before anything is queued, by what it refers to and is not there.

What a whole one comes to is tested with its task: `tests/engine/test_spine.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks import resolved_wish
from swarm.errors import NotFound, SwarmError
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository
from tests.engine.fake_context import fake_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path / "home")) as opened:
        yield opened


def test_a_task_that_it_waits_for_must_be_there(context: EngineContext) -> None:
    with pytest.raises(NotFound):
        resolved_wish.resolve(context, NewTasks("/r", prompt="x", after=(7,)))


def test_a_folder_without_a_repository_is_refused(
    context: EngineContext, tmp_path: Path
) -> None:
    with pytest.raises(SwarmError, match="repository"):
        resolved_wish.resolve(context, NewTasks(str(tmp_path), prompt="x"))


def test_a_branch_that_there_is_not_is_named(
    context: EngineContext, tmp_path: Path
) -> None:
    repo = new_repository(tmp_path / "repo")

    with pytest.raises(SwarmError, match="absent"):
        resolved_wish.resolve(context, NewTasks(str(repo), prompt="x", base="absent"))
