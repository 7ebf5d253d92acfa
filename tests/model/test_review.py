"""Numbers of a snapshot, and which of its entries hold a merge back."""

import pytest

from swarm.model.review import Change, Flag, Hidden, Level, Snapshot

FILE = Change("a", "modified", 0o100644, 0o100644, "1" * 40, "2" * 40, 3, 1)


def _flagged(level: Level) -> Change:
    return Change(
        "b", "added", 0, 0o100644, "0" * 40, "2" * 40, 4, flags=(Flag(level, ""),)
    )


@pytest.mark.parametrize(
    ("level", "gating"),
    [
        (Level.X0, True),
        (Level.X1, True),
        (Level.X2, True),
        (Level.X3, False),
        (Level.X4, False),
    ],
)
def test_what_runs_somewhere_must_be_acknowledged(level: Level, gating: bool) -> None:
    assert _flagged(level).gating is gating


def test_a_snapshot_sums_up_its_files() -> None:
    hidden = (Hidden("x", "ignored"), Hidden("y", "too large", blocks=True))
    changes = (FILE, _flagged(Level.X0), _flagged(Level.X4))
    snapshot = Snapshot("t", "b", "bt", changes, hidden)

    assert (snapshot.added, snapshot.deleted, snapshot.flagged) == (11, 1, 1)
    assert snapshot.blocking == hidden[1:]
