"""Says which commands make a machine ready: packages, and a container engine.

They need root, so a human is asked before each. What is there is used as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from swarm.adapters.system import System

LOG = "/var/log/dockerd.log"
_PACKAGES = {
    "git": ("git", "every task is a git worktree"),
    "tmux": ("tmux", "every agent's terminal is a tmux pane"),
}
_BASE = ("mmdebstrap", "makes the base image where no registry can be reached")
_ENGINE = ("docker.io", "no container engine answers")


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of the machine before anything is done."""

    has: Callable[[str], bool]
    """True if there is a program of that name."""
    engine_answers: bool
    has_base: bool
    """The base image is built; False where no engine can say."""
    is_root: bool
    has_systemd: bool
    docker_host: str
    """The variable of that name: an engine of the user's own choice."""
    system: System


@dataclass(frozen=True, slots=True)
class Step:
    """One command that a human is asked about."""

    why: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """The commands in order, and what only a human can do."""

    steps: tuple[Step, ...] = ()
    starts_engine: bool = False
    """The last of them starts an engine, whose answer takes a while."""
    notes: tuple[str, ...] = ()


def setup(machine: Machine) -> Setup:
    """What would make the machine ready; nothing if it is, or on a system unknown."""
    if not machine.system.is_tried:
        return Setup()
    wanted = dict(each for name, each in _PACKAGES.items() if not machine.has(name))
    if not machine.has_base and not machine.has("mmdebstrap"):
        wanted |= dict([_BASE])
    lacks_engine = not machine.engine_answers and not machine.docker_host
    installs_engine = lacks_engine and not machine.has("dockerd")
    if installs_engine:
        wanted |= dict([_ENGINE])
    may_act = machine.is_root or machine.has("sudo")
    if not machine.has("apt-get") or not may_act:
        return Setup(notes=tuple(_by_hand(machine, wanted, lacks_engine)))
    steps = _install(machine, wanted)
    if lacks_engine:
        steps.append(_start(machine))
    return Setup(tuple(steps), lacks_engine)


def _by_hand(machine: Machine, wanted: dict[str, str], lacks_engine: bool) -> list[str]:
    why = "there is neither root nor sudo"
    if not machine.has("apt-get"):
        why = "this is no Debian: its names for them may differ"
    notes = [f"install by hand: {' '.join(wanted)} ({why})"] if wanted else []
    if lacks_engine and machine.has("dockerd"):
        notes.append(
            "start the container engine by hand: `sudo systemctl start docker`"
        )
    return notes


def _install(machine: Machine, wanted: dict[str, str]) -> list[Step]:
    if not wanted:
        return []
    why = "; ".join(f"{name}: {reason}" for name, reason in wanted.items())
    options = ("-y", "--no-install-recommends")
    return [
        Step(
            "the lists of packages may be old", _as_root(machine, "apt-get", "update")
        ),
        Step(why, _as_root(machine, "apt-get", "install", *options, *wanted)),
    ]


def _start(machine: Machine) -> Step:
    if machine.has_systemd:
        argv = _as_root(machine, "systemctl", "start", "docker")
        return Step("the container engine does not run", argv)
    by_hand = f"nohup setsid dockerd >{LOG} 2>&1 </dev/null &"
    why = f"the container engine does not run, and no service manager does; log: {LOG}"
    return Step(why, _as_root(machine, "sh", "-c", by_hand))


def _as_root(machine: Machine, *words: str) -> tuple[str, ...]:
    return words if machine.is_root else ("sudo", *words)
