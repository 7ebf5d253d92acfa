"""Calls of tools are named from the bodies that carry them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate.mcp_calls import BODY_LIMIT, CallReader
from swarm.policy.rules import Rule
from tests.gate.gate_harness import open_gate_harness, server, web


def call(name: object, **more: object) -> dict[str, object]:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    return {**body, "params": {"name": name, "arguments": {}}, **more}


BODIES = {
    "a tool": (json.dumps(call("read_file")), "read_file"),
    "another method": (json.dumps(call("x", method="initialize")), "initialize"),
    "a batch": (json.dumps([call("one"), call("two")]), "one,two"),
    "spelled by escapes": (
        json.dumps(call("read")).replace("jsonrpc", "\\u006asonrpc"),
        "read",
    ),
    "a name that is none": (json.dumps(call({"a": 1})), ""),
    "no JSON-RPC": (json.dumps({"method": "tools/call", "params": {"name": "x"}}), ""),
    "no JSON": ("jsonrpc {", ""),
    "another kind of body": ("--boundary\r\njsonrpc", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("body", "named"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("size", [1, 9, 100_000])
def test_names_do_not_depend_on_the_pieces(body: str, named: str, size: int) -> None:
    reader, data = CallReader(), body.encode()

    for place in range(0, len(data), size):
        reader.feed(data[place : place + size])

    assert reader.tools() == named


def test_a_body_that_is_too_long_is_let_go() -> None:
    """It passes; its call has no name, and the gate does not keep it."""
    reader = CallReader()
    reader.feed(json.dumps(call("big")).encode()[:-1])

    reader.feed(b" " * BODY_LIMIT)
    reader.feed(b"}")

    assert reader.tools() == ""


@given(some.lists(some.binary(max_size=40), max_size=8))
def test_no_body_breaks_the_reader(pieces: list[bytes]) -> None:
    reader = CallReader()
    for piece in (b'{"jsonrpc": "2.0", ', *pieces):
        reader.feed(piece)

    assert isinstance(reader.tools(), str)


async def test_the_request_s_line_names_the_tool(tmp_path: Path) -> None:
    """Seen where the gate reads the request, on its way to the server."""
    body = json.dumps(call("delete_everything"))
    async with open_gate_harness(tmp_path) as gate:
        gate.table["mcp.test"] = ["127.0.0.1"]
        async with server(web) as port:
            gate.allow(Rule("allow", "mcp.test", (port,)))
            client = await gate.dial()
            await client.send(
                f"POST http://mcp.test:{port}/mcp HTTP/1.1\r\nHost: mcp.test:{port}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
                f"connection: close\r\n\r\n{body}".encode()
            )
            await client.rest()

        (line,) = gate.said(phase="request", verdict="allow")

    assert line["tool"] == "delete_everything"
