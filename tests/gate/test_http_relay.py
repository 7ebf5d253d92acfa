"""A body is counted and held to its limits; only end-to-end fields go with it."""

import h11
import pytest

from swarm.gate import http_relay
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness, server, web


async def test_a_body_over_its_limit_is_said_to_be_refused(gate: GateHarness) -> None:
    """One line of what passed until then, one of why it ended."""
    gate.table["plain.test"] = ["127.0.0.1"]
    async with server(web) as port:
        gate.allow(Rule("allow", "plain.test", (port,), max_upload=10))
        client = await gate.dial()
        await client.send(
            f"POST http://plain.test:{port}/ HTTP/1.1\r\nHost: plain.test:{port}\r\n"
            f"Content-Length: 100\r\n\r\n{'x' * 100}".encode()
        )
        await client.rest()

    (passed,) = gate.said(phase="request", verdict="allow")
    (denied,) = gate.said(phase="request", verdict="deny")
    assert (passed["how"], denied["reason"]) == ("refused", "too-much-upload")


def request(*fields: tuple[str, str]) -> h11.Request:
    return h11.Request(method="GET", target="/", headers=[("Host", "a.test"), *fields])


def test_fields_of_the_hop_do_not_go_on() -> None:
    """Those that Connection names neither, but it cannot take the framing away."""
    fields = http_relay.forward_fields(
        request(
            ("Connection", "X-Hop, Host"),
            ("X-Hop", "1"),
            ("Proxy-Authorization", "x"),
            ("X-Own", "2"),
        ),
        None,
    )

    assert fields == [(b"Host", b"a.test"), (b"X-Own", b"2")]


def test_the_secret_takes_the_place_of_the_agents_own_field() -> None:
    """An agent's placeholder does not go beside it."""
    fields = http_relay.forward_fields(
        request(("authorization", "placeholder")), (b"Authorization", b"secret")
    )

    assert fields == [(b"Host", b"a.test"), (b"Authorization", b"secret")]


@pytest.mark.parametrize(("protocol", "goes_on"), [("websocket", True), ("h2c", False)])
def test_only_a_websocket_may_be_asked_for(protocol: str, goes_on: bool) -> None:
    fields = http_relay.forward_fields(
        request(("Connection", "Upgrade"), ("Upgrade", protocol)), None
    )

    assert ((b"Upgrade", b"websocket") in fields) is goes_on
    assert len(fields) == (3 if goes_on else 1)
