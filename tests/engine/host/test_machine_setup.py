"""What makes a machine ready is a list of commands; none where all is there."""

from dataclasses import replace

import pytest

from swarm.adapters.system import System
from swarm.engine.host.machine_setup import LOG, Machine, Setup, setup

LINUX = System("Linux", "6.1.0")
DEBIAN = frozenset({"apt-get", "sudo", "git", "tmux", "mmdebstrap", "dockerd"})


def machine(*, lacks: str = "", **more: object) -> Machine:
    programs = DEBIAN - set(lacks.split())
    usual = Machine(programs.__contains__, True, True, True, True, "", LINUX)
    return replace(usual, **more)  # type: ignore[arg-type] # of a test


def commands(found: Setup) -> list[str]:
    return [" ".join(step.argv) for step in found.steps]


def test_a_ready_machine_needs_nothing() -> None:
    assert setup(machine()) == Setup()
    assert setup(machine(lacks="mmdebstrap")) == Setup()


def test_what_is_missing_is_installed_with_its_reason() -> None:
    found = setup(machine(lacks="tmux mmdebstrap", has_base=False, is_root=False))

    assert commands(found) == [
        "sudo apt-get update",
        "sudo apt-get install -y --no-install-recommends tmux mmdebstrap",
    ]
    assert "tmux: every agent's terminal" in found.steps[1].why


@pytest.mark.parametrize(
    ("lacks", "has_systemd", "last"),
    [
        ("dockerd", True, "systemctl start docker"),
        ("", True, "systemctl start docker"),
        ("", False, f"sh -c nohup setsid dockerd >{LOG} 2>&1 </dev/null &"),
    ],
)
def test_an_engine_is_installed_and_started(
    lacks: str, has_systemd: bool, last: str
) -> None:
    found = setup(machine(lacks=lacks, engine_answers=False, has_systemd=has_systemd))

    assert (commands(found)[-1], found.starts_engine) == (last, True)
    assert any("docker.io" in each for each in commands(found)) is bool(lacks)


def test_an_engine_of_the_user_s_choice_is_left_alone() -> None:
    """Which one answers there is theirs to say."""
    there = machine(engine_answers=False, docker_host="unix:///x", lacks="dockerd")

    assert setup(there) == Setup()


def test_what_only_a_human_can_do_is_said() -> None:
    other = setup(machine(lacks="apt-get tmux", engine_answers=False))
    assert other.steps == ()
    assert other.notes[0].startswith("install by hand: tmux (this is no Debian")
    assert "systemctl start docker" in other.notes[1]
    rootless = setup(machine(lacks="sudo tmux", is_root=False))
    assert rootless.notes == ("install by hand: tmux (there is neither root nor sudo)",)


@pytest.mark.parametrize(
    "system", [System("Darwin", "23"), System("Linux", "5-microsoft-x")]
)
def test_a_system_that_was_never_tried_is_left_alone(system: System) -> None:
    """Its engine is a program of another kind; `swarm doctor` says which."""
    assert setup(machine(engine_answers=False, lacks="tmux", system=system)) == Setup()
