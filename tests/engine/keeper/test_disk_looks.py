"""What had no room is made up for once there is some, and the engine answers."""

import pytest

from swarm.engine.keeper.disk_looks import DiskLooks
from tests.engine.keeper.keeper_parts import Bench


@pytest.fixture
def disks(bench: Bench) -> DiskLooks:
    return DiskLooks(
        bench.parts, bench.engine, bench.wishes, bench.recovery, lambda _words: None
    )


@pytest.fixture
def made_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(bench.recovery, "make_up", lambda: done.append("made up"))
    return done


def test_without_an_engine_it_waits(
    bench: Bench, made_up: list[str], disks: DiskLooks
) -> None:
    bench.context.disks.has_missed = True
    disks.look()
    assert made_up == []


def test_it_is_tried_again_after_a_while_and_not_at_each_look(
    bench: Bench, made_up: list[str], disks: DiskLooks
) -> None:
    bench.reach_engine()
    disks.look()
    assert made_up == []

    bench.context.disks.has_missed = True
    disks.look()
    disks.look()

    assert made_up == ["made up"]


def test_a_home_that_is_gone_is_told_at_the_look(bench: Bench) -> None:
    told: list[str] = []
    disks = DiskLooks(
        bench.parts, bench.engine, bench.wishes, bench.recovery, told.append
    )
    home = bench.context.paths.home
    home.rename(home.with_name("moved"))
    try:
        disks.look()
    finally:
        home.with_name("moved").rename(home)

    assert len(told) == 1
    assert "frozen sandboxes: none" in told[0]
