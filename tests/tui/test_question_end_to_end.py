"""A question answered by keys, on a real keeper, by two front ends at once."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from swarm.bootstrap import dashboard
from swarm.model import events
from swarm.model.question import Question
from swarm.model.task import State
from swarm.store.journal import Journal
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options
from swarm.tui.dialogs.question_card import QuestionCard
from swarm.tui.screens.dashboard.screen import DashboardScreen
from tests.end_to_end import held
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.tui.test_merge_end_to_end import until

ASKS = Question(
    "1", "permission", "npm install", tool="Bash", body="npm install", allows_text=True
)


def front_end(harness: KeeperHarness, repo: Path) -> SwarmApp:
    backend = dashboard.DashboardBackend(harness.paths, repo)
    return SwarmApp(backend, str(repo), Options())


async def open_card(harness: KeeperHarness, app: SwarmApp, pilot: Pilot[None]) -> None:
    await until(harness, pilot, lambda: isinstance(app.screen, DashboardScreen))
    await pilot.press("exclamation_mark")
    await until(harness, pilot, lambda: isinstance(app.screen, QuestionCard))


@pytest.mark.real_time
async def test_two_front_ends_answer_one_question_once(tmp_path: Path) -> None:
    """The keeper takes the first answer; the other card closes in words."""
    repo = new_sample_repository(tmp_path / "sample")
    with open_keeper_harness() as harness, held(harness):
        harness.start_keeper()
        task = harness.new_task(repo, "sleep 600")
        harness.until_state(task, State.LIVE)
        journal = Journal(harness.paths.database)
        journal.record(task, events.QuestionAsked(ASKS))
        journal.close()
        first, second = front_end(harness, repo), front_end(harness, repo)
        async with (
            first.run_test(size=(120, 36)) as keys,
            second.run_test(size=(80, 24)) as others,
        ):
            await open_card(harness, first, keys)
            await open_card(harness, second, others)
            await keys.press("a")
            await until(
                harness, keys, lambda: bool(harness.queries.tasks.get(task).answers)
            )
            await until(
                harness, others, lambda: isinstance(second.screen, DashboardScreen)
            )
            await others.press("a")
        (answer,) = harness.queries.tasks.get(task).answers
        wishes = harness.queries.wishes.open()

    assert (answer.question, answer.answer, answer.by) == ("1", "once", "us")
    assert [wish.verb for wish in wishes if wish.verb == "answer"] == []
