"""Denied requests on the screen: rows, card, decisions, undo."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from swarm.model import events as e
from swarm.tui.denials import Denials, owner
from swarm.tui.dialogs.denied import DeniedCard
from tests.scenes import DENIALS, Scene, press, shown
from tests.tui.fakes import World

Recorded = Callable[[Scene], World]


def wishes(world: World) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of the keeper, oldest first."""

    with sqlite3.connect(world.database) as file:
        rows = file.execute("SELECT verb, body FROM wish ORDER BY id").fetchall()
    file.close()
    return [(verb, json.loads(body)) for verb, body in rows]


def denied(number: int, host: str, **more: Any) -> e.Recorded:
    """A denial as the journal has it."""
    facts: dict[str, Any] = {"reason": "not-in-allowlist", "port": 443, **more}
    return e.Recorded(number, float(number), 1, e.NetDenied("n", number, host, **facts))


def test_equal_denials_are_one_row_that_counts() -> None:
    """By task, host and port; the newest reason counts."""
    denials = Denials()
    denials.follow([denied(1, "a.test"), denied(2, "a.test", count=3)])
    denials.follow([denied(3, "a.test", port=80)])

    rows = denials.of([1])

    assert [(row.port, row.count) for row in rows] == [(80, 1), (443, 4)]


def test_only_a_new_owner_domain_is_news() -> None:
    """A toast for each name of one domain would be a flood that an agent makes."""
    denials = Denials()

    fresh = denials.follow([denied(n, f"h{n}.evil.test") for n in range(1, 40)])
    again = denials.follow([denied(50, "x.evil.test"), denied(51, "x.other.test")])

    assert [row.host for row in fresh] == ["h1.evil.test"]
    assert [row.host for row in again] == ["x.other.test"]
    assert owner("a.b.c.test") == "c.test"


def test_quiet_denials_are_no_rows() -> None:
    """What a human said no more about is counted elsewhere."""
    denials = Denials()
    denials.follow([denied(1, "a.test", quiet=True)])

    assert denials.of([1]) == []


def test_a_decision_decides_the_row_and_undo_opens_it_again() -> None:
    """The journal says it, whoever decided: another dashboard, or the shell."""
    denials = Denials()
    rule = {"host": "a.test", "kind": "allow"}
    denials.follow([denied(1, "a.test")])

    denials.follow([e.Recorded(2, 2.0, 1, e.PolicyGranted(rule, "task"))])
    decided = denials.undecided([1])
    denials.follow([e.Recorded(3, 3.0, 1, e.PolicyRevoked(rule, "task"))])

    assert (decided, len(denials.undecided([1]))) == ([], 1)


@pytest.mark.parametrize(
    ("key", "kind", "scope"),
    [("o", "allow", "once"), ("t", "allow", "task"), ("n", "deny", "task")],
)
async def test_a_key_on_the_card_is_a_wish(
    recorded: Recorded, key: str, kind: str, scope: str
) -> None:
    """About exactly the host and port that the card showed."""
    world = recorded(DENIALS)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "exclamation_mark", key)

    ((verb, body),) = wishes(world)
    assert verb == "grant"
    assert (body["kind"], body["scope"]) == (kind, scope)
    assert (body["host"], body["port"], body["task"]) == ("data.evil.example", 443, 2)


async def test_the_project_is_asked_with_the_very_lines(recorded: Recorded) -> None:
    """What would be written stands there; Esc writes nothing."""
    world = recorded(DENIALS)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "exclamation_mark", "P", "escape")
            assert wishes(world) == []
            await press(pilot, world, "exclamation_mark", "P", "y")

    assert [body["scope"] for _, body in wishes(world)] == ["project"]


async def test_esc_puts_it_off_and_the_next_one_comes(recorded: Recorded) -> None:
    """Later is an answer too."""
    world = recorded(DENIALS)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "exclamation_mark", "escape", "exclamation_mark")
            card = app.screen
            assert isinstance(card, DeniedCard)
            assert card._row.host == "hooks.stripe-cdn.example"


async def test_u_takes_a_decision_back(recorded: Recorded) -> None:
    """In the same scope, of the same task."""
    world = recorded(DENIALS)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "exclamation_mark", "t", "u")

    verbs = wishes(world)
    assert [verb for verb, _ in verbs] == ["grant", "revoke"]
    assert verbs[1][1]["host"] == verbs[0][1]["host"]


async def test_nothing_waits_says_so(recorded: Recorded) -> None:
    """The key works in every state."""
    world = recorded(Scene(tasks=DENIALS.tasks[:1]))
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "exclamation_mark")
            assert not isinstance(app.screen, DeniedCard)


async def test_panic_asks_nothing(recorded: Recorded) -> None:
    """Everything is cut and frozen by one key."""
    world = recorded(DENIALS)
    with shown(world) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, world, "ctrl+x")

    assert wishes(world) == [("panic", {})]
