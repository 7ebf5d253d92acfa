"""What a keeper could not do as it began, or missed since, is done later."""

from contextlib import suppress
from pathlib import Path

from swarm.errors import NoRoom
from swarm.model import events
from tests.disks import MIB, fill, needs_root, small_disk
from tests.engine.keeper.keeper_parts import Bench, open_bench


@needs_root
def test_a_start_that_found_no_room_is_made_up_for(tmp_path: Path) -> None:
    """It is recorded, and what an earlier keeper left is taken up, without another."""
    with small_disk(tmp_path / "disk", 32 * MIB) as disk, open_bench(disk) as bench:
        journal = bench.context.journal
        filler = fill(disk)
        with suppress(NoRoom):
            while True:
                journal.record(None, *[events.Trouble("test", "x" * 2000)] * 100)
        fill(disk)
        bench.recovery.begin()
        without = bench.context.read().events.of_kind(events.KeeperStarted)
        has_missed = bench.context.disks.has_missed
        filler.unlink()
        bench.recovery.compare(frozenset())
        (started,) = bench.context.read().events.of_kind(events.KeeperStarted)
        bench.recovery.compare(frozenset())
        again = bench.context.read().events.of_kind(events.KeeperStarted)

    assert without == []
    assert has_missed
    assert isinstance(started.event, events.KeeperStarted)
    assert started.event.pid == 4711
    assert again == [started]


def test_making_up_is_asked_for_once(bench: Bench) -> None:
    """All tasks are compared; the loop is woken, for one may start."""
    bench.recovery.begin()
    bench.context.disks.has_missed = True

    bench.recovery.make_up()
    bench.work._workers.shutdown(wait=True)

    assert not bench.context.disks.has_missed
    assert bench.inbox.run(0.0)
