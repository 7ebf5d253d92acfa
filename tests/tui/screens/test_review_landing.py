"""The list at the head of a review is that of the tree that is shown."""

from collections.abc import Callable

from textual.widgets import Static

from swarm.model.wishes import PlanLanding
from swarm.store.wish_queries import WishRecord
from swarm.tui.screens.review import ReviewScreen
from swarm.tui.screens.review_landing import ReviewLanding
from swarm.tui.widgets.diff_view import DiffView
from tests.scenes import LANDING, LANDING_SCENE, Scene, press, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_screen import asked
from tests.tui.screens.test_review import text_of

Recorded = Callable[[Scene], FakeBackend]
SIZE = (120, 36)


def record(wish: PlanLanding, outcome: str, message: str = "") -> WishRecord:
    result = LANDING.to_json() if outcome == "done" else {}
    return WishRecord(1, wish.verb, {}, outcome, message, "", result)


def test_an_answer_to_an_older_tree_is_not_taken() -> None:
    """Files that moved on have another list."""
    landing = ReviewLanding(1)
    old, new = landing.ask("1" * 40), landing.ask("2" * 40)

    assert not landing.take(old, record(old, "done"))
    assert landing.listed is None
    assert landing.take(new, record(new, "done"))
    assert landing.conversion("docs/flow.png") == LANDING.conversions[0]
    assert landing.conversion("README") is None


def test_a_refusal_stands_in_its_place() -> None:
    """In the keeper's words, made harmless."""
    landing = ReviewLanding(1)
    wish = landing.ask("1" * 40)
    landing.take(wish, record(wish, "refused", "no branch \x1b[2J"))

    assert "✕ no branch \\x1b[2J" in landing.line().plain


async def test_the_head_of_the_review_has_the_list(recorded: Recorded) -> None:
    """Asked for once the files are read."""
    backend = recorded(LANDING_SCENE)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "r", "late", "keeper")
            (wish,) = asked(backend)
            assert (wish.verb, wish.body["tree"]) == ("plan_landing", LANDING.tree)
            await press(pilot, backend, "late", "keeper")
            head = str(app.screen.query_one("#review-landing", Static).render())

    assert "to acknowledge: hook:pre-commit" in head


async def test_what_the_users_git_changes_of_a_file_is_a_key_away(
    recorded: Recorded,
) -> None:
    """Said before its diff; back by the same key."""
    backend = recorded(LANDING_SCENE)
    with shown(backend) as app:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, backend, "r", "keeper")
            screen = app.screen
            assert isinstance(screen, ReviewScreen)
            assert "as it was reviewed" in screen.disabled_reason("stored")
            await press(pilot, backend, "J", "J", "J")
            diff = screen.query_one(DiffView)
            assert "other bytes land: 333333333" in text_of(diff)
            await press(pilot, backend, "b")
            assert "import x\\x0d" in text_of(diff)
            await press(pilot, backend, "b")

            assert "new" in text_of(diff)
            assert "\\x0d" not in text_of(diff)
