"""An answer is a limit or a refusal by its status, its fields and its error alone."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import model_limits, reset_times
from swarm.gate.llm_usage import LlmResponseReader
from swarm.gate.model_limits import ModelError
from swarm.policy.rules import Inject, Rule, Secret
from tests.gate.gate_harness import GateHarness, open_gate_harness, server
from tests.gate.http2_peers import Peer, Told, dial, get, http2_server

NOW = 1_800_000_000.0
FIVE_HOURS = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": str(int(NOW + 18000)),
}


def read(
    status: int, body: Any = None, headers: dict[str, str] | None = None
) -> ModelError | None:
    """What an answer with this body and these fields is read as."""
    fields = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    reader = LlmResponseReader()
    reader.feed(body if isinstance(body, bytes) else json.dumps(body).encode())
    reader.done()
    return model_limits.read(status, fields, reader.error, NOW)


def event(body: Any, name: str = "error") -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), json.dumps(body).encode())


def error(kind: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message, **more}}


@pytest.mark.parametrize(
    ("headers", "ahead"),
    [
        ({"retry-after": "7200"}, 7200),
        ({"Retry-After": "7200"}, 7200),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Fri, 15 Jan 2027 08:01:00 GMT"}, 60),
        (FIVE_HOURS, 18000),
        ({**FIVE_HOURS, "retry-after": "20"}, 18000),
        ({**FIVE_HOURS, "anthropic-ratelimit-unified-status": "allowed"}, None),
        (
            {
                **FIVE_HOURS,
                "anthropic-ratelimit-unified-status": "allowed",
                "retry-after": "9",
            },
            9,
        ),
        (
            {
                "anthropic-ratelimit-unified-7d-reset": str(int(NOW + 86400)),
                "anthropic-ratelimit-unified-7d-status": "rejected",
                "anthropic-ratelimit-unified-5h-reset": str(int(NOW + 99)),
                "anthropic-ratelimit-unified-5h-status": "allowed",
            },
            86400,
        ),
        (
            {
                "anthropic-ratelimit-requests-reset": "2027-01-15T08:01:00Z",
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2027-01-15T09:01:00Z",
                "anthropic-ratelimit-tokens-remaining": "4000",
            },
            60,
        ),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "9",
            },
            1,
        ),
        ({"x-ratelimit-reset": str(int(NOW + 60) * 1000)}, 60),
        ({"x-ratelimit-reset-requests": "6m0s", "retry-after": "2"}, 2),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "31536000"}, None),
        ({"retry-after": "Fri, 15 Jan 2021 08:01:00 GMT"}, None),
        ({"retry-after": "\x00\x1b[31m"}, None),
        ({}, None),
    ],
)
def test_the_fields_of_a_429(headers: dict[str, str], ahead: float | None) -> None:
    """A time that is in the past, in a year or no time at all: none is known."""
    told = read(429, {"error": {"message": "slow down"}}, headers)

    until = None if ahead is None else NOW + ahead
    assert told == ModelError("usage", until, "slow down")


@pytest.mark.parametrize(
    ("body", "ahead"),
    [
        ({"error": {"type": "usage_limit_reached", "resets_in_seconds": 3600}}, 3600),
        ({"error": {"type": "usage_limit_reached", "resets_at": NOW + 60}}, 60),
        ({"error": {"resetsAt": NOW + 60}}, 60),
        ({"error": {"message": "x"}, "resets_at": NOW + 60}, 60),
        ({"error": {"details": [{"retryDelay": "34.5s"}]}}, 34.5),
        ([{"error": {"details": [{"retryDelay": "34.5s"}]}}], 34.5),
        ({"error": {"details": [{"retryDelay": {"seconds": 34}}]}}, 34),
        ({"error": {"message": "Please try again in 1.5s. Visit x"}}, 1.5),
        ({"error": {"message": "Please try again in 6m0s."}}, 360),
        ({"error": {"message": "Please try again in 20ms."}}, 0.02),
        ({"error": {"message": "Please try again in a year."}}, None),
        ({"error": {"resets_at": NOW - 60}}, None),
        ({"error": {"resets_at": NOW + 365 * 86400}}, None),
        ({"error": {"resets_at": "tomorrow", "resets_in_seconds": True}}, None),
        ({"error": {"resets_in_seconds": 10**60}}, None),
        ({"error": {"resets_at": [NOW + 60]}}, None),
        ("<html>", None),
        (b'{"error": {"resets_in_seconds": NaN}}', None),
        (b'{"error": {"resets_in_seconds": 1e999}}', None),
        (b'{"error": {"resets_in_seconds": 60}', None),
        (b"[" * 100_000, None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_the_body_of_a_429(body: Any, ahead: float | None) -> None:
    told = read(429, body)

    assert told is not None
    assert told.kind == "usage"
    assert told.until == (None if ahead is None else pytest.approx(NOW + ahead))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (529, error("overloaded_error", "Overloaded"), "overload"),
        (529, "<html>", "overload"),
        (503, {"error": {"code": 503, "status": "UNAVAILABLE"}}, "overload"),
        (503, "", "overload"),
        (429, error("overloaded_error"), "overload"),
        (429, error("rate_limit_error"), "usage"),
        (429, {"error": {"code": "insufficient_quota"}}, "usage"),
        (403, {"error": {"status": "RESOURCE_EXHAUSTED"}}, "usage"),
        (401, error("authentication_error", "invalid x-api-key"), "key"),
        (401, "", "key"),
        (400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}, "key"),
        (403, error("permission_error"), "forbidden"),
        (402, {"error": {"message": "pay"}}, "credit"),
        (400, error("x", "Your credit balance is too low to use it"), "credit"),
        (404, error("not_found_error", "model: nope"), "model"),
        (404, {"error": {"code": "model_not_found"}}, "model"),
        (400, {"error": {"code": "model_not_found"}}, "model"),
    ],
)
def test_the_kind_of_an_answer(status: int, body: Any, kind: str) -> None:
    told = read(status, body)

    assert told is not None
    assert (told.kind, told.is_limit) == (kind, kind in ("usage", "overload"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"type": "message", "content": [{"text": "error: rate_limit_error"}]}),
        (200, {"error": None, "response": {"error": None}}),
        (200, {"error": "rate_limit_error"}),
        (200, {"choices": [{"message": {"error": {"type": "overloaded_error"}}}]}),
        (400, error("invalid_request_error", "max_tokens")),
        (500, error("api_error")),
        (502, "<html>"),
        (0, ""),
    ],
)
def test_other_answers_are_neither(status: int, body: Any) -> None:
    """A model may say anything, and write any key into the input of a tool."""
    told = read(status, body, {"retry-after": "60"})

    assert told is None


START = event({"type": "message_start", "message": {"model": "m"}}, "message_start")


@pytest.mark.parametrize(
    ("body", "kind", "ahead"),
    [
        (START + event(error("overloaded_error", "Overloaded")), "overload", None),
        (START + event(error("rate_limit_error", "slow down")), "usage", None),
        (
            event(
                {
                    "type": "response.failed",
                    "response": {
                        "error": {
                            "code": "rate_limit_exceeded",
                            "message": "Please try again in 11.054s.",
                        }
                    },
                },
                "response.failed",
            ),
            "usage",
            11.054,
        ),
        (
            event({"type": "error", "code": "rate_limit_exceeded", "message": "no"}),
            "usage",
            None,
        ),
        (event({"error": {"code": 429, "message": "no"}}), "usage", None),
        (event({"error": {"code": 529, "message": "no"}}), "overload", None),
        (
            event(
                {
                    "error": {
                        "code": 429,
                        "status": "RESOURCE_EXHAUSTED",
                        "details": [{"retryDelay": "30s"}],
                    }
                }
            ),
            "usage",
            30,
        ),
    ],
)
def test_an_error_within_a_stream(body: bytes, kind: str, ahead: float | None) -> None:
    """It answered 200 and broke off: the limit is one all the same."""
    told = read(200, body)

    assert told is not None
    assert (told.kind, told.until) == (kind, None if ahead is None else NOW + ahead)


def test_fields_of_a_good_answer_tell_no_limit() -> None:
    """Windows are told with every answer; only an error's count."""
    told = read(200, START + event(error("overloaded_error")), FIVE_HOURS)

    assert told == ModelError("overload")


