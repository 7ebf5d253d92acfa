"""The one table of keys holds what the screens can do."""

import pytest

from swarm.tui import keymap
from swarm.tui.keymap import Key
from swarm.tui.screens.audit import AuditScreen
from swarm.tui.screens.base import KeyScreen
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.screens.policy import PolicyScreen
from swarm.tui.screens.review import ReviewScreen

SCREENS = [
    (DashboardScreen, keymap.TASKS),
    (ReviewScreen, keymap.REVIEW),
    (AuditScreen, keymap.AUDIT),
    (PolicyScreen, keymap.POLICY),
]


@pytest.mark.parametrize("table", [*(table for _, table in SCREENS), keymap.MOVE])
def test_a_key_stands_for_one_thing(table: tuple[Key, ...]) -> None:
    """No key and no action appears twice in a context."""
    names = [name for key in table for name in key.keys.split(",")]
    actions = [key.action for key in table]

    assert len(set(names)) == len(names)
    assert len(set(actions)) == len(actions)


@pytest.mark.parametrize(("screen", "table"), SCREENS)
def test_every_key_is_carried_out(
    screen: type[KeyScreen[None]], table: tuple[Key, ...]
) -> None:
    """What the table offers, the screen does, or one of its parts."""
    missing = {key.action for key in table} - set(_done(screen))

    assert missing == set()


@pytest.mark.parametrize(("screen", "table"), SCREENS)
def test_nothing_is_done_that_the_table_does_not_offer(
    screen: type[KeyScreen[None]], table: tuple[Key, ...]
) -> None:
    """No secret keys: help and palette are complete; and no key is done twice."""
    assert sorted(_done(screen)) == sorted(key.action for key in table)


def _done(screen: type[KeyScreen[None]]) -> list[str]:
    owners = (screen, *screen.KEY_PARTS.values())
    return [n[3:] for owner in owners for n in dir(owner) if n.startswith("do_")]
