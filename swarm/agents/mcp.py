"""Writes a user's MCP servers in an agent's own format, and says how it gets them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.config.brought import McpServer

Servers = dict[str, McpServer]


@dataclass(frozen=True, slots=True)
class McpSetting:
    """How the servers reach the agent."""

    argv: tuple[str, ...] = ()
    """What stands for `{mcp}`."""
    environment: dict[str, str] = field(default_factory=dict)
    text: str = ""
    """The content of a read-only file; empty if it needs none."""
    is_linked: bool = False
    """The agent knows no way to name the file: its own place must lead to it."""


def setting(form: str, servers: Servers, file: str) -> McpSetting:
    """The servers in the format `form`; `file` is where the text will stand.

    Nothing for no servers, or for an agent whose format is not known.
    """
    write = FORMATS.get(form)
    return write(servers, file) if write and servers else McpSetting()


def _claude(servers: Servers, file: str) -> McpSetting:
    body = {name: _standard(server, "type") for name, server in servers.items()}
    return McpSetting(("--mcp-config", file), text=_json({"mcpServers": body}))


def _gemini(servers: Servers, file: str) -> McpSetting:
    body = {name: _standard(server, "") for name, server in servers.items()}
    variables = {"GEMINI_CLI_SYSTEM_SETTINGS_PATH": file}
    return McpSetting((), variables, _json({"mcpServers": body}))


def _standard(server: McpServer, kind: str) -> dict[str, Any]:
    """The shape that most agents share; `kind` names the key of the transport."""
    if server.url:
        address = {"url": server.url} if kind else {"httpUrl": server.url}
        transport = {kind: "http"} if kind else {}
        return {**transport, **address, "headers": server.headers}
    program, *arguments = server.command
    return {"command": program, "args": arguments, "env": server.environment}


def _qwen(servers: Servers, file: str) -> McpSetting:
    body = {name: _standard(server, "") for name, server in servers.items()}
    return McpSetting(("--mcp-config", file), text=_json({"mcpServers": body}))


def _copilot(servers: Servers, file: str) -> McpSetting:
    body = {
        name: {
            **({} if server.url else {"type": "local"}),
            **_standard(server, "type"),
            "tools": ["*"],
        }
        for name, server in servers.items()
    }
    argv = ("--additional-mcp-config", f"@{file}")
    return McpSetting(argv, text=_json({"mcpServers": body}))


def _kimi(servers: Servers, _file: str) -> McpSetting:
    def one(server: McpServer) -> dict[str, Any]:
        if server.url:
            return {"url": server.url, "headers": server.headers}
        return _standard(server, "")

    body = {name: one(server) for name, server in servers.items()}
    return McpSetting(text=_json({"mcpServers": body}), is_linked=True)


def _vibe(servers: Servers, _file: str) -> McpSetting:
    """A variable, which it adds to the servers of its own file."""

    def one(name: str, server: McpServer) -> dict[str, Any]:
        if server.url:
            remote = {"transport": "streamable-http", "url": server.url}
            return {"name": name, **remote, "headers": server.headers}
        return {"name": name, "transport": "stdio", **_standard(server, "")}

    body = [one(name, server) for name, server in servers.items()]
    return McpSetting((), {"VIBE_MCP_SERVERS": json.dumps(body)})


def _cline(servers: Servers, file: str) -> McpSetting:
    def one(server: McpServer) -> dict[str, Any]:
        if server.url:
            remote = {"type": "streamableHttp", "url": server.url}
            return {"transport": {**remote, "headers": server.headers}}
        return {"transport": {"type": "stdio", **_standard(server, "")}}

    body = {name: one(server) for name, server in servers.items()}
    text = _json({"mcpServers": body})
    return McpSetting((), {"CLINE_MCP_SETTINGS_PATH": file}, text)


def _opencode(servers: Servers, file: str) -> McpSetting:
    def one(server: McpServer) -> dict[str, Any]:
        if server.url:
            return {"type": "remote", "url": server.url, "headers": server.headers}
        return {
            "type": "local",
            "command": list(server.command),
            "environment": server.environment,
        }

    body = {name: one(server) for name, server in servers.items()}
    return McpSetting((), {"OPENCODE_CONFIG": file}, _json({"mcp": body}))


def _codex(servers: Servers, _file: str) -> McpSetting:
    """Options that it reads as TOML, for its own file may not be written over."""
    argv: list[str] = []
    for name, server in servers.items():
        values: dict[str, Any] = {}
        if server.url:
            values = {"url": server.url, "http_headers": server.headers}
        else:
            program, *arguments = server.command
            values = {"command": program, "args": arguments}
            values["env"] = server.environment
        for key, value in values.items():
            if value or key == "args":
                argv += ["-c", f"mcp_servers.{name}.{key}={_toml(value)}"]
    return McpSetting(tuple(argv))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # A basic string; TOML knows no pairs of surrogates, and no raw DEL.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=1) + "\n"


FORMATS: dict[str, Callable[[Servers, str], McpSetting]] = {
    "claude": _claude,
    "cline": _cline,
    "codex": _codex,
    "copilot": _copilot,
    "gemini": _gemini,
    "kimi": _kimi,
    "opencode": _opencode,
    "qwen": _qwen,
    "vibe": _vibe,
}
"""Agents' formats by their names."""