def test_a_sentence_is_cut() -> None:
    told = read(429, error("rate_limit_error", "x" * 10_000))

    assert told is not None
    assert len(told.text) == model_limits.TEXT_LIMIT


@pytest.mark.parametrize(
    ("method", "target", "asks"),
    [
        ("POST", "/v1/messages", True),
        ("POST", "/v1/messages?beta=true", True),
        ("POST", "/backend-api/codex/responses", True),
        ("POST", "/v1/chat/completions/", True),
        ("POST", "/v1beta/models/g:streamGenerateContent?alt=sse&key=x", True),
        ("POST", "/v1/messages/count_tokens", False),
        ("POST", "/api/event_logging/batch", False),
        ("GET", "/v1/messages", False),
        ("POST", "/x?y=/v1/messages", False),
        ("POST", "", False),
        ("POST", "/" + "/messages" * 3000 + "x", False),
    ],
)
def test_a_request_for_words(method: str, target: str, asks: bool) -> None:
    assert model_limits.asks_model(method, target) is asks


KEYS = (
    *("error", "response", "type", "code", "message", "details"),
    *("resets_at", "resetsAt", "resets_in_seconds", "retryDelay"),
)


@pytest.mark.parametrize(
    ("target", "body", "model"),
    [
        ("/v1/messages", b'{"model":"claude-x","messages":[]}', "claude-x"),
        ("/v1/messages", b'{"a": 1, "model" : "o/gpt:free@1+x"}', "o/gpt:free@1+x"),
        ("/v1beta/models/gem-1:generateContent", b'{"model":"y"}', "gem-1"),
        ("/v1/messages", b'{"messages":[{"content":"\\"model\\":\\"x\\""}]}', ""),
        ("/v1/messages", b'{"tools":[{"properties":{"model":{}}}]}', ""),
        ("/v1/messages", b'{"model":"a\x1b[2J"}', ""),
        ("/v1/messages", b"", ""),
    ],
)
def test_the_model_that_is_asked_for(target: str, body: bytes, model: str) -> None:
    assert model_limits.asked_model(target, body) == model


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(10**20), 10**20)
    | some.floats()
    | some.text(max_size=20)
    | some.sampled_from(["6m0s", "rate_limit_error", "overloaded_error", "429"]),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(
            some.sampled_from(KEYS) | some.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)
