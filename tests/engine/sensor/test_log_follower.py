"""Files of lines become rows once, their chain proves them, and damage is named."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.engine.readers import audit_check
from swarm.engine.sensor import hash_chain, log_follower
from swarm.engine.sensor.log_follower import FollowerCallbacks, LogFollower
from swarm.errors import NoRoom, SwarmError
from swarm.model.activity import Batch, LogPosition
from swarm.store.audit_writer import AuditWriter
from swarm.store.queries import Queries

ID = "0123456789ab"


@dataclass
class Desk:
    """Files, a database, and a follower between them."""

    home: Path
    keep: int = 1 << 40
    gave: list[tuple[int, str, int]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    @property
    def files(self) -> Path:
        return self.home / "sensor"

    def follower(self, kind: type[AuditWriter] = AuditWriter) -> LogFollower:
        writer = kind(self.home / "swarm.db")
        ears = FollowerCallbacks(
            lambda *told: self.gave.append(told),
            lambda _task, n: self.missed.append(n),
            self.trouble.append,
        )
        made = LogFollower(self.files, writer, lambda: self.keep, ears)
        made.follow(ID, 1, lambda _path: False)
        return made

    def write(self, text: str, part: int = 0) -> None:
        with log_follower.part_of(self.files, ID, part).open("a") as file:
            file.write(text)

    def queries(self) -> Queries:
        return Queries(self.home / "swarm.db")

    def paths(self) -> dict[str, int]:
        return {
            p.activity.path: p.activity.count
            for p in self.queries().audit.paths(1, 100_000)
        }

    def faults(self) -> list[str]:
        trails = self.queries().audit.log_positions(1)
        return [found.fault for found in audit_check.of_task(self.files, trails)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "sensor").mkdir()
    return Desk(tmp_path)


def lines(*numbers: int, folder: str = "/workspace/src") -> str:
    made = [
        {"at": float(n), "op": "write", "path": f"{folder}/{n}", "pid": 1, "bytes": 1}
        for n in numbers
    ]
    return "".join(json.dumps(one) + "\n" for one in made)


def test_lines_are_taken_in_once_also_by_the_next_one(desk: Desk) -> None:
    first = desk.follower()
    desk.write(lines(1, 2) + '{"at": 3')
    first.end(ID)
    first.close()

    second = desk.follower()
    desk.write(', "op": "write", "path": "/workspace/src/3"}\n')
    second.end(ID)
    second.close()

    assert desk.paths() == {f"/workspace/src/{n}": 1 for n in (1, 2, 3)}
    assert desk.faults() == [""]


def test_a_file_goes_on_in_its_next_part(desk: Desk) -> None:
    follower = desk.follower()
    desk.write(lines(1))
    desk.write(lines(2), part=1)
    desk.write(lines(3), part=2)
    follower.end(ID)
    follower.close()

    assert len(desk.paths()) == 3
    assert desk.faults() == ["", "", ""]


def test_the_oldest_parts_are_given_up_for_room_and_that_is_told(desk: Desk) -> None:
    desk.keep = 200
    follower = desk.follower()
    for part in range(4):
        desk.write(lines(part, part + 10), part)
    follower.end(ID)
    follower.close()

    assert [told[1:] for told in desk.gave] == [(f"{ID}.0", 2), (f"{ID}.1", 2)]
    assert desk.faults() == ["", ""], "what is left is proven"


def test_what_makes_no_sense_is_counted_and_told(desk: Desk) -> None:
    follower = desk.follower()
    desk.write(lines(1) + "garbage\n[]\n" + lines(2))
    follower.end(ID)
    follower.close()

    assert sum(desk.missed) == 2
    assert len(desk.paths()) == 2


class FullWriter(AuditWriter):
    """A writer whose disk is full until it has room."""

    has_room = threading.Event()
    refused = threading.Event()

    def take(self, batch: Batch, position: LogPosition) -> None:
        if not self.has_room.is_set():
            self.refused.set()
            raise SwarmError("the audit cannot be written: database or disk is full")
        super().take(batch, position)


def test_a_full_disk_is_told_once_and_the_lines_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if it cannot be told: the thread goes on, and no line is lost or twice."""
    monkeypatch.setattr(log_follower, "RETRY_SECONDS", 0.01)
    FullWriter.has_room.clear()
    FullWriter.refused.clear()
    follower, tried = desk.follower(FullWriter), 0

    def refuse(_reason: str) -> None:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise NoRoom("nothing can be written")

    follower._callbacks = replace(follower._callbacks, trouble=refuse)
    desk.write(lines(1, 2, 3))
    follower.grew(ID)
    while tried < 3:
        assert FullWriter.refused.wait(30)
        FullWriter.refused.clear()
    FullWriter.has_room.set()
    follower.end(ID)
    follower.close()

    assert tried == 3
    assert desk.paths() == {f"/workspace/src/{n}": 1 for n in (1, 2, 3)}
    assert desk.faults() == [""]


def test_while_it_is_held_nothing_is_stored_and_no_end_waits(desk: Desk) -> None:
    follower = desk.follower()
    follower.hold(True)
    desk.write(lines(1, 2))
    follower.end(ID)
    while_held = desk.paths()
    follower.hold(False)
    follower.end(ID)
    follower.close()

    assert while_held == {}
    assert desk.paths() == {f"/workspace/src/{n}": 1 for n in (1, 2)}
    assert desk.faults() == [""]


def damage(file: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))


def edited(old: list[bytes]) -> list[bytes]:
    return [*old[:2], old[2].replace(b"src", b"crs"), *old[3:]]


