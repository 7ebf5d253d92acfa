"""Each request of a connection has a verdict of its own, and is written down."""

from pathlib import Path

import pytest

from swarm.policy.rules import Rule
from tests.gate.gate_harness import open_gate_harness, server, web


@pytest.mark.parametrize("is_quiet", [True, False])
async def test_a_quiet_deny_of_a_path_is_quiet(tmp_path: Path, is_quiet: bool) -> None:
    """It is counted like any denial, and marked so that no screen shows it."""
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(web) as port:
            gate.allow(
                Rule("allow", "ok.example", (port,)),
                Rule("deny", "ok.example", (), paths=("/stats",), quiet=is_quiet),
            )
            client = await gate.dial()
            where = f"ok.example:{port}"
            await client.send(
                f"GET http://{where}/stats HTTP/1.1\r\nHost: {where}\r\n\r\n".encode()
            )
            assert "deny-rule" in await client.head()

    (line,) = gate.said(phase="request", verdict="deny")
    assert line.get("quiet", False) is is_quiet
    assert line["rule"] == "deny ok.example"
