"""A merge by keys alone, on a real keeper and a repository that has its own say."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Static

from swarm.bootstrap import dashboard
from swarm.model.task import State
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options
from swarm.tui.dialogs.merge import MergeDialog
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.screens.review import ReviewScreen
from swarm.tui.widgets.landing_items import LandingBox
from tests.end_to_end import held
from tests.engine.keeper_harness import KeeperHarness, open_keeper_harness
from tests.engine.review.landing_repository import AGENT, new_landing_repository

PATIENCE = 60.0


async def until(
    harness: KeeperHarness, pilot: Pilot[None], seen: Callable[[], bool]
) -> None:
    """Let the dashboard live until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, harness.journal_text()
        await pilot.pause(0.05)


def review_of(app: SwarmApp) -> ReviewScreen:
    """The review below any dialog."""
    return next(s for s in app.screen_stack if isinstance(s, ReviewScreen))


def can_merge(app: SwarmApp) -> bool:
    return isinstance(app.screen, MergeDialog) and not app.screen.trouble()


async def mark_all(pilot: Pilot[None], dialog: MergeDialog) -> None:
    """Tab to each box that is not marked, and press the space bar."""
    for box in dialog.query("#flags Checkbox, LandingBox").results(Checkbox):
        while dialog.focused is not box:
            await pilot.press("tab")
        await pilot.press("space")


@pytest.mark.real_time
async def test_a_merge_by_keys_lands_what_the_list_showed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The review has the list, the dialog its marks, and the hook is run if asked."""
    user = new_landing_repository(tmp_path)
    with open_keeper_harness() as harness, held(harness):
        harness.start_keeper()
        task = harness.new_task(user.root, AGENT)
        harness.until_taken_in(task)
        backend = dashboard.DashboardBackend(harness.paths, user.root)
        app = SwarmApp(backend, str(user.root), Options())
        async with app.run_test(size=(80, 24)) as pilot:
            await until(harness, pilot, lambda: isinstance(app.screen, DashboardScreen))
            await pilot.press("r")
            await until(harness, pilot, lambda: isinstance(app.screen, ReviewScreen))
            await until(
                harness, pilot, lambda: review_of(app).landing.listed is not None
            )
            head = str(review_of(app).query_one("#review-landing", Static).render())
            assert "to acknowledge:" in head

            await pilot.press("M")
            await until(
                harness,
                pilot,
                lambda: (
                    isinstance(app.screen, MergeDialog)
                    and bool(app.screen.query(LandingBox))
                ),
            )
            dialog = app.screen
            assert isinstance(dialog, MergeDialog)
            while dialog.focused is None or dialog.focused.id != "message-hook":
                await pilot.press("tab")
            await pilot.press("space")
            await until(
                harness,
                pilot,
                lambda: (
                    bool(dialog.query(LandingBox))
                    and "hook:commit-msg"
                    not in {box.item.key for box in dialog.query(LandingBox)}
                ),
            )
            await mark_all(pilot, dialog)
            assert can_merge(app), dialog.trouble()
            await pilot.press("ctrl+s")
            await until(
                harness,
                pilot,
                lambda: harness.queries.tasks.get(task).state is State.MERGED,
            )
            await until(harness, pilot, lambda: isinstance(app.screen, DashboardScreen))

    assert user.blob("data.bin").startswith(b"pointer ")
    assert user.is_signed()
    assert "Checked: by-the-hook" in user.git("log", "-1", "--format=%B", "main")
    assert user.git("status", "--porcelain") == ""
