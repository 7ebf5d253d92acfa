"""A failure is logged with its traceback, once, and never without end."""

import logging

import pytest

from swarm.tui import failures


@pytest.fixture(autouse=True)
def _nothing_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_logged", set())


def fail(text: str) -> None:
    """Log a failure of this text."""
    failures.log("preview", RuntimeError(text))


def test_the_same_failure_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        fail("no pane")

    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "the worker preview failed" in record.getMessage()
    assert "RuntimeError: no pane" in record.getMessage()


def test_an_agent_s_bytes_control_no_terminal_that_shows_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fail("\x1b]52;c;evil\x07")

    assert "\x1b" not in caplog.text


def test_a_failure_that_changes_fills_no_disk(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(failures.FAILURES_LIMIT + 50):
        fail(f"failure {number}")

    assert len(caplog.records) == failures.FAILURES_LIMIT
