"""What an agent's words may write is bounded, however long it goes on."""

from swarm.engine.record_allowance import GrowingPause, RecordAllowance


def test_so_many_at_once_and_then_few() -> None:
    allowance = RecordAllowance(10, 0.5, now=100.0)

    assert sum(allowance.take(100.0) for _ in range(1000)) == 10
    assert sum(allowance.take(104.0) for _ in range(1000)) == 2
    assert sum(allowance.take(1e9) for _ in range(1000)) == 10


def test_a_clock_that_goes_back_gives_nothing() -> None:
    allowance = RecordAllowance(1, 1.0, now=100.0)

    assert allowance.take(100.0)
    assert not allowance.take(50.0)
    assert not allowance.take(100.5)
    assert allowance.take(101.5)


def test_what_its_human_wanted_counts_for_nothing() -> None:
    allowance = RecordAllowance(1, 0.0)
    for _ in range(100):
        assert allowance.take(0.0)
        allowance.give_back()
    allowance.give_back()

    assert [allowance.take(0.0) for _ in range(2)] == [True, False]


def test_pauses_grow_while_it_goes_on() -> None:
    pause = GrowingPause(30.0, 3600.0)
    day = [at for at in range(86_400) if pause.is_over(float(at))]

    assert day[:5] == [0, 30, 90, 210, 450]
    assert len(day) == 8 + (86_400 - day[7]) // 3600
    assert pause.is_over(86_400.0 * 3)
    assert not pause.is_over(86_400.0 * 3 + 29)
    assert pause.is_over(86_400.0 * 3 + 30)
