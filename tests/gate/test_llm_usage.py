"""Tokens are counted from the answers themselves, whole or in pieces."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate.llm_usage import LlmResponseReader, LlmUsage
from swarm.policy.rules import Rule
from tests.gate.gate_harness import open_gate_harness, server

ANTHROPIC = b"".join(
    b"event: %s\ndata: %s\n\n" % (str(body["type"]).encode(), json.dumps(body).encode())
    for body in (
        {
            "type": "message_start",
            "message": {
                "model": "claude-x",
                "usage": {
                    "input_tokens": 25,
                    "cache_read_input_tokens": 900,
                    "cache_creation_input_tokens": 700,
                    "cache_creation": {"ephemeral_1h_input_tokens": 200},
                    "output_tokens": 1,
                },
            },
        },
        {"type": "content_block_delta", "delta": {"text": "usage: 7"}},
        {"type": "message_delta", "usage": {"output_tokens": 15}},
        {"type": "message_stop"},
    )
)
OPENAI_CHAT = (
    b'data: {"model": "gpt-x", "choices": [{"delta": {"content": "hi"}}]}\n\n'
    b'data: {"model": "gpt-x", "choices": [], "usage": {"prompt_tokens": 30,'
    b' "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 10}}}\n\n'
    b"data: [DONE]\n\n"
)
OPENAI_RESPONSES = (
    b'event: response.completed\ndata: {"type": "response.completed", "response":'
    b' {"model": "gpt-y", "usage": {"input_tokens": 50, "output_tokens": 6,'
    b' "input_tokens_details": {"cached_tokens": 20}}}}\n\n'
)
GEMINI = (
    b'[{"modelVersion": "gemini-x", "usageMetadata": {"promptTokenCount": 9}},\n'
    b'{"modelVersion": "gemini-x", "usageMetadata": {"promptTokenCount": 9,'
    b' "candidatesTokenCount": 3, "thoughtsTokenCount": 2}}]'
)


def estimate(tokens_out: int, model: str = "") -> LlmUsage:
    """Counted from bytes, since the answer does not tell."""
    return LlmUsage(model, tokens_out=tokens_out, estimated=True)


ANSWERS = {
    "anthropic": (ANTHROPIC, LlmUsage("claude-x", 25, 15, 900, 700, 200)),
    "openai chat": (OPENAI_CHAT, LlmUsage("gpt-x", 20, 4, 10)),
    "openai cache writes": (
        b'{"model": "gpt-z", "usage": {"input_tokens": 50, "output_tokens": 6,'
        b' "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 5}}}',
        LlmUsage("gpt-z", 25, 6, 20, 5),
    ),
    "openai responses": (OPENAI_RESPONSES, LlmUsage("gpt-y", 30, 6, 20)),
    "gemini": (GEMINI, LlmUsage("gemini-x", 9, 5, 0)),
    "an error": (b'{"type": "error", "error": {"message": "no"}}', LlmUsage()),
    "no JSON": (b"<html>502</html>", estimate(4)),
    "no usage": (
        b'data: {"model": "m", "choices": [{"delta": {"content": "hello there"}}]}\n\n'
        b'data: {"model": "m", "choices": [{"delta": {"content": "!"}}]}\n\n',
        estimate(3, "m"),
    ),
    "nothing": (b"", LlmUsage()),
}


@pytest.mark.parametrize(("body", "usage"), ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_counts_do_not_depend_on_the_pieces(
    body: bytes, usage: LlmUsage, size: int
) -> None:
    """A stream is cut anywhere on its way."""
    reader = LlmResponseReader()
    for place in range(0, len(body), size):
        reader.feed(body[place : place + size])

    assert reader.done() == usage


@given(some.lists(some.binary(max_size=60), max_size=12))
def test_no_answer_breaks_the_reader(pieces: list[bytes]) -> None:
    """A server is not trusted either."""
    reader = LlmResponseReader()
    for piece in pieces:
        reader.feed(b"data: " + piece)

    assert reader.done().tokens_in >= 0


HEADS: list[bytes] = []
"""What the model server was asked."""


async def model(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers as Anthropic does, in small chunks."""
    HEADS.append(await reader.readuntil(b"\r\n\r\n"))
    await reader.readexactly(2)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
    for place in range(0, len(ANTHROPIC), 50):
        piece = ANTHROPIC[place : place + 50]
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def test_a_model_call_is_counted_as_it_passes(tmp_path: Path) -> None:
    """Open, then answered, with the server's own numbers; the bytes are untouched."""
    async with open_gate_harness(tmp_path) as gate:
        gate.table["api.example"] = ["127.0.0.1"]
        async with server(model, gate.web_ca, "api.example") as port:
            gate.allow(Rule("allow", "api.example", (port,), model="anthropic"))
            client = await gate.connect(f"api.example:{port}")
            await client.tls(gate.gate_ca, "api.example")
            await client.send(
                b"POST /v1/messages HTTP/1.1\r\nHost: api.example\r\n"
                b"Accept-Encoding: gzip, br\r\nContent-Length: 2\r\n"
                b"Connection: close\r\n\r\n{}"
            )
            answer = await client.rest()

        (asked,) = gate.said(phase="model")
        (answered,) = gate.said(phase="answer")

    assert b"message_stop" in answer
    assert b"accept-encoding: identity" in HEADS[-1].lower()
    assert asked["provider"] == answered["provider"] == "anthropic"
    assert answered["model"] == "claude-x"
    counts = ("tokens_in", "tokens_out", "tokens_cached", "tokens_cache_written")
    assert tuple(answered[name] for name in counts) == (25, 15, 900, 700)