NAMES = some.sampled_from([
    "retry-after",
    "retry-after-ms",
    "anthropic-ratelimit-unified-reset",
    "anthropic-ratelimit-unified-status",
    "anthropic-ratelimit-tokens-reset",
    "x-ratelimit-reset-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset",
])  # fmt: skip
VALUES = some.binary(max_size=30) | some.from_regex(rb"[0-9]{1,12}(ms|s|m|h)?")


@given(
    some.integers(0, 999),
    some.lists(some.tuples(NAMES.map(str.encode), VALUES), max_size=6),
    JSON,
)
def test_no_answer_is_misread(
    status: int, fields: list[tuple[bytes, bytes]], body: Any
) -> None:
    """Whatever comes: no exception, a kind of ours, a time ahead within the bound."""
    for piece in body if isinstance(body, list) else [body]:
        found = model_limits.error_in(piece) if isinstance(piece, dict) else None
        told = model_limits.read(status, fields, found, NOW)

        if told is not None:
            assert told.kind in {*model_limits.LIMITS, "key", "credit", "model"} | {
                "forbidden"
            }
            assert len(told.text) <= model_limits.TEXT_LIMIT
            assert told.until is None or (
                told.is_limit and NOW < told.until <= NOW + reset_times.AHEAD_LIMIT
            )
            assert json.dumps(told.until) != "NaN"


def test_a_giant_error_is_looked_at_in_part() -> None:
    """What lies beyond the bounds tells nothing, and costs nothing."""
    many = [{"resets_in_seconds": 99}] * 100_000
    wide = {"error": {"code": 429, "resets_in_seconds": 9, "x": many}}
    deep: Any = {"resets_in_seconds": 9}
    for _ in range(200):
        deep = {"x": deep}

    told = [read(429, wide), read(429, {"error": deep})]

    assert told == [ModelError("usage", NOW + 9), ModelError("usage", None)]


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


