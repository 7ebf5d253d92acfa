"""A wish is submitted, waited for, and a refusal becomes an error."""

import pytest

from swarm.cli.keeper_client import ask, ask_all, changes
from swarm.errors import IllegalMove, SwarmError
from swarm.model.wishes import Pause, Wish
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper


def test_an_answer_is_returned(paths: HomePaths, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"number": wish.body["task"]}

    assert ask(paths, Pause(7)) == {"number": 7}


def test_a_refusal_is_an_error_with_its_hint(
    paths: HomePaths, keeper: FakeKeeper
) -> None:
    def refuse(wish: WishRecord) -> dict[str, object]:
        raise IllegalMove("task 7 is merged", hint="see `swarm show 7`")

    keeper.decide = refuse

    with pytest.raises(SwarmError, match="task 7 is merged") as caught:
        ask(paths, Pause(7))
    assert caught.value.hint == "see `swarm show 7`"


def test_several_wishes_are_answered_in_their_order(
    paths: HomePaths, keeper: FakeKeeper
) -> None:
    keeper.decide = lambda wish: {"task": wish.body["task"]}
    requested: list[Wish] = [Pause(2), Pause(1)]

    assert [r.result["task"] for r in ask_all(paths, requested)] == [2, 1]


def test_changes_end_with_the_time(paths: HomePaths, journal: Journal) -> None:
    """The first look counts as a change, so that a caller always looks once."""
    queries = Queries(paths.database)

    assert list(changes(queries, 0.0)) == [True]
    queries.close()
