"""What failed and is nobody's wish is told once, or is in the log."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.keeper.troubles import Troubles
from swarm.errors import NoRoom, SwarmError
from swarm.model import events
from swarm.plan.naming import HomePaths
from tests.engine.fake_context import fake_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path)) as opened:
        yield opened


def told(context: EngineContext) -> list[events.Event]:
    return [each.event for each in context.read().events.of_kind(events.Trouble)]


def test_the_same_trouble_again_is_told_once_until_something_else_happens(
    context: EngineContext,
) -> None:
    troubles, error = Troubles(context), SwarmError("no answer")
    troubles.record_once("nets", error)
    troubles.record_once("nets", error)
    context.journal.record(None, events.QueueLimit(3))
    troubles.record_once("nets", error)

    assert told(context) == [events.Trouble("nets", "no answer")] * 2


def test_what_cannot_be_recorded_is_logged_and_made_up_for(
    context: EngineContext,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_task: object, _event: object) -> None:
        raise NoRoom("the disk is full")

    monkeypatch.setattr(context.journal, "record", full)
    Troubles(context).record("nets", "no answer")

    assert "nets: no answer" in caplog.text
    assert context.disks.has_missed


def test_a_surprise_has_an_id_that_leads_to_its_traceback(
    context: EngineContext, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        told = Troubles(context).unexpected("merge failed", KeyError("lost"))

    number = told.message.rpartition("(")[2].rstrip(")")
    assert number.startswith("E-")
    assert number in caplog.text
    assert "KeyError: 'lost'" in caplog.text
    assert str(context.paths.log) in told.hint
