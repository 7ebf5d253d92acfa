"""How a command acts: it makes a wish, sees that a keeper lives, and waits for it."""

import time
from collections.abc import Iterator
from typing import Any

from swarm.bootstrap import keeper_process
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord

POLL_SECONDS = 0.01
"""Between two looks at the file; each costs microseconds (`PRAGMA data_version`)."""

QUIET_SECONDS = 1.0
"""After so long without news, one looks whether the keeper still lives."""


def ask(paths: HomePaths, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a wish and block until it is decided; SwarmError where it is refused."""
    wish = ask_all(paths, [(verb, body)])[0]
    if wish.outcome == "refused":
        raise SwarmError(wish.message, wish.hint)
    return wish.result


def ask_all(
    paths: HomePaths, wanted: list[tuple[str, dict[str, Any]]]
) -> list[WishRecord]:
    """Make wishes at once and block until each is done or refused."""
    made = [wishes.submit(paths.database, verb, body) for verb, body in wanted]
    keeper_process.ensure_keeper(paths)
    queries = Queries(paths.database)
    try:
        return _decided(paths, queries, made)
    finally:
        queries.close()


def _decided(paths: HomePaths, queries: Queries, made: list[int]) -> list[WishRecord]:
    found: list[WishRecord] = []
    for grew in changes(queries):
        if not grew and keeper_process.keeper_pid(paths) is None:
            keeper_process.ensure_keeper(paths)
        found = [queries.wishes.get(number) for number in made]
        if all(wish.outcome for wish in found):
            break
    return found


def changes(queries: Queries, seconds: float | None = None) -> Iterator[bool]:
    """True at once and whenever another process wrote; False after a quiet second.

    Ends when the time is over, and without a limit when the caller does.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    seen, told = -1, 0.0
    while True:
        version, now = queries.version(), time.monotonic()
        if version != seen or now - told >= QUIET_SECONDS:
            grew, seen, told = version != seen, version, now
            yield grew
        if deadline is not None and now >= deadline:
            return
        time.sleep(POLL_SECONDS)
