"""A batch is stored with the position that its lines reach, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.model import quiet
from swarm.model.activity import LOSS, Action, Batch, LogPosition, PathActivity
from swarm.model.audit_query import Filter
from swarm.store.audit_writer import AuditWriter
from swarm.store.queries import Queries

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


FOLDER = "/workspace/.cache"
FLAGGED = replace(WRITE, level="X1", note="a build runs it")


@pytest.mark.parametrize(
    ("first", "then", "group"),
    [
        ("", quiet.CACHES, ""),
        ("", quiet.TEMPORARY, quiet.TEMPORARY),
        (quiet.TEMPORARY, "", ""),
        (quiet.CACHES, "", ""),
        (quiet.CACHES, quiet.CACHES, quiet.CACHES),
        (FOLDER, quiet.CACHES, FOLDER),
        (quiet.CACHES, FOLDER, FOLDER),
    ],
)
def test_what_was_shown_stays_shown_until_it_is_gone(
    writer: AuditWriter, tmp_path: Path, first: str, then: str, group: str
) -> None:
    for name in (first, then):
        writer.take(Batch({WRITE.path: replace(WRITE, group=name)}), START)

    assert stored(tmp_path) == (group, "", "")


def test_a_flag_outweighs_a_rule_and_goes_with_its_path(
    writer: AuditWriter, tmp_path: Path
) -> None:
    for activity in (FLAGGED, replace(WRITE, group=quiet.CACHES)):
        writer.take(Batch({WRITE.path: activity}), START)
    assert stored(tmp_path) == ("", "X1", "a build runs it")

    gone = replace(WRITE, group=quiet.TEMPORARY, is_gone=True)
    writer.take(Batch({WRITE.path: gone}), START)

    assert stored(tmp_path) == ("", "", "withdrawn: a build runs it")
    with_queries = Queries(tmp_path / "swarm.db")
    assert with_queries.audit.flagged() == {}
    with_queries.close()


def test_a_file_that_ran_is_shown_by_itself(
    writer: AuditWriter, tmp_path: Path
) -> None:
    writer.take(Batch({WRITE.path: replace(WRITE, group=FOLDER)}), START)
    writer.take(Batch(ran=[WRITE.path], path_groups=[]), START)
    writer.take(Batch(path_groups=["/workspace"]), START)

    assert stored(tmp_path) == ("", "", "was run")


def test_the_newest_telling_of_a_loss_replaces_the_one_before(
    writer: AuditWriter, tmp_path: Path
) -> None:
    loss = Action(1.0, "file", LOSS, "/workspace", pid=7, level="!!", note="3 files")
    other = replace(loss, pid=8)
    for more in ([loss, other], [replace(loss, note="9 files")]):
        writer.take(Batch(actions=more), START)
    queries = Queries(tmp_path / "swarm.db")

    told = [entry.action for entry in queries.audit.newest(Filter())]

    assert [(a.pid, a.note) for a in told if a] == [(7, "9 files"), (8, "3 files")]
    queries.close()


def stored(home: Path) -> tuple[str, str, str]:
    """Group, level and note of the one path."""
    queries = Queries(home / "swarm.db")
    sql = "SELECT path_group, level, note FROM path_activity"
    [(group, level, note)] = queries.connection.all(sql, {})
    queries.close()
    return group.decode(), level, note


def test_the_last_command_of_a_process_is_known(writer: AuditWriter) -> None:
    """Of this task; a program that was refused never ran."""

    def action(pid: int, *argv: str, result: int = 0) -> Action:
        return Action(1.0, "exec", "exec", argv=argv, pid=pid, result=result)

    ran = [action(7, "bash"), action(7, "sleep", "9"), action(7, "x", result=-2)]
    writer.take(Batch(actions=ran), START)

    assert writer.command(1, 7) == ("sleep", "9")
    assert writer.command(1, 8) == ()
    assert writer.command(2, 7) == ()
