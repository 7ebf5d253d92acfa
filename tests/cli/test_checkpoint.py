"""`swarm checkpoint` on a real file; the keeper's part is tested in the engine."""

import json
from collections.abc import Callable

from swarm.model import events
from swarm.store.journal import Journal
from tests.cli.conftest import ended

Swarm = Callable[..., tuple[int, str, str]]


def taken(number: int, why: str = "") -> events.CheckpointTaken:
    return events.CheckpointTaken(number, "4b825dc", 7, 214, 38, 0, 2, why)


def test_the_newest_is_first_and_where_it_began_last(
    swarm: Swarm, journal: Journal
) -> None:
    number = ended(journal)
    journal.record(number, taken(1), taken(2, "by you"))

    rows = swarm("checkpoint", "ls", str(number))[1].splitlines()

    assert [row.split()[0] for row in rows] == ["2", "1", "0"]
    assert rows[0].endswith("+214 -38 in 7 files, 2 not in it  by you")
    assert rows[2].endswith("where it began")


def test_what_was_given_up_is_not_listed(swarm: Swarm, journal: Journal) -> None:
    number = ended(journal)
    journal.record(number, taken(1), taken(2), taken(3), events.CheckpointsDropped(2))

    found = json.loads(swarm("checkpoint", "ls", str(number), "--json")[1])

    assert [one["number"] for one in found] == [3]
    assert {*found[0]} >= {"at", "files", "added", "deleted", "hidden", "why"}


def test_one_of_no_task_is_an_error_with_a_way_out(swarm: Swarm) -> None:
    code, _, err = swarm("checkpoint", "ls", "9")

    assert code == 4
    assert "9" in err
