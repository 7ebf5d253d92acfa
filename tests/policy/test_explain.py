"""An explanation is what the gate does: one table, asked of both."""

import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from swarm.policy import explain
from swarm.policy.reasons import Allowance, Reason
from swarm.policy.rules import Policy, Rule
from tests.gate.gate_harness import (
    LOCAL,
    Client,
    GateHarness,
    open_gate_harness,
    server,
    web,
)

OK = Rule("allow", "ok.example")
GET = replace(OK, methods=("GET",))
V1 = replace(OK, paths=("/v1/**",))
NO_POST = Rule("deny", "ok.example", methods=("POST",))


@dataclass(frozen=True)
class Row:
    """An attempt under a policy, and the answer."""

    rules: tuple[Rule, ...]
    answer: Reason | Allowance
    method: str = ""
    path: str = ""
    host: str = "ok.example"
    is_plain_http: bool = False
    """Sent to the proxy by its full URL."""
    is_tunnelled_http: bool = False
    """Plain HTTP through CONNECT, where the gate cannot know yet that it is no TLS."""
    is_inspected: bool = False
    never: bool = False
    """`inspect = "never"`."""
    passthrough: bool = False
    default: str = "deny"

    def policy(self, port: int) -> Policy:
        """The policy with every rule about a port about this one."""
        rules = (
            replace(rule, ports=(port,) if rule.ports else ()) for rule in self.rules
        )
        settings: dict[str, Any] = {"default": self.default, "allow_nets": LOCAL}
        if self.never:
            settings["inspect"] = "never"
        if self.passthrough:
            settings["passthrough"] = (f"{self.host}:{port}",)
        return Policy(rules=tuple(rules), **settings)


PASSES = Allowance.ALLOW_RULE
ROWS = {
    "nothing allows it": Row((), Reason.NOT_IN_ALLOWLIST),
    "a request, nothing allows it": Row((), Reason.NOT_IN_ALLOWLIST, "GET"),
    "a rule for the host": Row((OK,), PASSES),
    "a request that is not read": Row((OK,), PASSES, "POST", "/any"),
    "a method": Row((GET,), PASSES, "GET", is_inspected=True),
    "another method": Row((GET,), Reason.METHOD_OR_PATH, "POST", is_inspected=True),
    "an odd method": Row((GET,), Reason.METHOD_OR_PATH, "TRACE", is_inspected=True),
    "an odd method, any path": Row(
        (OK, NO_POST), Reason.METHOD_OR_PATH, "TRACE", is_inspected=True
    ),
    "a path": Row((V1,), PASSES, "GET", "/v1/a", is_inspected=True),
    "another path": Row((V1,), Reason.METHOD_OR_PATH, "GET", "/v2", is_inspected=True),
    "no path is /": Row((V1,), Reason.METHOD_OR_PATH, "GET", is_inspected=True),
    "two readings": Row(
        (V1,), Reason.AMBIGUOUS_PATH, "GET", "/v2/../v1/a", is_inspected=True
    ),
    "a deny": Row((OK, Rule("deny", "ok.example", ())), Reason.DENY_RULE, "GET"),
    "a deny of a method": Row(
        (OK, NO_POST), Reason.DENY_RULE, "POST", "/", is_inspected=True
    ),
    "beside that deny": Row((OK, NO_POST), PASSES, "GET", is_inspected=True),
    "never inspected": Row((GET,), Reason.RULE_NEEDS_INSPECTION, "GET", never=True),
    "never inspected, a connection": Row(
        (GET,), Reason.RULE_NEEDS_INSPECTION, never=True
    ),
    "passed through": Row((V1,), Reason.RULE_NEEDS_INSPECTION, "GET", passthrough=True),
    "plain HTTP": Row((GET,), PASSES, "GET", is_plain_http=True, is_inspected=True),
    "plain HTTP, another method": Row(
        (GET,), Reason.METHOD_OR_PATH, "POST", is_plain_http=True, is_inspected=True
    ),
    "plain HTTP is read without inspection": Row(
        (GET,), PASSES, "GET", is_plain_http=True, is_inspected=True, never=True
    ),
    "plain HTTP in a tunnel": Row(
        (GET,), PASSES, "GET", is_tunnelled_http=True, is_inspected=True
    ),
    "plain HTTP in a tunnel, never inspected": Row(
        (GET,), Reason.RULE_NEEDS_INSPECTION, "GET", is_tunnelled_http=True, never=True
    ),
    "logged only": Row((), Allowance.LOGGED_ONLY, "GET", default="log"),
    "a local name": Row((), Reason.LOCAL_NAME, "GET", host="a.internal"),
    "a resolver": Row((), Reason.OTHER_RESOLVER, host="dns.google", default="log"),
    "an address": Row((), Reason.RAW_ADDRESS, host="10.0.0.1", default="log"),
    "a raw tunnel": Row((Rule("tcp", "ok.example"),), Allowance.TCP_RULE, "GET"),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_explanation(row: Row) -> None:
    """The reason, and whether the gate reads the request."""
    attempt = explain.attempt(row.host, 443, row.method, row.path)

    explanation = explain.explain(row.policy(443), attempt, 0.0, row.is_plain_http)

    assert explanation.verdict.reason is row.answer
    assert explanation.is_inspected is row.is_inspected


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
async def test_the_gate_does_the_same(row: Row, tmp_path: Path) -> None:
    """A client that knows of the proxy makes the attempt for real."""
    async with open_gate_harness(tmp_path) as gate:
        gate.table[row.host] = ["127.0.0.1"]
        is_tls = not (row.is_plain_http or row.is_tunnelled_http)
        authority = gate.web_ca if is_tls else None
        async with server(web, authority, row.host) as port:
            gate.net.replace(row.policy(port))
            answer = await (_plain if row.is_plain_http else _tunnel)(gate, row, port)

    is_denied = isinstance(row.answer, Reason)
    assert answer == (row.answer if is_denied else "HTTP/1.1 200 OK")


async def _plain(gate: GateHarness, row: Row, port: int) -> str:
    client = await gate.dial()
    where = f"{row.host}:{port}"
    await client.send(
        f"{row.method} http://{where}{row.path or '/'} HTTP/1.1\r\n"
        f"Host: {where}\r\n\r\n".encode()
    )
    return _answer(await client.head())


async def _tunnel(gate: GateHarness, row: Row, port: int) -> str:
    client = await gate.connect(f"{row.host}:{port}")
    if not client.status.startswith("HTTP/1.1 200"):
        return client.status.split()[-1]
    if not row.is_tunnelled_http:
        await _start_tls(client, gate, row.host)
    if not row.method:
        return "HTTP/1.1 200 OK"
    await client.send(
        f"{row.method} {row.path or '/'} HTTP/1.1\r\nHost: {row.host}:{port}\r\n"
        "Content-Length: 0\r\n\r\n".encode()
    )
    return _answer(await client.head())


async def _start_tls(client: Client, gate: GateHarness, host: str) -> None:
    both = f"{gate.gate_ca.certificate}\n{gate.web_ca.certificate}"
    context = ssl.create_default_context(cadata=both)
    await client.writer.start_tls(context, server_hostname=host)


def _answer(head: str) -> str:
    """The status line, or the reason of a denial."""
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    return fields.get("X-Swarm-Deny") or head.split("\r\n")[0]
