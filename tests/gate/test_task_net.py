"""One task's limits, cuts and secrets hold for each of its connections."""

import asyncio
import base64

import pytest

from swarm.gate.audit_log import AuditLog
from swarm.gate.denied import Denied
from swarm.gate.task_net import TaskNet
from swarm.policy.decide import Attempt
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Limits, Policy, Rule, Secret
from tests.gate.gate_harness import LOCAL, GateHarness, server, web

OK = Rule("allow", "ok.example")
TO_OK = Attempt(Host("ok.example"), 443)


async def test_narrowing_cuts_what_is_open(gate: GateHarness) -> None:
    """A tunnel ends in the moment that its rule goes."""
    async with server(web, gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,)))
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.web_ca, "ok.example")

        gate.allow()

        await client.rest()
    assert gate.said(phase="close", how="cut")


async def test_too_many_connections_at_once(gate: GateHarness) -> None:
    """A place is free again when a connection ends."""
    gate.net.replace(Policy(limits=Limits(connections=1)))

    async def connect() -> None:
        with gate.net.connection():
            pass

    with gate.net.connection(), pytest.raises(Denied) as denial:
        await asyncio.ensure_future(connect())
    await asyncio.ensure_future(connect())

    assert denial.value.reason is Reason.TOO_MANY_CONNECTIONS


def test_an_upload_over_the_tasks_limit(gate: GateHarness) -> None:
    """All connections of the task count together."""
    gate.net.replace(Policy(limits=Limits(upload=10)))
    gate.net.count_upload(10)

    with pytest.raises(Denied) as denial:
        gate.net.count_upload(1)

    assert denial.value.reason is Reason.TOO_MUCH_UPLOAD


def test_a_rate_counts_each_rule_for_itself(gate: GateHarness) -> None:
    slow, other = Rule("allow", "a.example", rate=1), Rule("allow", "b.example", rate=1)
    gate.net.count_request(slow)
    gate.net.count_request(other)

    with pytest.raises(Denied) as denial:
        gate.net.count_request(slow)

    assert denial.value.reason is Reason.TOO_MANY_REQUESTS


async def test_a_grant_for_once_lets_one_connection_through(gate: GateHarness) -> None:
    """What goes on inside that connection still passes."""
    once = Rule("allow", "ok.example", uses=1)
    gate.net.replace(Policy(rules=(once,)))
    with gate.net.connection():
        gate.net.remember(TO_OK, once)

    assert gate.net.decide(TO_OK, inside=True).allow
    assert gate.net.decide(TO_OK).denial is Reason.NOT_IN_ALLOWLIST


@pytest.mark.parametrize("path", ["CONNECT", "full URL"])
async def test_narrowing_cuts_what_leads_inside(gate: GateHarness, path: str) -> None:
    """The name stays allowed; the private address that it leads to does not."""
    gate.table["ok.example"] = ["127.0.0.1"]
    async with server(web) as port:
        rule = Rule("allow", "ok.example", (port,))
        gate.allow(rule)
        where = f"ok.example:{port}"
        if path == "CONNECT":
            client = await gate.connect(where)
        else:
            client = await gate.dial()
            await client.send(
                f"GET http://{where}/ HTTP/1.1\r\nHost: {where}\r\n\r\n".encode()
            )
            await client.head()

        assert gate.net.replace(Policy(rules=(rule,), allow_nets=LOCAL)) == 0
        assert gate.net.replace(Policy(rules=(rule,))) == 1


def test_a_cut_denies_everything_until_it_is_uncut(gate: GateHarness) -> None:
    gate.net.replace(Policy(rules=(OK,)))

    gate.net.cut()
    assert gate.net.decide(TO_OK).denial is Reason.CUT
    gate.net.uncut()
    assert gate.net.decide(TO_OK).allow


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_placeholder_on_its_way_elsewhere_is_found(
    gate: GateHarness, offset: int
) -> None:
    """In the open and in base64, wherever it begins in a group of three."""
    placeholder = "placeholder-of-the-token"
    secret = Secret("token", "env:TOKEN", ("ok.example",), "TOKEN")
    gate.net.replace(Policy(rules=(OK,), secrets=(secret,)))
    gate.net.hold_secrets({"token": "the value"}, {"token": placeholder})
    coded = base64.b64encode(b"x" * offset + placeholder.encode() + b"yz")

    for data in (placeholder.encode(), coded):
        assert gate.net.leaked(data, Host("evil.example")) == "token"
        assert gate.net.leaked(data, Host("ok.example")) == ""
    assert gate.net.value("token", Host("ok.example")) == "the value"
    assert gate.net.value("token", Host("evil.example")) is None


@pytest.mark.parametrize("credentials", ["user:correct-horse", "correct-horse:"])
def test_a_password_that_comes_back_plain_is_masked(credentials: str) -> None:
    """What is put in is base64, and a host that echoes may show what it made of it."""
    value = base64.b64encode(credentials.encode()).decode()
    secret = Secret("pip", "url:pip:ok.test:443", ("ok.test",))
    net = TaskNet(Policy(secrets=(secret,)), AuditLog(lambda _line: None))
    net.hold_secrets({"pip": value}, {})

    masker = net.masker(Host("ok.test"))

    assert masker
    assert masker.mask(value.encode()) == b"*" * len(value)
    assert b"correct-horse" not in masker.mask(b"you sent correct-horse")
