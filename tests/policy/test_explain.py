"""An explanation is what the gate does: one table, asked of both."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import addresses, explain
from swarm.policy.addresses import AddressKind
from swarm.policy.reasons import Allowance, Reason
from swarm.policy.rules import Limits, Policy, Rule
from tests.gate import gate_program
from tests.gate.every_path import PASSED, PATHS, Wanted, answer
from tests.gate.gate_harness import (
    LOCAL,
    Client,
    GateHarness,
    open_gate_harness,
    server,
    web,
)
from tests.gate.gate_process import open_gate
from tests.promises.web import Web

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


PUBLIC, INSIDE = "at-93-184-216-34.example", "at-10-0-0-7.example"
HOSTS = (
    PUBLIC,
    INSIDE,
    "at-100-64-0-1.example",
    "at-198-18-0-5.example",
    "at-127-0-0-9.example",
    "at-169-254-169-254.example",
    "at-10-0-0-7.corp.internal",
    "at-10-0-0-7.local",
    "at-10-0-0-7.lan",
    "at-10-0-0-7",
    "host.docker.internal",
    "localhost",
    "metadata.google.internal",
    "10.0.0.7",
    "127.0.0.1",
    "169.254.169.254",
    "8.8.8.8",
)
ANY = Rule("allow", "host", (1,))
PRIVATE = replace(ANY, allow_private=True)
TABLE: dict[str, tuple[Rule, ...]] = {
    "nothing": (),
    "allow": (ANY,),
    "allow private": (PRIVATE,),
    "allow GET": (replace(ANY, methods=("GET",)),),
    "allow private, another path": (replace(PRIVATE, paths=("/v1/**",)),),
    "two rules": (replace(ANY, methods=("GET",)), replace(PRIVATE, methods=("HEAD",))),
    "private on another port": (ANY, replace(PRIVATE, ports=(2,))),
    "tcp": (replace(ANY, kind="tcp"),),
    "tcp private": (replace(PRIVATE, kind="tcp"),),
    "deny": (PRIVATE, replace(ANY, kind="deny")),
    "tcp and deny": (replace(PRIVATE, kind="tcp"), replace(ANY, kind="deny", ports=())),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "as usual": {},
    "log": {"default": "log"},
    "always": {"inspect": "always"},
    "never": {"inspect": "never"},
    "10/8": {"allow_nets": ("10.0.0.0/8",)},
}
MANY = Limits(connections=1000, per_second=10_000)


def policies(host: str, port: int) -> Iterator[tuple[str, Policy]]:
    """Each policy of the table, about this host and port."""
    for named, rules in TABLE.items():
        ports = {1: (port,), 2: (port + 1,)}
        ours = tuple(
            replace(rule, host=host, ports=ports[rule.ports[0]] if rule.ports else ())
            for rule in rules
        )
        for setting, values in SETTINGS.items():
            if setting == "as usual" or host in (INSIDE, "10.0.0.7"):
                yield f"{named}, {setting}", Policy(ours, limits=MANY, **values)


@pytest.mark.parametrize("host", HOSTS)
async def test_the_gate_s_program_does_what_is_explained(
    host: str, tmp_path: Path
) -> None:
    """One table, asked of the explanation and of the real gate by every path."""
    web = Web("127.0.0.1", tmp_path)
    if host[-1].isdigit():
        web.address = host  # a certificate for clients that name no host
    differences = []
    found = tuple(await gate_program.this_machine(host))
    if host in ("host.docker.internal", "localhost", "metadata.google.internal"):
        found = ("127.0.0.1",)
    async with open_gate(tmp_path, transparent_port=web.port) as gate:
        wanted = Wanted(host, web.port, "GET", "/v2")
        for number, (named, policy) in enumerate(policies(host, web.port)):
            trusting = replace(policy, upstream_ca=(web.authority.certificate,))
            net = await gate.open_net(str(number), policy=trusting)
            for path in PATHS:
                attempt = explain.attempt(host, web.port, "GET", "/v2")
                is_plain = path == "full URL"
                told = explain.explain(policy, attempt, 0.0, is_plain, found).verdict
                got = await answer(gate, str(number), net, path, wanted)
                expected = PASSED if told.allow else str(told.reason)
                if got != expected:
                    differences.append(f"{named}, {path}: {expected}, not {got}")
            await gate.ask("close", net=str(number))
    web.close()

    assert differences == []


any_rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from(["allow", "tcp", "deny"]),
        st.sampled_from(["a.b.example", "a.internal", "*.b.example", "10.0.0.7"]),
        st.sampled_from([(443,), (80,), (80, 443), (53,)]),
        methods=st.sampled_from([(), ("GET",)]),
        allow_private=st.booleans(),
    ),
    max_size=5,
)


@given(
    any_rules,
    st.sampled_from(["a.b.example", "a.internal", "10.0.0.7", "localhost"]),
    st.sampled_from([53, 80, 443]),
    st.sampled_from(["", "GET", "POST"]),
    st.ip_addresses(),
    st.sampled_from(["deny", "log"]),
)
def test_no_rule_opens_what_is_never_open(
    rules: list[Rule],
    host: str,
    port: int,
    method: str,
    address: object,
    default: Literal["deny", "log"],
) -> None:
    """And only a rule with the word for it opens the user's own network."""
    policy = Policy(tuple(rules), default=default)
    attempt = explain.attempt(host, port, method)
    kind = addresses.kind(str(address))

    explanation = explain.explain(policy, attempt, 0.0, found=[str(address)])

    if explanation.verdict.allow:
        assert kind is AddressKind.PUBLIC or kind.is_inside
        named = host == "10.0.0.7" or any(rule.allow_private for rule in rules)
        assert kind is AddressKind.PUBLIC or named
    elif explanation.address:
        assert explanation.verdict.denial is not None
        denial = explanation.verdict.denial
        assert explain.way_out(denial, attempt, explanation.address)
