"""Work in a thread that nobody waits for fails aloud."""

import pytest

from swarm.engine.workers import Workers


def test_what_work_raises_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise KeyError("lost")

    with Workers(1) as workers:
        failed = workers.submit(fail)
        fine = workers.submit(lambda: 7)

    assert isinstance(failed.exception(), KeyError)
    assert fine.result() == 7
    (record,) = caplog.records
    assert record.getMessage().startswith("E-")
    assert "KeyError: 'lost'" in record.getMessage()
