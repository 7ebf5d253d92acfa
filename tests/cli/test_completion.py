"""Completion scripts for every shell that the library knows."""

import subprocess
from collections.abc import Callable

import pytest
import shtab

from swarm.cli.command_registry import COMMANDS
from swarm.cli.completion import SHELLS

Swarm = Callable[..., tuple[int, str, str]]


def test_no_shell_of_the_library_is_missing() -> None:
    assert set(SHELLS) == set(shtab.SUPPORTED_SHELLS)


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_every_command(swarm: Swarm, shell: str) -> None:
    out = swarm("completion", shell)[1]

    assert all(verb in out for verb in COMMANDS)


def test_bash_takes_the_completion(swarm: Swarm) -> None:
    script = swarm("completion", "bash")[1]

    done = subprocess.run(["bash", "-n"], input=script, text=True, check=False)

    assert done.returncode == 0
