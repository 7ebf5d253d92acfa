"""Makes this machine ready, as `make setup` does of a checkout: asks, then acts."""

import os
import shlex
import shutil
import time
from pathlib import Path

from swarm.adapters import system, terminal
from swarm.cli import output
from swarm.cli.consent import agrees
from swarm.engine.host import images
from swarm.engine.host.doctor import Machine
from swarm.engine.host.machine_setup import Machine as Facts
from swarm.engine.host.machine_setup import Step, setup
from swarm.errors import SwarmError

ENGINE_SECONDS = 30.0
LOOK_SECONDS = 0.2
"""Between two looks; an engine offers nothing to wait on before it answers."""
_SYSTEMD = Path("/run/systemd/system")


def make_ready(machine: Machine, is_agreed: bool) -> bool:
    """Run what is missing, each command on a yes; True if anything was run.

    `is_agreed` answers all of them. What only a human can do is told.
    """
    wanted = setup(facts(machine))
    for note in wanted.notes:
        output.note(note)
    was_run = False
    for step in wanted.steps:
        if not _run(step, is_agreed):
            return was_run
        was_run = True
    if wanted.starts_engine:
        _wait(machine)
    return was_run


def facts(machine: Machine) -> Facts:
    """What of this machine decides; asks the engine."""
    try:
        machine.sandboxes.facts()
        has_base = machine.images.image_id(images.tag("base")) is not None
        answers = True
    except SwarmError:
        answers, has_base = False, False
    return Facts(
        has=lambda name: shutil.which(name) is not None,
        engine_answers=answers,
        has_base=has_base,
        is_root=os.geteuid() == 0,
        has_systemd=_SYSTEMD.is_dir(),
        docker_host=os.environ.get("DOCKER_HOST", ""),
        system=system.here(),
    )


def _run(step: Step, is_agreed: bool) -> bool:
    command = shlex.join(step.argv)
    output.note(f"{command}\n  {step.why}")
    if not is_agreed and not agrees("Run it?"):
        output.note("not run; --yes answers")
        return False
    status = terminal.foreground([*step.argv])
    if status:
        output.note(f"{command}: exit {status}")
    return status == 0


def _wait(machine: Machine) -> None:
    """Until the engine answers; not for ever."""
    deadline = time.monotonic() + ENGINE_SECONDS
    while time.monotonic() < deadline:
        try:
            machine.sandboxes.facts()
        except SwarmError:
            time.sleep(LOOK_SECONDS)
        else:
            return
