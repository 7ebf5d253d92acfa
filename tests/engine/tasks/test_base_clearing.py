"""Bases that nobody needs go; one that a task has stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.adapters.warm_bases import WarmBase
from swarm.engine.context import EngineContext
from swarm.engine.tasks import base_clearing
from swarm.model import events
from swarm.model.wishes import ForgetBases
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository
from tests.builders import queued
from tests.engine.fake_context import fake_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    (tmp_path / "home").mkdir()
    with fake_context(HomePaths(tmp_path / "home")) as context:
        yield context


def made(context: EngineContext, repo: str = "/r") -> str:
    making = warm_bases.begin(context.paths.bases)
    (making / "home").mkdir()
    base = WarmBase("", "k" * 64, repo, (), bytes=7)
    return warm_bases.finish(making, base).name


def unused(context: EngineContext, seconds: float) -> dict[str, int]:
    return dict(base_clearing.unused(context, seconds))


def test_what_is_unused(context: EngineContext) -> None:
    """The old and the retired; a task's never, and what is made meanwhile neither."""
    ours, old, retired = (made(context) for _ in range(3))
    warm_bases.begin(context.paths.bases)
    (context.paths.bases / "no-base").mkdir()
    task = context.journal.queue(queued)
    context.journal.record(task.id, events.WarmBaseUsed(ours))
    warm_bases.retire(context.paths.bases, retired)

    assert unused(context, 3600.0) == {retired: 7, "no-base": 0}
    assert unused(context, 0.0) == {old: 7, retired: 7, "no-base": 0}
    assert base_clearing.total(context) == 21

    base_clearing.drop(context, ours)
    base_clearing.drop(context, old)
    assert [each.name for each in warm_bases.all_bases(context.paths.bases)] == sorted(
        [ours, retired]
    )


def test_what_was_half_made_goes(context: EngineContext) -> None:
    base = made(context)
    warm_bases.begin(context.paths.bases)
    (context.paths.home / "layers-trial-1" / "upper").mkdir(parents=True)

    base_clearing.remove_half_made(context)

    assert warm_bases.names(context.paths.bases) == [base]
    assert not (context.paths.home / "layers-trial-1").exists()


def test_what_is_dropped_takes_nothing_else_along(
    context: EngineContext, tmp_path: Path
) -> None:
    """A link in it is removed, and not what it leads to."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    name = made(context)
    (context.paths.bases / name / "home" / "link").symlink_to(tmp_path / "mine")

    base_clearing.drop(context, name)

    assert warm_bases.names(context.paths.bases) == []
    assert (tmp_path / "mine" / "file").exists()


def test_a_repository_begins_anew(context: EngineContext, tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "repo")
    theirs, free, needed = made(context), made(context, str(repo)), ""
    needed = made(context, str(repo))
    task = context.journal.queue(queued)
    context.journal.record(task.id, events.WarmBaseUsed(needed))

    answer = base_clearing.forget(context, ForgetBases(str(repo)))

    assert answer == {"bases": 2}
    left = {
        each.name: each.retired for each in warm_bases.all_bases(context.paths.bases)
    }
    assert left == {theirs: False, needed: True}
    assert free not in left
