"""A step is a call of the tool that the agent itself offers for it."""

from typing import Any

import pytest

from swarm.scripted_model.dialogue import Asked, Call, Text, Tool
from swarm.scripted_model.steps import Run, Write
from swarm.scripted_model.tool_calls import call


def asked(*tools: Tool) -> Asked:
    """A request that offers these tools."""
    return Asked("m", (), {tool.name: tool for tool in tools}, False)


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ({"command": {"type": "string"}}, {"command": "make"}),
        ({"command": {"type": "array"}}, {"command": ["bash", "-lc", "make"]}),
        ({"cmd": {}}, {"cmd": "make"}),
        ({"commands": {}}, {"commands": ["make"]}),
    ],
)
def test_a_command_fits_the_shell(
    parameters: dict[str, Any], arguments: dict[str, Any]
) -> None:
    reply = call(Run("make"), asked(Tool("shell", parameters)), in_text=False)

    assert isinstance(reply, Call)
    assert reply.arguments == arguments


def test_a_file_is_written_by_a_shell_if_no_tool_writes() -> None:
    reply = call(Write("a b", "x"), asked(Tool("Bash", {"command": {}})), False)

    assert isinstance(reply, Call)
    assert reply.arguments["command"] == "printf %s x > 'a b'"
    writer = Tool("Write", {"file_path": {}, "content": {}})
    reply = call(Write("a", "x"), asked(writer), in_text=False)
    assert isinstance(reply, Call)
    assert reply.arguments == {"file_path": "/workspace/a", "content": "x"}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (Tool("execute_bash", {"command": {}}), {"command": "make"}),
        (Tool("terminal_tool", {"script": {}}), {"script": "make"}),
        (Tool("run_python", {"code": {}}), {"code": "make"}),
    ],
)
def test_a_shell_of_another_name_is_known_by_it_and_what_it_takes(
    tool: Tool, arguments: dict[str, Any]
) -> None:
    other = Tool("run_tests", {"path": {}})

    reply = call(Run("make"), asked(other, tool), in_text=False)

    assert isinstance(reply, Call)
    assert (reply.tool, reply.arguments) == (tool, arguments)


def test_a_writer_of_another_name_too() -> None:
    maker = Tool("create_new_file", {"filepath": {}, "contents": {}})

    reply = call(Write("a", "x"), asked(Tool("create_todo", {}), maker), False)

    assert isinstance(reply, Call)
    assert reply.arguments == {"filepath": "/workspace/a", "contents": "x"}
    patch = Tool("apply_patch", {}, "custom")
    reply = call(Write("a", "x"), asked(maker, patch), in_text=False)
    assert isinstance(reply, Call)
    assert reply.tool is patch


def test_an_agent_without_tools_is_told_in_words() -> None:
    assert isinstance(call(Run("x"), asked(), in_text=False), Text)
    assert "SEARCH" in getattr(call(Write("a", "x"), asked(), True), "text", "")


def test_a_file_is_written_by_a_patch_if_that_is_offered() -> None:
    patch = Tool("apply_patch", {}, "custom")
    reply = call(Write("a", "x\ny\n"), asked(patch, Tool("exec_command", {})), False)

    assert isinstance(reply, Call)
    assert reply.text.splitlines()[1:4] == ["*** Add File: a", "+x", "+y"]


def test_a_command_is_asked_for_where_the_tool_takes_the_wish() -> None:
    step = Run("make", is_asked=True)
    tool = Tool("exec_command", {"cmd": {}, "sandbox_permissions": {}})
    reply = call(step, asked(tool), in_text=False)

    assert isinstance(reply, Call)
    assert reply.arguments["sandbox_permissions"] == "require_escalated"
    plain = call(step, asked(Tool("shell", {"command": {}})), in_text=False)
    assert isinstance(plain, Call)
    assert plain.arguments == {"command": "make"}
