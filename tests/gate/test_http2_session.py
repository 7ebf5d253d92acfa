"""Each stream of an HTTP/2 connection has a verdict of its own; the others live on."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from h2.settings import SettingCodes, Settings

from swarm.policy.rules import Inject, Limits, Policy, Rule, Secret
from tests.gate.gate_harness import LOCAL, GateHarness
from tests.gate.http2_peers import (
    SECONDS,
    Fields,
    Peer,
    Told,
    dial,
    echo,
    get,
    http2_server,
)


async def ok(peer: Peer, told: Told) -> None:
    peer.answer(told, [(":status", "204")], ended=True)


async def test_a_stream_is_carried_both_ways(gate: GateHarness) -> None:
    """And written down with the facts that a request of HTTP/1.1 has."""
    async with http2_server(echo, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("POST",)))
        client = await dial(gate, port)
        asked = client.ask(get(port, "/v1/x?y=1", "POST", x_own="mine"), ended=False)
        await client.say(asked, b"the body", ended=True)
        answer = await client.whole(asked)

    assert answer.status == 200
    assert b":path: /v1/x?y=1\n" in answer.body
    assert b"x-own: mine\n" in answer.body
    assert answer.body.endswith(b"\n\nthe body")
    (line,) = gate.said(phase="request")
    assert (line["verdict"], line["how"], line["status"]) == ("allow", "done", 200)
    assert (line["method"], line["path"], line["up"]) == ("POST", "/v1/x?y=1", 8)
    assert line["address"] == "127.0.0.1"


DENIED: dict[str, tuple[Callable[[Fields], Fields], str]] = {
    "method": (
        lambda f: replaced(f, ":method", "DELETE"),
        "method-or-path-not-allowed",
    ),
    "path": (lambda f: replaced(f, ":path", "/private"), "method-or-path-not-allowed"),
    "dots": (lambda f: replaced(f, ":path", "/v1/../private"), "ambiguous-path"),
    "escaped": (lambda f: replaced(f, ":path", "/v1/%2e%2e/x"), "ambiguous-path"),
    "slash": (lambda f: replaced(f, ":path", "/v1/..%2fx"), "ambiguous-path"),
    "authority": (
        lambda f: replaced(f, ":authority", "evil.example"),
        "host-differs",
    ),
    "port": (lambda f: replaced(f, ":authority", "ok.example:1"), "host-differs"),
    "websocket": (
        lambda f: [*f[:1], (":protocol", "websocket"), *f[1:]],
        "http2-limit",
    ),
    "connect": (lambda f: replaced(f, ":method", "CONNECT"), "http2-limit"),
    "elsewhere": (lambda f: [*f, ("x-key", "other-placeholder")], "secret-elsewhere"),
}


def replaced(fields: Fields, name: str, value: str) -> Fields:
    return [(key, value if key == name else old) for key, old in fields]


@pytest.mark.parametrize("kind", DENIED)
async def test_a_denied_stream_is_told_and_leaves_the_others(
    gate: GateHarness, kind: str
) -> None:
    change, reason = DENIED[kind]
    seen: list[str] = []

    async def serve(peer: Peer, told: Told) -> None:
        seen.append(told.fields[":path"])
        await ok(peer, told)

    async with http2_server(serve, gate.web_ca) as port:
        rule = Rule("allow", "ok.example", (port,), ("GET",), ("/v1/**",))
        gate.allow(rule, secrets=(Secret("other", "env:X", ("other.example",)),))
        gate.net.hold_secrets({"other": "real-value"}, {"other": "other-placeholder"})
        client = await dial(gate, port)
        denied = await client.whole(client.ask(change(get(port, "/v1/denied"))))
        allowed = await client.whole(client.ask(get(port, "/v1/allowed")))

    body = json.loads(denied.body)
    assert (denied.status, body["error"]) == (403, "denied_by_policy")
    assert (denied.fields["x-swarm-deny"], body["reason"]) == (reason, reason)
    assert allowed.status == 204
    assert seen == ["/v1/allowed"]
    (line,) = [one for one in gate.said(phase="request") if one["verdict"] == "deny"]
    assert line["reason"].startswith(reason)
    assert line["host"] == "ok.example"


MALFORMED: dict[str, Callable[[Fields], Fields]] = {
    "no authority": lambda f: [pair for pair in f if pair[0] != ":authority"],
    "no path": lambda f: [pair for pair in f if pair[0] != ":path"],
    "two paths": lambda f: [*f[:4], (":path", "/v1/other")],
    "a late pseudo-field": lambda f: [*f, ("x", "y"), (":path", "/v1/x")],
    "plain http": lambda f: replaced(f, ":scheme", "http"),
    "another host": lambda f: [*f, ("host", "evil.example")],
    "two hosts": lambda f: [*f, ("host", "ok.example"), ("host", "evil.example")],
    "a capital": lambda f: [*f, ("X-Upper", "y")],
    "a line in a value": lambda f: [*f, ("x", "a\r\nhost: evil.example")],
    "a NUL": lambda f: [*f, ("x", "a\0b")],
    "a field of a hop": lambda f: [*f, ("transfer-encoding", "chunked")],
    "upgrade": lambda f: [*f, ("upgrade", "websocket")],
    "te": lambda f: [*f, ("te", "gzip")],
    "a space in the path": lambda f: replaced(f, ":path", "/v1/x y"),
    "a URL as path": lambda f: replaced(f, ":path", "https://evil.example/"),
    "an odd pseudo-field": lambda f: [*f[:4], (":odd", "x")],
    "user and host": lambda f: replaced(f, ":authority", "ok.example@evil.example"),
    "no method": lambda f: replaced(f, ":method", ""),
}


@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_head_with_two_readings_reaches_nobody(
    gate: GateHarness, kind: str
) -> None:
    seen: list[str] = []

    async def serve(peer: Peer, told: Told) -> None:
        seen.append(told.fields[":path"])
        await ok(peer, told)

    async with http2_server(serve, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), paths=("/v1/**",)))
        client = await dial(gate, port)
        refused = await client.whole(client.ask(MALFORMED[kind](get(port, "/v1/bad"))))
        allowed = await client.whole(client.ask(get(port, "/v1/fine")))

    assert (refused.status, allowed.status) == (400, 204)
    assert seen == ["/v1/fine"]
    assert gate.said(phase="request", verdict="deny", host="ok.example")


async def test_a_refused_call_of_grpc_is_told_in_its_words(gate: GateHarness) -> None:
    """Its clients read a status and a text beside the fields, and no body."""
    async with http2_server(ok, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), paths=("/fine/**",)))
        client = await dial(gate, port)
        fields = get(port, "/pkg.Service/Call", "POST", content_type="application/grpc")
        answer = await client.whole(client.ask(fields))

    assert answer.status == 200
    assert answer.fields["grpc-status"] == "7"
    assert "Denied by swarm's policy" in answer.fields["grpc-message"]
    assert answer.fields["x-swarm-deny"] == "method-or-path-not-allowed"
    assert not answer.body


async def test_a_rate_counts_streams(gate: GateHarness) -> None:
    async with http2_server(ok, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",), rate=2))
        client = await dial(gate, port)
        told = [await client.whole(client.ask(get(port))) for _ in range(3)]

    assert [one.status for one in told] == [204, 204, 403]
    assert told[2].fields["x-swarm-deny"] == "too-many-requests"


async def test_uploads_are_limited_on_each_stream(gate: GateHarness) -> None:
    """The stream that sends too much ends with the reason; the next one passes."""
    taken: list[bytes] = []

    async def serve(peer: Peer, told: Told) -> None:
        await peer.whole(told)
        taken.append(told.body)
        peer.answer(told, [(":status", "204")], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        gate.allow(
            Rule("allow", "ok.example", (port,), methods=("POST",), max_upload=10)
        )
        client = await dial(gate, port)
        asked = client.ask(get(port, method="POST"), ended=False)
        await client.say(asked, b"x" * 8)
        await client.say(asked, b"y" * 8)
        refused = await client.whole(asked)
        small = client.ask(get(port, method="POST"), ended=False)
        await client.say(small, b"z" * 8, ended=True)
        passed = await client.whole(small)

    assert refused.fields["x-swarm-deny"] == "too-much-upload"
    assert (passed.status, taken[-1]) == (204, b"z" * 8)
    assert gate.said(phase="request", verdict="deny", reason="too-much-upload")


async def test_the_whole_tasks_upload_is_limited(gate: GateHarness) -> None:

    async with http2_server(echo, gate.web_ca) as port:
        gate.allow(
            Rule("allow", "ok.example", (port,), methods=("POST",)),
            limits=Limits(upload=20),
        )
        client = await dial(gate, port)
        first = client.ask(get(port, method="POST"), ended=False)
        await client.say(first, b"x" * 15, ended=True)
        second = client.ask(get(port, method="POST"), ended=False)
        await client.whole(first)
        await client.say(second, b"y" * 15)
        refused = await client.whole(second)

    assert first.status == 200
    assert refused.fields["x-swarm-deny"] == "too-much-upload"


async def test_a_placeholder_in_a_body_is_found_over_frames(gate: GateHarness) -> None:
    async with http2_server(echo, gate.web_ca) as port:
        secret = Secret("other", "env:X", ("other.example",))
        gate.allow(
            Rule("allow", "ok.example", (port,), methods=("POST",)), secrets=(secret,)
        )
        gate.net.hold_secrets({"other": "real-value"}, {"other": "other-placeholder"})
        client = await dial(gate, port)
        asked = client.ask(get(port, method="POST"), ended=False)
        await client.say(asked, b"key=other-pla")
        await client.say(asked, b"ceholder&x=1")
        refused = await client.whole(asked)
        trailing = client.ask(get(port, method="POST"), ended=False)
        client.h2.send_headers(
            trailing.number, [("x-end", "other-placeholder")], end_stream=True
        )
        client.flush()
        trailed = await client.whole(trailing)

    assert refused.fields["x-swarm-deny"] == "secret-elsewhere"
    assert trailed.fields["x-swarm-deny"] == "secret-elsewhere"


def keyed(port: int, **more: Any) -> tuple[Rule, tuple[Secret, ...]]:
    rule = Rule(
        "allow",
        "ok.example",
        (port,),
        inject=Inject("X-Api-Key", "{}", "key"),
        **more,
    )
    return rule, (Secret("key", "env:KEY", ("ok.example",)),)


VALUE = "sk-a-real-key-0123"


async def test_a_secret_is_injected_and_masked_wherever_it_comes_back(
    gate: GateHarness,
) -> None:
    """In fields, over the borders of frames, and in trailers."""
    got: list[str] = []

    async def serve(peer: Peer, told: Told) -> None:
        value = told.fields["x-api-key"]
        got.append(value)
        peer.answer(told, [(":status", "200"), ("x-echo", value)])
        for piece in (b"you sent: ", value[:5].encode(), value[5:].encode(), b"!"):
            await peer.say(told, piece)
        peer.answer(told, [("x-trailer", value)], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        rule, secrets = keyed(port)
        gate.allow(rule, secrets=secrets)
        gate.net.hold_secrets({"key": VALUE}, {"key": "the-placeholder"})
        client = await dial(gate, port)
        fields = get(port, x_api_key="the-placeholder", range="bytes=0-1")
        answer = await client.whole(client.ask(fields))

    assert got == [VALUE]
    hidden = "*" * len(VALUE)
    assert answer.fields["x-echo"] == hidden
    assert answer.body == b"you sent: " + hidden.encode() + b"!"
    assert answer.trailers == {"x-trailer": hidden}
    (line,) = gate.said(phase="echo", host="ok.example")
    assert line["masked"] == 3
    assert VALUE not in json.dumps(gate.lines)


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        ("content-encoding", "br"),
        ("grpc-encoding", "gzip"),
        ("connect-content-encoding", "br"),
    ],
)
async def test_an_answer_that_cannot_be_searched_is_not_let_through(
    gate: GateHarness, name: str, coding: str
) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        assert not {"grpc-accept-encoding", "connect-accept-encoding"} & {*told.fields}
        peer.answer(told, [(":status", "200"), (name, coding)])
        await peer.say(told, VALUE.encode(), ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        rule, secrets = keyed(port)
        gate.allow(rule, secrets=secrets)
        gate.net.hold_secrets({"key": VALUE}, {"key": "the-placeholder"})
        client = await dial(gate, port)
        fields = get(port, grpc_accept_encoding="gzip", connect_accept_encoding="br")
        answer = await client.whole(client.ask(fields))

    assert answer.status == 502
    assert b"cannot be searched" in answer.body


async def test_tokens_of_a_model_are_counted(gate: GateHarness) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        await peer.whole(told)
        usage = {"model": "m-1", "usage": {"input_tokens": 7, "output_tokens": 9}}
        peer.answer(told, [(":status", "200"), ("content-type", "application/json")])
        await peer.say(told, json.dumps(usage).encode(), ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), model="anthropic"))
        client = await dial(gate, port)
        asked = client.ask(get(port, "/v1/messages", "POST"), ended=False)
        await client.say(asked, b"{}", ended=True)
        await client.whole(asked)

    (line,) = gate.said(phase="answer")
    assert (line["tokens_in"], line["tokens_out"], line["model"]) == (7, 9, "m-1")
    assert gate.said(phase="model", provider="anthropic")


async def test_a_call_of_a_tool_is_named(gate: GateHarness) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search"},
    }
    async with http2_server(echo, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("POST",)))
        client = await dial(gate, port)
        asked = client.ask(get(port, "/mcp", "POST"), ended=False)
        await client.say(asked, json.dumps(call).encode(), ended=True)
        await client.whole(asked)

    assert [line["tool"] for line in gate.said(phase="request")] == ["search"]


async def started(gate: GateHarness, rule: Rule, port: int) -> tuple[Peer, Told]:
    """A stream on which the host has answered and goes on."""
    gate.allow(rule)
    client = await dial(gate, port)
    asked = client.ask(get(port, "/v1/watch"))
    await client.until(asked, lambda told: told.body == b"first")
    return client, asked


async def watch(peer: Peer, told: Told) -> None:
    peer.answer(told, [(":status", "200")])
    await peer.say(told, b"first")
    await peer.until(told, lambda t: t.reset is not None)


async def test_cut_ends_streams(gate: GateHarness) -> None:
    async with http2_server(watch, gate.web_ca) as port:
        rule = Rule("allow", "ok.example", (port,), methods=("GET",))
        client, asked = await started(gate, rule, port)

        gate.net.cut()
        async with asyncio.timeout(60):
            await client.ended.wait()

    assert not asked.is_over
    assert gate.said(phase="request", how="cut")


@pytest.mark.parametrize("is_at_work", [False, True])
async def test_narrowing_ends_what_leads_inside_after_a_second_try(
    gate: GateHarness, is_at_work: bool
) -> None:
    """The host was not found when the client came: a stream dials for all."""
    rest = asyncio.Event()

    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, [(":status", "200")])
        await rest.wait()
        await peer.say(told, b"", ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        rule = Rule("allow", "ok.example", (port,), ("GET",), ("/**",))
        gate.allow(rule)
        address = gate.table.pop("ok.example")
        client = await dial(gate, port)
        first = await client.whole(client.ask(get(port)))
        gate.table["ok.example"] = address
        second = client.ask(get(port))
        await client.until(second, lambda told: told.status == 200)
        if not is_at_work:
            rest.set()
            await client.whole(second)
        ended = gate.net.replace(Policy(rules=(rule,)))
        async with asyncio.timeout(SECONDS):
            await client.ended.wait()
        rest.set()

    assert first.status == 502
    assert ended


async def test_narrowing_ends_the_stream_that_is_no_longer_allowed(
    gate: GateHarness,
) -> None:
    """Its host stays allowed, and so does a stream of another path."""
    async with http2_server(watch, gate.web_ca) as port:
        wide = Rule("allow", "ok.example", (port,), ("GET",), ("/**",))
        client, asked = await started(gate, wide, port)
        other = client.ask(get(port, "/v2/watch"))
        await client.until(other, lambda told: told.body == b"first")

        narrow = Rule("allow", "ok.example", (port,), ("GET",), ("/v2/**",))
        ended = gate.net.replace(Policy(rules=(narrow,), allow_nets=LOCAL))
        await client.whole(asked)

        assert ended == 1
        assert asked.reset is not None
        assert other.reset is None
        assert not client.ended.is_set()
        assert [line["path"] for line in gate.said(how="cut")] == ["/v1/watch"]


async def test_a_client_that_takes_a_stream_back_ends_it_at_the_host(
    gate: GateHarness,
) -> None:
    over = asyncio.Event()

    async def serve(peer: Peer, told: Told) -> None:
        await watch(peer, told)
        over.set()

    async with http2_server(serve, gate.web_ca) as port:
        rule = Rule("allow", "ok.example", (port,), methods=("GET",))
        client, asked = await started(gate, rule, port)
        client.h2.reset_stream(asked.number, 8)
        client.flush()
        async with asyncio.timeout(60):
            await over.wait()
            while not gate.said(phase="request"):
                await asyncio.sleep(0)

    assert gate.said(phase="request", how="broken")


async def test_an_idle_connection_ends_in_order(
    gate: GateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarm.gate.http2_session.IDLE_SECONDS", 0.05)
    async with http2_server(ok, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",)))
        client = await dial(gate, port)
        await client.whole(client.ask(get(port)))
        async with asyncio.timeout(60):
            await client.ended.wait()

    assert client.goaway is not None
    assert int(client.goaway.error_code or 0) == 0


async def test_a_client_need_not_wait_for_a_host_that_takes_nothing(
    gate: GateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It allows no stream at all: the request is taken back, or told after a while."""
    monkeypatch.setattr("swarm.gate.http2_forward.ANSWER_SECONDS", 0.5)

    def none_at_once(peer: Peer) -> None:
        limit = SettingCodes.MAX_CONCURRENT_STREAMS
        peer.h2.local_settings = Settings(client=False, initial_values={limit: 0})

    async with http2_server(ok, gate.web_ca, begin=none_at_once) as port:
        gate.allow(Rule("allow", "ok.example", (port,), methods=("GET",)))
        client = await dial(gate, port)
        # The first one is on its way before the host has told its limit.
        await client.whole(client.ask(get(port)))
        answer = await client.whole(client.ask(get(port)))

    assert answer.status == 502
