"""`swarm gc` lists the leftovers that the keeper finds and removes."""

import json
from collections.abc import Callable

from tests.cli.conftest import FakeKeeper

Swarm = Callable[..., tuple[int, str, str]]


def test_gc_names_what_it_would_remove(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": ["container a"], "removed": []}

    assert swarm("gc", "--dry-run")[1] == "would remove container a\n"
    assert keeper.seen == [("gc", {"dry_run": True})]


def test_gc_names_what_it_removed(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": ["volume a"], "removed": ["volume a"]}

    assert swarm("gc")[1] == "removed volume a\n"


def test_nothing_to_remove_is_said(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": [], "removed": []}

    assert swarm("gc")[1] == "nothing to remove\n"
    assert json.loads(swarm("gc", "--json")[1]) == {"found": [], "removed": []}
