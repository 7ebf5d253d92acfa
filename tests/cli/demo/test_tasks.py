"""The demo's scripts, and what is read from what they print."""

import subprocess
from pathlib import Path

import pytest

from swarm.cli.demo import tasks
from swarm.cli.demo.tasks import JOBS, MERGED, Attempt, Job, attempts

LOG = """running the tests
refused: reach example.com:443 — Temporary failure in name resolution
allowed!: write /etc/passwd
untried: mount — not found
 refused: not at the line's start — x
refused: \x1b[2J\u202e — why
"""


def test_attempts_are_read_from_a_log_and_do_nothing() -> None:
    assert list(attempts(LOG)) == [
        Attempt(
            "refused", "reach example.com:443", "Temporary failure in name resolution"
        ),
        Attempt("allowed!", "write /etc/passwd"),
        Attempt("untried", "mount", "not found"),
        Attempt("refused", "\\x1b[2J<U+202E>", "why"),
    ]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_script_is_a_script(job: Job) -> None:
    command = job.command(Path("/tmp/a 'b'"), 0.5)

    done = subprocess.run(["bash", "-n", "-c", command], check=False)

    assert done.returncode == 0


def test_the_merged_task_is_one_of_them() -> None:
    assert MERGED in {job.name for job in JOBS}


def run_attempt(words: str) -> str:
    script = Path(tasks.__file__).with_name("attempts.sh").read_text()
    done = subprocess.run(
        ["bash", "-c", f"set -e\n{script}\nattempt 'it' {words}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("false", "refused: it — exit 1\n"),
        ("true", "allowed!: it\n"),
        ("no-such-command", "untried: it — command not found\n"),
        ("cat /nonexistent", "refused: it — No such file or directory\n"),
    ],
)
def test_an_attempt_tells_how_it_ended(words: str, told: str) -> None:
    assert run_attempt(words) == told
