"""The merge dialog holds the landing list of what is chosen, and no other."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from swarm.model.landing import LandingItem, LandingList, Subject, Verdict
from swarm.tui.dialogs.merge import MergeDialog
from swarm.tui.widgets.landing_items import FlagBox, LandingBox, LandingItems
from tests.scenes import (
    IN_THE_WAY,
    LANDING,
    REVIEW_WITH_FLAGS,
    Scene,
    answer,
    press,
    settled,
    shown,
)
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked

Recorded = Callable[[Scene], FakeBackend]
SIZE = (120, 36)
TO_DIALOG = ("r", "keeper", "M")
UNFLAGGED = replace(REVIEW_WITH_FLAGS, changes=REVIEW_WITH_FLAGS.changes[3:4])
TREE, OTHER = LANDING.tree, LANDING.landing_tree


def with_list(recorded: Recorded, listed: LandingList | None) -> FakeBackend:
    backend = recorded(UNFLAGGED)
    backend.landing = listed
    return backend


def dialog(pilot: Pilot[None]) -> MergeDialog:
    """The dialog on top."""
    top = pilot.app.screen
    assert isinstance(top, MergeDialog)
    return top


def drawn(pilot: Pilot[None]) -> str:
    """The words of the landing list."""
    texts = dialog(pilot).query_one(LandingItems).query(Static)
    return "\n".join(str(text.render()) for text in texts.results(Static))


def is_off(pilot: Pilot[None]) -> bool:
    return dialog(pilot).query_one("#merge-now", Button).disabled


def boxes(pilot: Pilot[None]) -> dict[str, bool]:
    """The named items' keys, and whether each is marked."""
    return {box.item.key: box.value for box in dialog(pilot).query(LandingBox)}


async def mark(pilot: Pilot[None], backend: FakeBackend, key: str) -> None:
    for box in dialog(pilot).query(LandingBox):
        if box.item.key == key:
            box.focus()
    await press(pilot, backend, "space")


async def test_nothing_is_merged_before_the_list_is_there(recorded: Recorded) -> None:
    """A list can take seconds: filters run, and the human is told."""
    backend = with_list(recorded, None)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "r", "keeper", "late", "M")
            assert "asking your git" in drawn(pilot)
            assert "not known yet" in dialog(pilot).trouble()
            await pilot.press("ctrl+s")
            assert [wish.verb for wish in asked(backend)] == ["plan_landing"]

            answer(backend)
            await settled(pilot)

            assert "land as they are" in drawn(pilot)
            assert not is_off(pilot)


async def test_what_is_left_out_is_marked_item_by_item(recorded: Recorded) -> None:
    """Then the wish has both trees and the keys."""
    backend = with_list(recorded, LANDING)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG, "ctrl+s")
            assert boxes(pilot) == {"hook:pre-commit": False, "hook:commit-msg": False}
            assert "2 things not acknowledged" in dialog(pilot).trouble()
            await mark(pilot, backend, "hook:pre-commit")
            assert is_off(pilot)
            await mark(pilot, backend, "hook:commit-msg")
            await press(pilot, backend, "ctrl+s")

    (wish,) = asked(backend)
    assert wish.verb == "merge"
    assert wish.body["acknowledged"] == ["hook:pre-commit", "hook:commit-msg"]
    assert (wish.body["tree"], wish.body["landing_tree"]) == (TREE, OTHER)


async def test_a_file_that_only_this_landing_flags_has_a_box_of_its_own(
    recorded: Recorded,
) -> None:
    """Another target's attributes, or a filter, may make one."""
    backend = with_list(recorded, replace(LANDING, items=(), flagged=("notes.txt",)))
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG, "ctrl+s")
            assert "1 thing not acknowledged" in dialog(pilot).trouble()
            dialog(pilot).query_one(FlagBox).focus()
            await press(pilot, backend, "space", "ctrl+s")

    (wish,) = asked(backend)
    assert (wish.verb, wish.body["accepted"]) == ("merge", ["notes.txt"])


async def test_every_kind_of_item_is_drawn(recorded: Recorded) -> None:
    """Refused, to be acknowledged, other bytes, done."""
    backend = with_list(recorded, replace(LANDING, items=(IN_THE_WAY, *LANDING.items)))
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG)
            text = drawn(pilot)

    for words in (
        "✕ files of yours that git ignores are where the merge would write: "
        "src/limit/cache.json",
        "move them away",
        "your hook pre-commit does not run",
        "other bytes of 2 files",
        "docs/flow.png  reviewed 222222222 → lands 999999999",
        "✓ your filter lfs stores: docs/flow.png",
    ):
        assert words in text


async def test_a_refused_item_turns_merge_off(recorded: Recorded) -> None:
    """No mark helps; the reason stands beside the button."""
    backend = with_list(recorded, replace(LANDING, items=(IN_THE_WAY,)))
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG, "ctrl+s")

            assert dialog(pilot).trouble().startswith("refused: files of yours")
            assert is_off(pilot)