DAMAGE: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "edited": (edited, "line 3 is not"),
    "taken out": (lambda old: [*old[:2], *old[3:]], "line 3 is not|line 9 is missing"),
    "swapped": (lambda old: [old[1], old[0], *old[2:]], "line 1 is not"),
    "cut off": (lambda old: old[:6], "line 7 is missing"),
    "put in": (lambda old: [*old[:4], old[0], *old[4:]], "line 5 is not"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_named_by_its_first_line(desk: Desk, how: str) -> None:
    follower = desk.follower()
    desk.write(lines(*range(9)))
    follower.end(ID)
    follower.close()
    change, said = DAMAGE[how]

    damage(desk.files / f"{ID}.0", change)

    (fault,) = desk.faults()
    assert any(one in fault for one in said.split("|")), fault


def test_a_chain_that_was_rewritten_with_its_lines_is_no_proof(desk: Desk) -> None:
    follower = desk.follower()
    desk.write(lines(*range(9)))
    follower.end(ID)
    follower.close()
    file = desk.files / f"{ID}.0"

    damage(file, edited)
    values = hash_chain.extend(
        hash_chain.begin(ID, 0, b""), file.read_bytes().split(b"\n")[:-1]
    )
    hash_chain.chain_file(file).write_bytes(b"".join(values))

    assert "both rewritten" in desk.faults()[0]


def test_a_damaged_chain_is_told_from_damaged_lines(desk: Desk) -> None:
    follower = desk.follower()
    desk.write(lines(*range(9)))
    follower.end(ID)
    follower.close()
    beside = hash_chain.chain_file(desk.files / f"{ID}.0")
    data = bytearray(beside.read_bytes())
    data[4 * hash_chain.SIZE] ^= 1
    beside.write_bytes(data)

    assert desk.faults() == ["its chain was changed at line 5; the lines are whole"]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.binary(max_size=60), max_size=20), st.integers(0, 400))
def test_any_bytes_and_any_flipped_bit(
    tmp_path_factory: pytest.TempPathFactory, raw: list[bytes], place: int
) -> None:
    """Whatever was written is chained; one bit changed anywhere in it is seen."""
    desk = Desk(tmp_path_factory.mktemp("any"))
    desk.files.mkdir()
    file = desk.files / f"{ID}.0"
    file.write_bytes(b"".join(one.replace(b"\n", b" ") + b"\n" for one in raw))
    follower = desk.follower()
    follower.end(ID)
    follower.close()
    assert set(desk.faults()) <= {""}

    data = bytearray(file.read_bytes())
    if data:
        data[place % len(data)] ^= 4
        file.write_bytes(data)
        assert desk.faults() != [""]


class Noting(AuditWriter):
    """Notes whose lines were taken in, in which order."""

    def __init__(self, database: Path) -> None:
        super().__init__(database)
        self.order: list[str] = []

    def take(self, batch: Batch, trail: LogPosition) -> None:
        self.order.append(trail.container)
        super().take(batch, trail)


def test_a_command_s_words_are_read_as_the_utf_8_that_they_are() -> None:
    """The sensor escapes each byte by itself; what is no UTF-8 stays an escape."""
    raw = rb'{"argv": ["zw\udcc3\udcb6lf", "\udce5\udcad\udc97", "\udcfe"], "pid": 7}'

    first, second, third = log_follower._parse([raw, b"no sense", b'{"a": "\\ud800"}'])

    assert first == {"argv": ["zw\u00f6lf", "\u5b57", "\udcfe"], "pid": 7}
    assert (second, third) == ({}, {"a": "\ud800"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.text(max_size=8), _JSON, max_size=5), max_size=9))
def test_lines_are_read_as_python_reads_json(values: list[dict[str, object]]) -> None:
    """The fast reader of many lines at once takes nothing for something else."""
    raw = [json.dumps(value).encode() for value in values]
    plain = [json.loads(line) for line in raw if log_follower._ESCAPE not in line]

    read = log_follower._parse([x for x in raw if log_follower._ESCAPE not in x])

    assert repr(read) == repr(plain)


def test_a_flood_keeps_no_other_waiting(desk: Desk) -> None:
    """Its neighbour's one line comes after a chunk of the flood, not after all."""
    quiet = "f" * 12
    desk.write(lines(*range(30_000), folder="/workspace/" + "x" * 40))
    log_follower.part_of(desk.files, quiet, 0).write_text(
        lines(1, folder="/workspace/q")
    )
    follower = desk.follower(Noting)
    follower.follow(quiet, 2, lambda _path: False)
    follower.close()

    order = follower._writer.order  # type: ignore[attr-defined]
    assert order.count(quiet) == 1
    assert order[-1] == ID


def test_what_a_flood_left_is_taken_in_after_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_follower, "DRAIN_SECONDS", 0.0)
    follower = desk.follower()
    desk.write(lines(*range(9_000)))
    follower.end(ID)
    follower.close()

    assert sum(desk.paths().values()) == 9_000


def test_a_follower_that_cannot_write_says_so_and_tries_again(desk: Desk) -> None:
    follower = desk.follower()
    told = threading.Event()
    locked = desk.queries().connection._connection
    object.__setattr__(follower._callbacks, "trouble", lambda _why: told.set())
    follower._writer._connection._connection.execute("PRAGMA busy_timeout=50")
    locked.execute("BEGIN IMMEDIATE")
    desk.write(lines(1))
    follower.grew(ID)

    assert told.wait(60)
    locked.execute("ROLLBACK")
    follower.end(ID)
    follower.close()
    assert len(desk.paths()) == 1
