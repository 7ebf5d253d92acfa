"""A process's log begins without a file; what ends a thread is in it."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from swarm.bootstrap import process_log


def test_a_log_is_loaded_and_made_by_its_first_message(tmp_path: Path) -> None:
    """In a process of its own: the root logger is a test run's."""
    file = tmp_path / "dashboard.log"
    script = (
        "import logging, sys; from pathlib import Path;"
        "from swarm.bootstrap import process_log; file = Path(sys.argv[1]);"
        "process_log.begin(file, logging.WARNING); logging.info('too little');"
        "print(file.exists(), 'logging.handlers' in sys.modules);"
        "logging.warning('a message'); print(file.read_text(), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True
    )

    before, message = done.stdout.splitlines()
    assert before == "False False"
    assert message.endswith("MainThread WARNING root a message")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_thread_that_ends_by_an_error_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its traceback would go to the terminal, into the middle of a screen."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    process_log.log_ends_of_threads()

    def fail() -> None:
        raise KeyError("lost")

    thread = threading.Thread(target=fail, name="watcher")
    thread.start()
    thread.join()

    (record,) = caplog.records
    assert record.getMessage().startswith("E-")
    assert "the thread watcher ended\nTraceback" in record.getMessage()
    assert capsys.readouterr().err == ""
