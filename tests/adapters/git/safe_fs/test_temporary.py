"""What a step needs goes with it; what a killed process left goes later."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs import temporary

LATER = temporary.ABANDONED_SECONDS + 60


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place that is looked at: what runs beside this test stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(temporary, "MEMORY", tmp_path)
    return tmp_path


def abandoned(place: Path) -> Path:
    """A directory of a process that was killed in its step."""
    script = (
        "import os, sys; from pathlib import Path;"
        "from swarm.adapters.git.safe_fs import temporary;"
        "made = temporary.make('landing', Path(sys.argv[1]));"
        "(made / 'file').touch(); print(made, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, place],
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(done.stdout.strip())


def test_a_directory_lasts_for_a_step(place: Path) -> None:
    """An error in the step changes nothing about it."""
    seen = []

    def step() -> None:
        with temporary.directory("index") as path:
            seen.append(path)
            (path / "file").touch()
            assert path.parent == place
            assert path.stat().st_mode & 0o777 == 0o700
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()
    assert not seen[0].exists()


def test_what_a_killed_process_left_goes(place: Path) -> None:
    """Not at once: its number may be another system's, which shares the place."""
    left = abandoned(place)

    temporary.remove_abandoned()
    assert left.exists()

    temporary.remove_abandoned(time.time() + LATER)
    assert not left.exists()


def test_nothing_else_goes(place: Path) -> None:
    """What is in use, has another name or is no directory of ours."""
    target = place / "target"
    target.mkdir()
    gone = abandoned(place).name.split("-")[2]
    others = [
        place / f"swarm-index-{os.getpid()}-abcdefgh",
        place / f"swarm-test-{gone}-x" / "home",
        place / f"other-index-{gone}-abcdefgh",
        place / f"swarm-Index-{gone}-abcdefgh",
        place / "swarm-index-x-abcdefgh",
        place / f"swarm-backup-{gone}-11",
        place / f"swarm-backup-{gone}-20241128",
        place / f"swarm-landing-{gone}-11",
    ]
    for path in others:
        path.mkdir(parents=True)
    os.utime(others[1].parent, (0, 2**31))
    for path in others:
        path.chmod(0o700)
    open_to_others = place / f"swarm-tools-{gone}-abcdefgh"
    open_to_others.mkdir(mode=0o755)
    link = place / f"swarm-index-{gone}-abcdefgh"
    link.symlink_to(target)

    temporary.remove_abandoned(time.time() + LATER)

    assert all(path.exists() for path in others)
    assert target.exists()
    assert open_to_others.exists()
