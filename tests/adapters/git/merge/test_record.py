"""The note of a landing comes back as it was written, whole or not at all."""

import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from swarm.adapters.git.merge import record
from swarm.adapters.git.merge.record import Move, Record, Stamp

numbers = some.integers(min_value=0, max_value=2**63)
stamps = some.none() | some.builds(Stamp, numbers, numbers, numbers, numbers)
paths = some.binary(min_size=1, max_size=20).map(
    lambda name: name.decode(errors="surrogateescape")
)
moves = some.builds(
    Move, paths, numbers, numbers, some.just("a" * 40), some.just("b" * 40),
    stamps, stamps,
)  # fmt: skip
landings = some.builds(
    Record,
    task=numbers,
    target=paths,
    old=some.just("a" * 40),
    new=some.just("b" * 40),
    staging=some.just(Path("/some/where")),
    index_digest=some.just("d"),
    moves=some.lists(moves, max_size=3).map(tuple),
    made=some.lists(paths, max_size=3).map(tuple),
    removed=some.lists(paths, max_size=3).map(tuple),
)


@given(landing=landings)
def test_a_record_is_read_back(tmp_path_factory: object, landing: Record) -> None:
    """With names of any bytes."""
    folder = tmp_path_factory.mktemp("record")  # type: ignore[attr-defined]  # pytest's
    landing.write(folder)

    assert record.read(folder) == landing
    assert [path.name for path in folder.iterdir()] == ["record.json"]


def test_there_is_none(tmp_path: Path) -> None:
    assert record.read(tmp_path / "nowhere") is None


def test_a_draft_that_was_cut_short_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "record.new").write_text('{"task"')

    assert record.read(tmp_path) is None


def test_a_stamp_tells_versions_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    before = Stamp.of(path.stat())
    assert stat.S_ISREG(before.mode)

    path.write_text("more")

    assert Stamp.of(path.stat()) != before
