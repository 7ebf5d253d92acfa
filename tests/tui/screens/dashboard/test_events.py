"""The panel of events: in the order of time, and one row for a loss that grows."""

from dataclasses import replace
from pathlib import Path

from swarm.model import events
from swarm.model.activity import DESTRUCTIVE, LOSS, Action, Batch, LogPosition
from swarm.model.task import Task
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.tui.screens.dashboard.events import EventPanel
from tests.builders import queued

FLAG = Action(15.0, "file", "create", "/workspace/Makefile", level="X1", note="runs")
LOST = Action(18.0, "file", LOSS, "/workspace/t", pid=7, level=DESTRUCTIVE)


def rows(panel: EventPanel, tasks: list[Task]) -> list[str]:
    panel.read(tasks)
    panel.draw([])
    return [panel.lines.line_at(row).plain for row in range(panel.lines.count)]


def test_events_and_flags_are_in_one_order_and_a_loss_is_one_row(
    tmp_path: Path,
) -> None:
    file, moment = tmp_path / "swarm.db", [10.0]
    journal, writer = Journal(file, clock=lambda: moment[0]), AuditWriter(file)
    task = journal.queue(lambda _id: queued())
    moment[0] = 20.0
    journal.record(task.id, events.PaneReopened("task-1"))
    position = LogPosition("c", 0, task.id)
    first = replace(LOST, note="3 tracked files deleted")
    writer.take(Batch(actions=[FLAG, first]), position)
    queries = Queries(file)
    panel = EventPanel(queries)

    before = rows(panel, [task])
    more = replace(LOST, note="9 tracked files deleted")
    writer.take(Batch(actions=[more]), position)
    after = rows(panel, [task])

    marks = ("terminal reopened", "3 tracked", "create Makefile", "queued")
    assert [mark in line for mark, line in zip(marks, before, strict=True)] == [
        True
    ] * 4
    assert "9 tracked" in after[0]
    assert not any("3 tracked" in line for line in after)
    journal.close()
    writer.close()
    queries.close()
