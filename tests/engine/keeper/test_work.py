"""An operation on a task holds the task's lock, and its failure is an event."""

import threading

from swarm.engine.parts import EngineParts
from swarm.errors import IllegalMove, NoRoom
from swarm.model import events
from tests.engine.keeper.keeper_parts import Bench


def told(bench: Bench) -> list[tuple[str, str]]:
    troubles = bench.context.read().events.of_kind(events.Trouble)
    kept = [each.event for each in troubles if isinstance(each.event, events.Trouble)]
    return [(trouble.where, trouble.reason) for trouble in kept]


def test_two_operations_on_one_task_do_not_overlap(bench: Bench) -> None:
    inside, overlaps = list[int](), list[int]()

    def operation(_parts: EngineParts, task_id: int) -> None:
        inside.append(task_id)
        overlaps.extend(inside[1:])
        inside.remove(task_id)

    for _ in range(20):
        bench.work.submit_for(7, "test", operation)
    bench.finish()

    assert overlaps == []


def test_a_failure_is_told_and_wakes_the_loop(bench: Bench) -> None:
    def refused(_parts: EngineParts, task_id: int) -> None:
        raise IllegalMove(f"task {task_id} is gone")

    def surprising(_parts: EngineParts, task_id: int) -> None:
        raise KeyError(task_id)

    bench.work.do_for(7, "watch", refused)
    assert bench.inbox.run(0.0)
    bench.work.do_for(8, "ending", surprising)

    first, second = told(bench)
    assert first == ("watch 7", "task 7 is gone")
    assert second[0] == "ending 8"
    assert second[1].startswith("ending failed unexpectedly: KeyError: 8 (E-")


def test_what_had_no_room_is_done_later(bench: Bench) -> None:
    def full(_parts: EngineParts, _task_id: int) -> None:
        raise NoRoom("the disk is full")

    bench.work.do_for(7, "checkpoint", full)
    bench.work.do_for(7, "checkpoint", full)

    assert told(bench) == [("checkpoint 7", "the disk is full")]
    assert bench.context.disks.has_missed


def test_a_keeper_that_ends_begins_nothing_more(bench: Bench) -> None:
    ran = threading.Event()
    bench.work.refuse()
    bench.work.submit(ran.set)
    bench.finish()
    bench.work.submit(ran.set)

    assert not ran.is_set()
