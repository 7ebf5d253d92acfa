"""A batch is stored with the position that its lines reach, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.model.activity import Action, Batch, LogPosition, PathActivity
from swarm.store.audit_writer import AuditWriter

START = LogPosition("c", 0, 1)
WRITE = PathActivity("/workspace/m\udce9.txt", "write", 1.0, 2.0, 1, bytes=5)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[AuditWriter]:
    writer = AuditWriter(tmp_path / "swarm.db")
    yield writer
    writer.close()


def test_a_path_of_any_bytes_is_found_again(writer: AuditWriter) -> None:
    """An agent may name a file by bytes that are no UTF-8."""
    writer.take(Batch({WRITE.path: WRITE}), START)

    assert writer.last_write(1, WRITE.path) == 2.0
    assert writer.last_write(2, WRITE.path) is None


def test_positions_move_and_new_files_come_after(writer: AuditWriter) -> None:
    further = replace(START, offset=90, lines=3, head=b"\x01")
    writer.begin(START)
    writer.begin(LogPosition("c", 1, 1))
    writer.take(Batch(), further)

    assert writer.log_positions() == [further, LogPosition("c", 1, 1)]


def test_a_batch_that_cannot_be_stored_moves_no_position(writer: AuditWriter) -> None:
    """The lines are read again, so nothing is lost and nothing is there twice."""
    unstorable = Action(1.0, "exec", "run", pid=1 << 64)
    writer.begin(START)

    with pytest.raises(OverflowError):
        writer.take(Batch({WRITE.path: WRITE}, [unstorable]), replace(START, offset=90))
    assert writer.log_positions() == [START]
    assert writer.last_write(1, WRITE.path) is None
