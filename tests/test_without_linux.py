"""The host's side needs nothing that Linux alone has; the containers' side may."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.bootstrap import keeper_lock, wiring
from swarm.plan.naming import HomePaths

ROOT = Path(__file__).resolve().parent.parent
ARGV = (sys.executable, "-m", "tests.without_linux")
SECONDS = 120

Swarm = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HomePaths]:
    """A home of its own; what a keeper made for it on the engine goes with it."""
    home = tmp_path / "state"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SWARM_HOME", str(home))
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text("[gate]\nready = 0\n")
    paths = HomePaths(home)
    yield paths
    wiring.clear(paths)


@pytest.fixture
def swarm(paths: HomePaths, repo: Path) -> Swarm:
    """One command line in such a Python, given in a repository."""

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*ARGV, *words],
            cwd=repo,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return call


@pytest.fixture
def keeper(paths: HomePaths) -> Iterator[None]:
    """A keeper in such a Python, which serves when the test begins."""
    process = subprocess.Popen(
        [*ARGV, "keeper"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        try:
            assert process.stdout.readline().startswith("swarm keeper for ")
            yield
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_every_module_of_the_host_s_side_can_be_imported(swarm: Swarm) -> None:
    done = swarm("imports")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_questions_are_answered_without_a_keeper(
    swarm: Swarm, paths: HomePaths
) -> None:
    """The doctor looks at the engine, and speaks of no kernel that is not here."""
    listing, checks = swarm("ls"), swarm("doctor")

    assert swarm("--version").returncode == listing.returncode == 0
    assert "no tasks yet" in listing.stderr
    assert "Traceback" not in checks.stderr
    assert "macOS" in checks.stdout
    assert "not tried" in checks.stdout
    assert "modprobe" not in checks.stdout
    assert "apt-get" not in checks.stdout


@pytest.mark.usefixtures("keeper")
def test_a_task_goes_its_way_from_its_prompt_to_the_merge(
    swarm: Swarm, paths: HomePaths, repo: Path
) -> None:
    """With a keeper and a front end that have nothing of Linux's."""
    ended = swarm("new", "--run", "echo done > made", "--wait")
    shown = swarm("diff", "1")
    merged = swarm("merge", "1")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "+done" in shown.stdout
    assert (merged.returncode, merged.stderr) == (0, "")
    assert (repo / "made").read_text() == "done\n"
    assert keeper_lock.keeper_pid(paths)


@pytest.mark.long
def test_no_name_is_used_that_python_has_on_linux_alone() -> None:
    """Every use of one is behind a question if it is there, as the types tell."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", "darwin", "swarm"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]

    assert [line for line in errors if not line.startswith("swarm/gate/")] == []