def test_an_answer_that_is_cut_off_counts_what_was_said() -> None:
    """The count of the whole comes with the last event, which does not come."""
    whole = {"type": "content_block_delta", "delta": {"text": "x" * 400}}
    reader = LlmResponseReader()
    reader.feed(ANTHROPIC.split(b"event: content_block_delta")[0])
    reader.feed(b"event: x\ndata: %s\n\n" % json.dumps(whole).encode())

    usage = reader.done(asked=1000, is_whole=False)

    assert (usage.tokens_in, usage.tokens_out, usage.estimated) == (25, 100, True)


def test_a_request_s_bytes_stand_for_its_tokens() -> None:
    reader = LlmResponseReader()
    reader.feed(b'data: {"delta": "hi"}\n\n')

    usage = reader.done(asked=400)

    assert (usage.tokens_in, usage.tokens_out, usage.estimated) == (100, 1, True)


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_an_answer_in_a_coding_that_was_not_asked_for_counts(
    tmp_path: Path, coding: str
) -> None:
    body = gzip.compress(OPENAI_CHAT) if coding == "gzip" else b"no brotli" * 10

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
            % (coding.encode(), len(body))
        )
        writer.write(body)
        await writer.drain()

    async with open_gate_harness(tmp_path) as gate:
        gate.table["ok.example"] = ["127.0.0.1"]
        async with server(serve, gate.web_ca, "ok.example") as port:
            gate.allow(Rule("allow", "ok.example", (port,), model="openai"))
            client = await gate.connect(f"ok.example:{port}")
            await client.tls(gate.gate_ca, "ok.example")
            await client.send(
                f"POST / HTTP/1.1\r\nHost: ok.example:{port}\r\n"
                "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await client.rest()
        (line,) = gate.said(phase="answer")

    if coding == "gzip":
        assert (line["tokens_in"], line["tokens_out"]) == (20, 4)
    assert line["estimated"] is (coding == "br")
    assert line["tokens_out"] > 0


@pytest.mark.parametrize("name", ANSWERS)
def test_an_error_is_kept_and_words_are_none(name: str) -> None:
    """What a model says is never one; see `model_limits` for what is."""
    reader = LlmResponseReader()
    reader.feed(ANSWERS[name][0])
    reader.done()

    assert (reader.error is not None) is (name == "an error")