def answering(said: bytes) -> Serve:
    """A host that answers one request of each connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(2)
        writer.write(said)
        await writer.drain()

    return serve


def answer(status: int, body: Any, *fields: str) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(text)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + text


async def ask(gate: GateHarness, port: int, key: str, path: str) -> None:
    client = await gate.connect(f"ok.example:{port}")
    await client.tls(gate.gate_ca, "ok.example")
    await client.send(
        f"POST {path} HTTP/1.1\r\nHost: ok.example:{port}\r\n{key}"
        "Content-Length: 2\r\nConnection: close\r\n\r\n{}".encode()
    )
    await client.rest()


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
async def test_a_limit_is_told_as_it_passes(tmp_path: Path, path: str) -> None:
    """A line of its own before the answer's, and only for a request for words."""
    limited = answer(429, error("rate_limit_error", "slow"), "Retry-After: 7200")
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(answering(limited), gate.web_ca, "ok.example") as port:
            gate.allow(Rule("allow", "ok.example", (port,), model="anthropic"))
            await ask(gate, port, "x-api-key: k1\r\n", path)
        limits, (answered,) = gate.said(phase="limit"), gate.said(phase="answer")

    if path.endswith("count_tokens"):
        assert not limits
        return
    (limit,) = limits
    assert (limit["host"], limit["kind"], limit["status"]) == (
        "ok.example",
        "usage",
        429,
    )
    assert 7100 < limit["until"] - limit["at"] <= 7201
    assert limit["text"] == "slow"
    assert len(limit["key"]) == 12
    assert "k1" not in limit["key"]
    assert answered["limited"] is True


async def test_a_limit_names_the_secret_that_the_gate_puts_in(tmp_path: Path) -> None:
    """All tasks that share it share the limit, whatever placeholder each holds."""
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        host = answering(answer(429, {}))
        async with server(host, gate.web_ca, "ok.example") as port:
            rule = Rule(
                "allow",
                "ok.example",
                (port,),
                model="anthropic",
                inject=Inject("x-api-key", "{}", "team"),
            )
            gate.allow(rule, secrets=(Secret("team", "env:K", ("ok.example",)),))
            gate.net.hold_secrets({"team": "real"}, {"team": "placeholder-of-it"})
            await ask(gate, port, "x-api-key: placeholder-of-it\r\n", "/v1/messages")
        (limit,) = gate.said(phase="limit")

    assert limit["key"] == "team"


async def test_a_refusal_is_told_as_it_passes(tmp_path: Path) -> None:
    refused = answer(401, error("authentication_error", "invalid x-api-key"))
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(answering(refused), gate.web_ca, "ok.example") as port:
            gate.allow(Rule("allow", "ok.example", (port,), model="anthropic"))
            await ask(gate, port, "Authorization: Bearer k1\r\n", "/v1/messages")
        (refusal,), (answered,) = gate.said(phase="refusal"), gate.said(phase="answer")

    assert (refusal["why"], refusal["status"]) == ("key", 401)
    assert refusal["text"] == "invalid x-api-key"
    assert "limited" not in answered


async def test_a_stream_that_breaks_off_with_an_overload_is_told(
    tmp_path: Path,
) -> None:
    body = START + event(error("overloaded_error", "Overloaded"))
    broken = answer(200, body, "Content-Type: text/event-stream")
    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(answering(broken), gate.web_ca, "ok.example") as port:
            gate.allow(Rule("allow", "ok.example", (port,), model="anthropic"))
            await ask(gate, port, "", "/v1/messages")
        (limit,) = gate.said(phase="limit")

    assert (limit["kind"], limit["status"], limit["text"]) == (
        "overload",
        200,
        "Overloaded",
    )
    assert "until" not in limit


async def test_a_limit_over_http2_is_told(tmp_path: Path) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        await peer.whole(told)
        peer.answer(told, [(":status", "429"), ("retry-after", "60")])
        body = {"error": {"type": "usage_limit_reached", "resets_in_seconds": 600}}
        await peer.say(told, json.dumps(body).encode(), ended=True)

    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with http2_server(serve, gate.web_ca) as port:
            gate.allow(Rule("allow", "ok.example", (port,), model="openai"))
            client = await dial(gate, port)
            fields = get(port, "/v1/responses", "POST", authorization="Bearer k")
            asked = client.ask(fields, ended=False)
            await client.say(asked, b"{}", ended=True)
            await client.whole(asked)
        (limit,) = gate.said(phase="limit")

    assert 500 < limit["until"] - limit["at"] <= 601
    assert len(limit["key"]) == 12
