"""The review shows everything, and merges what was looked at or nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.widgets import Button

from swarm.model import events
from swarm.model.review import Change, Hidden
from swarm.store.journal import Journal
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.screens.review import ReviewScreen
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import FileList
from swarm.tui.widgets.line_view import LineView
from tests.scenes import REVIEW_WITH_FLAGS, TREE, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked, said

Recorded = Callable[[Scene], FakeBackend]
OPENED = ("r", "keeper")
SIZE = (120, 36)


def text_of(lines: LineView) -> str:
    """Everything it would draw."""
    return "\n".join(lines.line_at(row).plain for row in range(lines.count))


async def test_every_file_and_every_hidden_entry_is_listed(recorded: Recorded) -> None:
    """What could run on the human's machine comes first."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED)
            listed = text_of(app.screen.query_one(FileList))

    paths = [change.path for change in REVIEW_WITH_FLAGS.changes]
    unseen = [entry.path for entry in REVIEW_WITH_FLAGS.hidden]
    assert all(path in listed for path in [*paths, *unseen])
    assert listed.index("RUNS ON YOUR MACHINE") < listed.index("FILES")


async def test_what_a_tool_made_is_taken_in_and_left_out_by_a_key(
    recorded: Recorded,
) -> None:
    """It has a section of its own, and the key asks for another snapshot."""
    store = Hidden("node_modules/", "package store", 75, count=25, optional=True)
    zero, new = "0" * 40, "a" * 40
    lines = Change("dist/b.js", "added", 0, 0o100644, zero, new, 1, 0)
    backend = recorded(REVIEW_WITH_FLAGS)
    backend.review.found = [lines]
    backend.review.unseen = [store]
    journal = Journal(backend.database)
    taken = events.SnapshotTaken(TREE, 1, 1, 0, 0, 1, included=("dist/",))
    journal.record(1, taken)
    journal.close()
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "i", "J")
            about = text_of(app.screen.query_one(DiffView))
            listed = text_of(app.screen.query_one(FileList))
            await press(pilot, backend, "i")
            wished = [wish.body for wish in asked(backend)]

    assert "i includes it" in about
    assert "LEFT OUT · 1" in listed
    assert {"task": 1, "leave_out": ["dist/"]} in wished
    assert {"task": 1, "include": ["node_modules/"]} in wished


async def test_merge_stays_off_until_each_flag_is_acknowledged(
    recorded: Recorded,
) -> None:
    """A deliberate mark for each file; then exactly the tree that was shown."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "M", "ctrl+s")
            assert app.screen.query_one("#merge-now", Button).disabled
            assert asked(backend) == []
            for box in app.screen.query("#flags Checkbox"):
                box.focus()
                await press(pilot, backend, "space")
            await press(pilot, backend, "ctrl+s")

    (wish,) = asked(backend)
    assert wish.verb == "merge"
    assert wish.body == {
        "task": 1,
        "tree": TREE,
        "strategy": "squash",
        "target": "main",
        "message": "Add per-tenant rate limiting to the public API.\n\n"
        "Keep p99 under 2 ms.",
        "accepted": ["package.json", ".github/workflows/ci.yml"],
        "output": "",
        "landing_tree": TREE,
        "acknowledged": [],
        "signoff": False,
        "message_hook": False,
    }


async def test_a_patch_names_its_file(recorded: Recorded) -> None:
    """And no branch."""
    backend = recorded(
        replace(REVIEW_WITH_FLAGS, changes=REVIEW_WITH_FLAGS.changes[3:4])
    )
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "M", "down", "down", "space", "ctrl+s")

    (wish,) = asked(backend)
    assert wish.body["strategy"] == "patch"
    assert wish.body["output"].endswith("rate-limit-2.patch")


@pytest.mark.parametrize(
    ("changes", "hidden", "why"),
    [
        ((), (), "nothing differs from the base"),
        (
            REVIEW_WITH_FLAGS.changes,
            (Hidden("big.bin", "larger than 32 MiB", blocks=True),),
            "big.bin cannot be merged: larger than 32 MiB",
        ),
    ],
)
async def test_what_cannot_be_merged_says_why(
    recorded: Recorded,
    changes: tuple[Change, ...],
    hidden: tuple[Hidden, ...],
    why: str,
) -> None:
    """Before any dialog."""
    backend = recorded(replace(REVIEW_WITH_FLAGS, changes=changes, hidden=hidden))
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "M")
            screen = app.screen
            assert isinstance(screen, ReviewScreen)

            assert screen.disabled_reason("merge") == why
            assert said(app) == why


async def test_a_live_task_is_shown_but_not_merged(recorded: Recorded) -> None:
    """Its files are still in another's hands."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "j", *OPENED, "M")
            screen = app.screen
            assert isinstance(screen, ReviewScreen)

            assert screen.disabled_reason("merge").startswith("needs a stopped task")


async def test_a_live_task_is_stopped_from_its_review(recorded: Recorded) -> None:
    """The key that a refused merge names works where it is named."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "j", *OPENED, "M")
            assert "(s stops it)" in said(app)
            await press(pilot, backend, "s")
            title = str(app.screen.query_one("#review-title").render())

    (wish,) = asked(backend)
    assert (wish.verb, wish.body) == ("stop", {"task": 2})
    assert "stopping" not in title


async def test_what_has_ended_is_not_stopped(recorded: Recorded) -> None:
    """The key says why, and asks nothing."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "s")
            assert said(app).startswith("needs a running task")

    assert asked(backend) == []


async def test_a_refused_snapshot_is_said_where_one_looks(recorded: Recorded) -> None:
    """And nothing can be merged."""
    backend = recorded(REVIEW_WITH_FLAGS)
    backend.refusals["snapshot"] = ("the worktree is gone", "")
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED)
            screen = app.screen
            assert isinstance(screen, ReviewScreen)

            assert "the worktree is gone" in str(
                screen.query_one("#review-title").render()
            )
            assert screen.disabled_reason("merge") == "the files are not read yet"


async def test_discard_is_asked_and_leaves_the_review(recorded: Recorded) -> None:
    """Back on the tasks once the keeper has done it."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "D", "y")
            assert [wish.verb for wish in asked(backend)] == ["discard"]
            await press(pilot, backend, "keeper")

            assert isinstance(app.screen, DashboardScreen)


async def test_a_refused_merge_stays_in_the_review(recorded: Recorded) -> None:
    """One reads why, and can try again."""
    backend = recorded(
        replace(REVIEW_WITH_FLAGS, changes=REVIEW_WITH_FLAGS.changes[3:4])
    )
    backend.refusals["merge"] = ("main has moved", "")
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "M", "ctrl+s", "keeper")

            assert isinstance(app.screen, ReviewScreen)
