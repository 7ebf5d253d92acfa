"""`swarm doctor --fix` runs what is missing on a yes, and nothing else."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.cli import doctor, doctor_setup
from swarm.engine.host.doctor import Machine
from swarm.plan.naming import HomePaths
from tests.fakes import FakeContainers


@pytest.fixture
def machine(
    paths: HomePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    """This one, whose only program is a package manager that writes what it is told."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("apt-get", "sudo"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/told\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for name in ("sh", "git", "mmdebstrap"):
        (programs / name).symlink_to("/bin/sh")
    found = doctor.machine()
    monkeypatch.setenv("PATH", str(programs))
    return found


def told(tmp_path: Path) -> str:
    file = tmp_path / "told"
    return file.read_text() if file.exists() else ""


def test_nothing_runs_unasked(
    machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not doctor_setup.make_ready(machine, is_agreed=False)

    assert told(tmp_path) == ""
    said = capsys.readouterr().err
    assert "apt-get update" in said
    assert "--yes answers" in said


def test_a_yes_for_all_installs_what_is_missing(
    machine: Machine, tmp_path: Path
) -> None:
    assert doctor_setup.make_ready(machine, is_agreed=True)

    sudo = "" if os.geteuid() == 0 else "sudo "
    assert told(tmp_path).splitlines() == [
        f"{sudo}apt-get update",
        f"{sudo}apt-get install -y --no-install-recommends tmux",
    ]


def test_a_command_that_fails_ends_it(
    machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("apt-get", "sudo"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\nexit 3\n")

    assert not doctor_setup.make_ready(machine, is_agreed=True)
    assert "update: exit 3" in capsys.readouterr().err


def test_an_engine_that_does_not_answer_is_known(machine: Machine) -> None:
    found = doctor_setup.facts(machine)
    assert found.engine_answers
    assert not found.has("tmux")
    gone = FakeContainers()
    gone.down = True
    silent = replace(machine, sandboxes=gone)

    assert not doctor_setup.facts(silent).engine_answers
