"""A stop counts while it waits, and a keeper's end until the next begins."""

from swarm.engine.setup_runs import SetupRuns


def test_a_stop_counts_for_its_task_and_as_long_as_it_waits() -> None:
    runs = SetupRuns()

    with runs.stopping(1), runs.stopping(1):
        assert (runs.is_stopped(1), runs.is_stopped(2)) == (True, False)

    assert not runs.is_stopped(1)


def test_a_keeper_ends_and_another_begins() -> None:
    runs = SetupRuns()
    runs.close()
    assert runs.is_closed

    runs.open()

    assert not runs.is_closed
