"""The file under the cursor of a review."""

from dataclasses import replace

from swarm.model.review import Change, CheckoutBytes, Flag, Level
from swarm.tui.present.unified_diff import LINE_LIMIT
from swarm.tui.widgets.diff_view import DiffView
from swarm.tui.widgets.file_list import FileList
from tests.scenes import REVIEW_WITH_FLAGS, press, settled, shown
from tests.tui.screens.test_review import OPENED, SIZE, Recorded, text_of


async def test_hunks_and_files_are_reached_by_keys(recorded: Recorded) -> None:
    """`]` goes on into the next file where this one has no more hunks."""
    backend = recorded(REVIEW_WITH_FLAGS)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, "J", "J", "J")
            assert "more" in text_of(app.screen.query_one(DiffView))
            await press(pilot, backend, "right_square_bracket", "K", "K")

            assert app.screen.query_one(FileList).entry == REVIEW_WITH_FLAGS.changes[2]


async def test_a_large_file_waits_for_enter(recorded: Recorded) -> None:
    """41 000 lines are read when they are asked for."""
    backend = recorded(REVIEW_WITH_FLAGS)
    body = b"".join(b"+line %d\n" % number for number in range(41_000))
    backend.review.diffs["fixtures/generated.json"] = b"@@ -0,0 +1,41000 @@\n" + body
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED, *("J",) * 6)
            diff = app.screen.query_one(DiffView)
            assert "Enter shows them" in text_of(diff)
            await press(pilot, backend, "enter")

            assert diff.count > 41_000
            assert len(diff.children) == 0


async def test_a_checkouts_other_bytes_stand_below_the_diff(
    recorded: Recorded,
) -> None:
    """The text of the repository says nothing about what runs."""
    flag = Flag(Level.X1, "a checkout writes other bytes than the repository holds")
    written = CheckoutBytes("e" * 40, ("working-tree-encoding=IBM037",), script=True)
    zero, new = "0" * 40, "a" * 40
    notes = Change("a.txt", "added", 0, 0o100644, zero, new, 1, 0, flags=(flag,))
    lines = Change("b.txt", "added", 0, 0o100644, zero, new, 1, 0)
    crlf = CheckoutBytes("f" * 40, ("eol=crlf",), plain=True)
    backend = recorded(REVIEW_WITH_FLAGS)
    backend.review.found = [
        replace(notes, checkout=written),
        replace(lines, checkout=crlf),
    ]
    backend.review.diffs["a.txt"] = b"@@ -0,0 +1 @@\n+gibberish\n"
    backend.review.checkouts["a.txt"] = b"@@ -1 +1 @@\n-gibberish\n+#!/bin/sh\n"
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED)
            first = text_of(app.screen.query_one(DiffView))
            await press(pilot, backend, "J")
            second = text_of(app.screen.query_one(DiffView))

    before, _, after = first.partition("a checkout writes these bytes instead:")
    assert "#!/bin/sh" in after
    assert "gibberish" in before
    assert "a checkout writes other line ends or $Id$ here: eol=crlf" in second


async def test_a_long_line_is_drawn_cut(recorded: Recorded) -> None:
    """One minified line costs no more than any other."""
    backend = recorded(REVIEW_WITH_FLAGS)
    backend.review.diffs["package.json"] = b"@@ -0,0 +1 @@\n+" + b"x" * 1_000_000
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *OPENED)
            await settled(pilot)
            diff = app.screen.query_one(DiffView)

            assert diff.virtual_size.width < LINE_LIMIT + 60
            assert "998000 characters more" in text_of(diff)
