"""Every command has its words and its module, which nothing imports before its call."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from swarm.cli.command_registry import COMMANDS
from swarm.plan.naming import HomePaths

Swarm = Callable[..., tuple[int, str, str]]

FRONT = {
    "charset",
    "__init__",
    "command",
    "command_registry",
    "exit_codes",
    "main",
    "output",
    "parser",
    "streams",
}
"""The modules of the command line that every call imports."""


def imported_modules(*argv: str) -> set[str]:
    """The modules of the command line that one call of `swarm` imports."""
    script = (
        "import sys\n"
        "from swarm.cli.main import run\n"
        "try:\n"
        "    run(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "print(*(m for m in sys.modules if m.startswith('swarm.cli.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *argv],
        capture_output=True,
        text=True,
        check=True,
    )
    names = done.stdout.splitlines()[-1].split()
    return {name.removeprefix("swarm.cli.") for name in names} | {"__init__"}


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("help",), ("frob",)])
def test_no_module_of_a_command_is_imported_before_its_call(
    paths: HomePaths, argv: tuple[str, ...]
) -> None:
    assert imported_modules(*argv) == FRONT


@pytest.mark.parametrize(
    ("verb", "modules"),
    [
        ("ls", {"list_tasks", "task_facts", "arguments"}),
        ("init", {"init", "init_options", "new_words", "completion"}),
        ("keeper", {"keeper"}),
        (
            "policy",
            {
                "policy",
                "policy.parser",
                "policy.edit",
                "policy.inspect",
                "policy.suggest",
            },
        ),
    ],
)
def test_a_call_imports_the_module_of_its_command_alone(
    paths: HomePaths, verb: str, modules: set[str]
) -> None:
    imported = imported_modules(verb, "--help")

    assert imported >= FRONT | modules
    assert imported - FRONT - modules <= {
        "argument_types",
        "arguments",
        "keeper_client",
    }


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_explains_itself(swarm: Swarm, verb: str) -> None:
    status, out, err = swarm(verb, "--help")

    assert (status, err) == (0, "")
    assert out.startswith(f"usage: swarm {verb} ")
    assert COMMANDS[verb].summary in " ".join(out.split())
    assert "--repo" in out
