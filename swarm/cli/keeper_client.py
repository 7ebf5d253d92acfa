"""Submits a command's wishes, starts a keeper if none lives, and waits for answers."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from swarm.bootstrap import keeper_environment, keeper_lock, keeper_process
from swarm.cli import output
from swarm.engine.host import disk_room
from swarm.errors import NoRoom, SwarmError
from swarm.model.wishes import Wish
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord

POLL_SECONDS = 0.01
"""The time between two looks at the database; one costs microseconds (a pragma)."""

QUIET_SECONDS = 1.0
"""The time without a change after which a caller checks that the keeper lives."""


def ask(paths: HomePaths, wish: Wish) -> dict[str, Any]:
    """Submit a wish and block until it is decided; SwarmError if it is refused."""
    record = ask_all(paths, [wish])[0]
    if record.outcome == "refused":
        raise SwarmError(record.message, record.hint)
    return record.result


def tell_differences(paths: HomePaths) -> None:
    """Note which variables of the user's network the keeper has otherwise, if any."""
    pid = keeper_lock.keeper_pid(paths)
    names = keeper_environment.differences(paths, pid)
    if names:
        output.note(f"note: {keeper_environment.sentence(names)}")


def ask_all(paths: HomePaths, requested: Sequence[Wish]) -> list[WishRecord]:
    """Submit all wishes together and block until each is done or refused."""
    return list(ask_each(paths, requested))


def ask_each(paths: HomePaths, requested: Sequence[Wish]) -> Iterator[WishRecord]:
    """Submit all wishes together; yield each, in their order, once it is decided."""
    try:
        wish_ids = [wishes.submit(paths.database, wish) for wish in requested]
    except NoRoom as error:
        raise disk_room.with_room(error, paths.home) from error
    keeper_process.ensure_keeper(paths)
    queries = Queries(paths.database)
    try:
        yield from _decided(paths, queries, wish_ids)
    finally:
        queries.close()


def _decided(
    paths: HomePaths, queries: Queries, wish_ids: list[int]
) -> Iterator[WishRecord]:
    position = 0
    for has_grown in changes(queries):
        if not has_grown and keeper_lock.keeper_pid(paths) is None:
            keeper_process.ensure_keeper(paths)
        while position < len(wish_ids):
            record = queries.wishes.get(wish_ids[position])
            if not record.outcome:
                break
            position += 1
            yield record
        if position == len(wish_ids):
            return


def changes(queries: Queries, seconds: float | None = None) -> Iterator[bool]:
    """Yield True at once and after each write of another process.

    Yields False after each second without one. Ends after so many seconds; without a
    limit it never ends by itself.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    last_version, last_yield = -1, 0.0
    while True:
        version, now = queries.version(), time.monotonic()
        if version != last_version or now - last_yield >= QUIET_SECONDS:
            has_grown, last_version, last_yield = version != last_version, version, now
            yield has_grown
        if deadline is not None and now >= deadline:
            return
        time.sleep(POLL_SECONDS)
