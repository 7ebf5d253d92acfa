"""The whole timeline, oldest first, however small the pages are."""

from pathlib import Path

from swarm.model import events
from swarm.model.activity import Action, Batch, LogPosition, PathActivity
from swarm.model.audit_query import Filter
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries

MANY = 1100
"""More than one page."""


def test_every_entry_comes_once_and_a_follower_gets_only_what_is_new(
    tmp_path: Path,
) -> None:
    """Paths with the same time are told apart by their names."""
    file = tmp_path / "swarm.db"
    journal = Journal(file, clock=lambda: 1.0)
    journal.record(None, events.GateUp("r"))
    writer = AuditWriter(file)
    paths = {f"/w/{n}": PathActivity(f"/w/{n}", "write", 2, 2, 1) for n in range(MANY)}
    actions = [Action(3.0, "exec", "exec", f"/bin/{n}") for n in range(MANY)]
    writer.take(Batch(paths, actions), LogPosition("c", 0, 1))
    queries, cursor = Queries(file), AuditCursor()

    entries = list(since(queries.audit, cursor, Filter()))
    journal.record(None, events.GateDown("x"))
    new = list(since(queries.audit, cursor, Filter()))

    assert len({entry.key for entry in entries}) == len(entries) == 2 * MANY + 1
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert [entry.event.event for entry in new if entry.event] == [events.GateDown("x")]
    assert len(new) == 1
    for each in (journal, writer, queries):
        each.close()
