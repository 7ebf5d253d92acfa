"""The tool that a command runs is one of ours, whatever the agent wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import Action
from swarm.model.programs import known_names, program, tool


def run(*argv: str, pid: int = 1, parent: int = 0, at: float = 0.0) -> Action:
    return Action(at, "exec", "exec", argv[0], argv=argv, pid=pid, parent=parent)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        ("npm install", "npm"),
        ("/usr/bin/env node /usr/bin/npm install", "npm"),
        ("node --max-old-space-size=9 /usr/lib/npm/bin/npm-cli.js i", "npm"),
        ("/usr/bin/python3.11 -m pip install x", "pip"),
        ("python -u /usr/bin/pip3 install x", "pip3"),
        ("env A=b -i -u C uv sync", "uv"),
        ("java -Dx -cp a org.gradle.wrapper.GradleWrapperMain", "GradleWrapperMain"),
        ("ruby /usr/bin/gem install x", "gem"),
        ("/root/.cargo/bin/cargo build", "cargo"),
        ("sh", ""),
        ("env env env env env env npm", ""),
    ],
)  # fmt: skip
def test_a_program_is_found_behind_its_interpreters(argv: str, name: str) -> None:
    assert program(argv.split()) == name


def test_a_script_of_one_word_is_read_too() -> None:
    argv = ("sh", "-c", "prebuild-install || node-gyp rebuild")

    assert program(argv) == "prebuild-install"


def test_the_outermost_tool_is_named() -> None:
    """npm runs a shell that runs node-gyp."""
    commands = [
        run("npm", "i", pid=2),
        run("sh", "-c", "x", pid=3, parent=2),
        run("node-gyp", "rebuild", pid=4, parent=3),
        run("bash", pid=1),
    ]

    assert tool(commands) == "npm"
    assert tool(commands, ["node-gyp"]) == "node-gyp"


def test_two_tools_that_know_nothing_of_each_other_are_both_named() -> None:
    commands = [run("npm", "i", pid=2), run("pip3", "install", pid=3, at=1.0)]

    assert tool(commands) == "npm or pip"


def test_nothing_is_named_that_is_not_known() -> None:
    assert tool([run("safe-and-approved-by-your-admin")]) == ""


@given(st.lists(st.text(max_size=30), max_size=6), st.integers(0, 3))
def test_an_agent_forges_no_name(argv: list[str], parent: int) -> None:
    """Whatever is run, the name is ours."""
    commands = [Action(0.0, "exec", "exec", argv=tuple(argv), pid=1, parent=parent)]

    assert tool(commands) in {*known_names(), ""}