async def test_what_was_acknowledged_earlier_is_marked(recorded: Recorded) -> None:
    """It stays in sight."""
    known = replace(LANDING, acknowledged=("hook:pre-commit",))
    backend = with_list(recorded, known)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG)

            assert boxes(pilot) == {"hook:pre-commit": True, "hook:commit-msg": False}
            assert "(acknowledged)" in drawn(pilot)


async def test_an_answer_to_an_older_choice_is_not_shown(recorded: Recorded) -> None:
    """One question at a time; the answer to the last choice is drawn."""
    backend = with_list(recorded, None)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "r", "keeper", "late", "M")
            await press(pilot, backend, "late", "down", "late", "space")
            assert [w.body["strategy"] for w in asked(backend)] == ["squash"]

            backend.landing = LANDING
            answer(backend)
            await settled(pilot)
            assert "asking your git" in drawn(pilot)
            assert [w.body["strategy"] for w in asked(backend)] == ["merge"]
            assert is_off(pilot)

            answer(backend)
            await settled(pilot)
            assert boxes(pilot).keys() == {"hook:pre-commit", "hook:commit-msg"}


async def test_another_target_is_asked_about_and_keeps_the_same_marks(
    recorded: Recorded,
) -> None:
    """A mark stays on the very same item, and on no other."""
    backend = with_list(recorded, LANDING)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG)
            await mark(pilot, backend, "hook:pre-commit")
            await mark(pilot, backend, "hook:commit-msg")
            other = replace(LANDING.items[1], sentence="another hook of that name")
            backend.landing = replace(LANDING, items=(LANDING.items[0], other))
            dialog(pilot).query_one("#target", Input).focus()
            await press(pilot, backend, "end", "2")

            assert boxes(pilot) == {"hook:pre-commit": True, "hook:commit-msg": False}


async def test_no_target_asks_nothing(recorded: Recorded) -> None:
    """The reason is the field's."""
    backend = with_list(recorded, LANDING)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG)
            dialog(pilot).query_one("#target", Input).value = ""
            await settled(pilot)

            assert dialog(pilot).trouble() == "there is no target branch"
            assert asked(backend) == []


async def test_a_refused_question_is_said_in_the_dialog(recorded: Recorded) -> None:
    """In the words of the keeper, with the way out, and nowhere else."""
    backend = with_list(recorded, None)
    backend.refusals["plan_landing"] = ("'origin/main' is a branch of a remote", "X")
    with shown(backend) as app:
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await press(pilot, backend, *TO_DIALOG)

            assert "'origin/main' is a branch of a remote\nX" in drawn(pilot)
            assert is_off(pilot)
            assert not list(app._notifications)


@pytest.mark.parametrize(
    ("box", "key"), [("#signoff", "signoff"), ("#message-hook", "message_hook")]
)
async def test_an_option_of_the_message_is_part_of_the_question(
    recorded: Recorded, box: str, key: str
) -> None:
    """The list may change with it, and the merge is asked for with it."""
    backend = with_list(recorded, replace(LANDING, items=LANDING.items[2:]))
    hook = LandingItem(Subject.HOOK, Verdict.DONE, "commit-msg", "runs")
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG)
            assert not dialog(pilot).query_one("#message-hook").display
            backend.landing = replace(LANDING, items=(hook,))
            dialog(pilot).query_one("#target", Input).value = "other"
            await press(pilot, backend)
            await settled(pilot)
            answer(backend)
            await settled(pilot)
            assert dialog(pilot).query_one("#message-hook").display

            dialog(pilot).query_one(box).focus()
            await press(pilot, backend, "late", "space")
            (question,) = asked(backend)
            answer(backend)
            await press(pilot, backend, "ctrl+s")

    (wish,) = asked(backend)
    assert (question.verb, wish.verb) == ("plan_landing", "merge")
    assert question.body[key] is wish.body[key] is True


async def test_a_patch_has_no_options_and_no_target(recorded: Recorded) -> None:
    """It is asked about all the same."""
    backend = with_list(recorded, None)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, *TO_DIALOG, "down", "down", "space")
            assert not dialog(pilot).query_one("#message-options").display
            await press(pilot, backend, "ctrl+s")

    (wish,) = asked(backend)
    assert (wish.body["strategy"], wish.body["target"]) == ("patch", "")


async def test_the_form_scrolls_by_keys(recorded: Recorded) -> None:
    """What cannot have the focus is reached too, in the smallest terminal."""
    backend = with_list(recorded, LANDING)
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, *TO_DIALOG, "pagedown", "pagedown", "pagedown")
            form = dialog(pilot).query_one("#merge-form")
            assert form.scroll_offset.y == form.max_scroll_y > 0
            await press(pilot, backend, "pageup", "pageup", "pageup")

            assert form.scroll_offset.y == 0
