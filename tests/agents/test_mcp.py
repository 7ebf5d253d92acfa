"""A server is written as each agent reads it."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import registry
from swarm.agents.mcp import FORMATS, setting
from swarm.config.brought import McpServer

SERVERS = {
    "near": McpServer(command=("run", "-x", 'a "b"'), environment={"A": "1"}),
    "far": McpServer(url="https://m.test/v1", headers={"X-Team": "a"}),
}


def test_claude_reads_a_file_that_an_option_names() -> None:
    found = setting("claude", SERVERS, "/f")

    assert found.argv == ("--mcp-config", "/f")
    assert json.loads(found.text)["mcpServers"] == {
        "near": {"command": "run", "args": ["-x", 'a "b"'], "env": {"A": "1"}},
        "far": {
            "type": "http",
            "url": "https://m.test/v1",
            "headers": {"X-Team": "a"},
        },
    }


def test_gemini_and_opencode_read_a_file_that_a_variable_names() -> None:
    gemini, opencode = (setting(n, SERVERS, "/f") for n in ("gemini", "opencode"))

    assert gemini.environment == {"GEMINI_CLI_SYSTEM_SETTINGS_PATH": "/f"}
    assert json.loads(gemini.text)["mcpServers"]["far"]["httpUrl"] == SERVERS["far"].url
    assert opencode.environment == {"OPENCODE_CONFIG": "/f"}
    assert json.loads(opencode.text)["mcp"]["near"] == {
        "type": "local",
        "command": ["run", "-x", 'a "b"'],
        "environment": {"A": "1"},
    }


def body(form: str) -> Any:
    return json.loads(setting(form, SERVERS, "/f").text)["mcpServers"]


NEAR = {"command": "run", "args": ["-x", 'a "b"'], "env": {"A": "1"}}


def test_qwen_and_copilot_read_a_file_that_an_option_names() -> None:
    qwen, copilot = (setting(n, SERVERS, "/f") for n in ("qwen", "copilot"))

    assert qwen.argv == ("--mcp-config", "/f")
    assert body("qwen")["far"] == {
        "httpUrl": "https://m.test/v1",
        "headers": {"X-Team": "a"},
    }
    assert copilot.argv == ("--additional-mcp-config", "@/f")
    assert body("copilot")["near"] == {"type": "local", **NEAR, "tools": ["*"]}
    assert body("copilot")["far"]["type"] == "http"


def test_cline_and_vibe_are_told_by_a_variable_and_kimi_by_its_own_place() -> None:
    cline, vibe, kimi = (setting(n, SERVERS, "/f") for n in ("cline", "vibe", "kimi"))

    assert cline.environment == {"CLINE_MCP_SETTINGS_PATH": "/f"}
    assert body("cline")["near"]["transport"] == {"type": "stdio", **NEAR}
    assert body("cline")["far"]["transport"]["type"] == "streamableHttp"
    told = json.loads(vibe.environment["VIBE_MCP_SERVERS"])
    assert told[0] == {"name": "near", "transport": "stdio", **NEAR}
    assert told[1]["transport"] == "streamable-http"
    assert (vibe.text, kimi.is_linked, kimi.argv) == ("", True, ())
    assert body("kimi") == {
        "near": NEAR,
        "far": {"url": "https://m.test/v1", "headers": {"X-Team": "a"}},
    }


def options(argv: tuple[str, ...]) -> dict[str, object]:
    """What an agent makes of options that are TOML."""
    assert argv[::2] == ("-c",) * (len(argv) // 2)
    return tomllib.loads("\n".join(argv[1::2]))


def test_codex_reads_options() -> None:
    assert options(setting("codex", SERVERS, "/f").argv)["mcp_servers"] == {
        "near": {"command": "run", "args": ["-x", 'a "b"'], "env": {"A": "1"}},
        "far": {"url": "https://m.test/v1", "http_headers": {"X-Team": "a"}},
    }


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(max_size=5))
def test_no_word_of_a_server_becomes_another_key(word: str, value: str) -> None:
    server = McpServer(command=("run", word), environment={"A": value})

    found = options(setting("codex", {"x": server}, "/f").argv)["mcp_servers"]

    assert found == {"x": {"command": "run", "args": [word], "env": {"A": value}}}


def test_an_agent_without_a_format_gets_none() -> None:
    assert setting("", SERVERS, "/f") == setting("claude", {}, "/f")


@pytest.mark.parametrize("name", registry.names())
def test_an_agent_that_is_given_servers_has_a_place_for_them(name: str) -> None:
    """A format of options needs its word in every argv."""
    agent = registry.find(name)
    form = agent.places.mcp_format
    assert form in ("", *FORMATS)
    if form and setting(form, SERVERS, "/f").argv:
        runs = [run for run in (agent.screen, agent.headless) if run]
        assert all("{mcp}" in run.argv for run in runs)
