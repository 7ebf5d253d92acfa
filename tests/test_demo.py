"""`swarm demo` without a terminal: the first thing a stranger runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SWARM = str(Path(sys.executable).with_name("swarm"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one whole run prints; it must exit 0 and leave the user's state alone."""
    state = tmp_path_factory.mktemp("state")
    done = subprocess.run(
        [SWARM, "demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "SWARM_HOME": str(state / "home")},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(state.iterdir()) == []
    return done.stdout


def test_three_tasks_finish(shown: str) -> None:
    """The table names each with what it did."""
    assert len(re.findall(r"^#\d .*stopped ", shown, re.MULTILINE)) == 3


def test_what_they_must_not_do_is_refused(shown: str) -> None:
    """Seen from inside, on a real engine; one success would have been exit 1."""
    for attempt in ("reach example.com", "/usr/bin/planted", "a file of the host"):
        assert attempt in shown
    assert "allowed!" not in shown


def test_the_dashboard_is_drawn_with_them(shown: str) -> None:
    """The real one, captured from its pane."""
    assert "Tasks 3" in shown
    assert "READY FOR REVIEW" in shown


def test_one_is_merged_and_the_sample_shows_it(shown: str) -> None:
    """The command that is printed works."""
    found = re.search(r"git -C (\S+) log --oneline", shown)
    assert found
    log = subprocess.run(
        ["git", "-C", found[1], "log", "--oneline"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(log.stdout.splitlines()) == 2
