"""Where the base's Python is too new for a project, the older one is proposed."""

import pytest

from swarm.config.detection.commands import Commands
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.python_version import (
    OLDER,
    chosen_freely,
    propose,
    unmet,
    with_base_s,
    with_older,
)
from swarm.engine.host import agent_recipe
from swarm.model.detected import Pin, Reason
from swarm.model.toolchain import STACKS
from tests.config.detection.trees import tree

TOOLS = "-m venv ~/.swarm-tools && ~/.swarm-tools/bin/pip install"


def test_it_is_the_one_that_agents_run_on() -> None:
    version = ".".join(map(str, agent_recipe.OLD_PYTHON))

    assert STACKS[OLDER].older == OLDER == f"python{version}"
    assert STACKS[OLDER].version.startswith(f"{version}.")


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ((), None),
        ((">=3.9",), None),
        (("3.13",), None),
        (("3.11",), "3.11"),
        (("3.11.9",), "3.11.9"),
        ((">=3.9,<3.13",), ">=3.9,<3.13"),
        ((">=3.9", "~=3.11.0"), "~=3.11.0"),
        (("^3.9,<3.12",), "^3.9,<3.12"),
        ((">=3.11.5,<3.13",), None),
        (("3.12",), None),
        (("3.10",), None),
        (("3.11", ">=3.12"), None),
        (("pypy3.10",), None),
    ],
)
def test_it_is_taken_where_all_pins_allow_it_alone(
    pins: tuple[str, ...], expected: str | None
) -> None:
    found = unmet(Pin("python", wanted, "f") for wanted in pins)

    assert (found and found.wanted) == expected
    assert unmet([Pin("node", "3.11", "f")]) is None


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "python3 -m venv .venv",
            "python3.11 -m venv .venv && echo '*' > .venv/.gitignore",
        ),
        (
            "A=1 ~/.swarm-tools/bin/pipenv sync",
            "PIPENV_PYTHON=python3.11 A=1 ~/.swarm-tools/bin/pipenv sync",
        ),
        (f"python3 {TOOLS} poetry", f"python3.11 {TOOLS} poetry"),
        (
            "~/.swarm-tools/bin/uv sync --frozen",
            "UV_PYTHON=python3.11 ~/.swarm-tools/bin/uv sync --frozen",
        ),
        # With the variable set, it would look past the virtual environment.
        ("~/.swarm-tools/bin/uv pip install pytest",) * 2,
        (".venv/bin/python -m pip install -e .",) * 2,
    ],
)
def test_virtual_environments_have_it(command: str, expected: str) -> None:
    test = ".venv/bin/python -m pytest"

    assert with_older(Commands((command,), test=test)) == Commands(
        (expected,), test=test
    )


def test_its_pip_is_made_to_know_groups() -> None:
    install = ".venv/bin/python -m pip install -e . --group dev"
    found = with_older(Commands(("python3 -m venv .venv", install)))

    assert found.setup[1:] == (
        ".venv/bin/python -m pip install --upgrade pip",
        install,
    )


def test_a_version_manager_s_choice_is_no_need_of_the_project_s() -> None:
    """uv would look for the file's, though the project allows the base's."""
    free = Pin("python", "3.12", "a/.python-version")
    needed = Pin("python", "<3.13", "requires-python in pyproject.toml")

    assert chosen_freely([free, Pin("python", ">=3.9", "x")])
    assert not chosen_freely([free, needed])
    assert not chosen_freely([])
    assert with_base_s(Commands(("~/.swarm-tools/bin/uv sync --frozen",))).setup == (
        "UV_PYTHON=python3 ~/.swarm-tools/bin/uv sync --frozen",
    )


def test_its_stack_is_proposed_and_a_sentence_says_why() -> None:
    proposal, files = Proposal(), tree({})
    propose(files, proposal, Pin("python", "<3.12", ".python-version"))

    because = ".python-version asks for Python <3.12"
    assert proposal.reasons() == (Reason("stacks", OLDER, because),)
    (note,) = files.notes
    assert note.startswith(because)
    assert "the stack python3.11 has 3.11.2" in note
