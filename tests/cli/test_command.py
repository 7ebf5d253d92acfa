"""Each command describes itself, and its functions are loaded when it is called."""

from argparse import ArgumentParser

import pytest

from swarm.cli.command_registry import CARE, COMMANDS, HOME, STEER, WORK


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_has_a_summary_and_a_group(verb: str) -> None:
    command = COMMANDS[verb]

    assert command.group in {WORK, STEER, HOME, CARE}
    assert command.summary
    assert command.summary[0].islower()
    assert not command.summary.endswith(".")


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_loads_its_functions(verb: str) -> None:
    functions = COMMANDS[verb].load()
    functions.add_arguments(ArgumentParser())

    assert callable(functions.run)
