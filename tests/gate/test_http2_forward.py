"""Bodies, trailers and ends pass on a stream as they were sent, both ways at once."""

import asyncio
import contextlib
import gzip
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.gate import http2_fields
from swarm.gate.http2_forward import Http2Forwarder
from swarm.gate.http2_stream import Http2Stream
from swarm.gate.http_relay import TransferMeter
from swarm.gate.masked_decoder import OUTPUT_LIMIT
from swarm.policy import hosts
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness
from tests.gate.http2_peers import Peer, Told, dial, echo, get, http2_server
from tests.gate.test_http2_stream import Sent


async def opened(gate: GateHarness, port: int) -> Peer:
    gate.allow(Rule("allow", "ok.example", (port,), methods=("GET", "POST", "HEAD")))
    return await dial(gate, port)


async def test_both_sides_speak_at_once(gate: GateHarness) -> None:
    """As a call of gRPC does: each message is answered before the next is sent."""

    async def serve(peer: Peer, told: Told) -> None:
        assert told.fields["te"] == "trailers"
        peer.answer(told, [(":status", "200"), ("content-type", "application/grpc")])
        while not told.is_over or told.body:
            await peer.until(told, lambda t: t.is_over or t.body)
            piece, told.body = told.body, b""
            await peer.say(told, piece.upper())
        peer.answer(told, [("grpc-status", "0"), ("grpc-message", "fine")], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        fields = get(port, "/p.S/Talk", "POST", content_type="application/grpc")
        asked = client.ask([*fields, ("te", "trailers")], ended=False)
        for word in (b"one..", b"two..", b"three"):
            before = len(asked.body)
            await client.say(asked, word)
            while len(asked.body) < before + 5:
                asked.changed.clear()
                await asyncio.wait_for(asked.changed.wait(), 60)
        client.h2.end_stream(asked.number)
        client.flush()
        answer = await client.whole(asked)

    assert answer.body == b"ONE..TWO..THREE"
    assert answer.trailers == {"grpc-status": "0", "grpc-message": "fine"}
    assert answer.reset is None
    (line,) = gate.said(phase="request")
    assert (line["how"], line["up"], line["down"]) == ("done", 15, 15)


async def test_the_clients_end_reaches_the_host_before_its_answer(
    gate: GateHarness,
) -> None:
    async with http2_server(echo, gate.web_ca) as port:
        client = await opened(gate, port)
        asked = client.ask(get(port, method="POST"), ended=False)
        await client.say(asked, b"first half, ")
        client.h2.send_headers(asked.number, [("x-sum", "7")], end_stream=True)
        client.flush()
        answer = await client.whole(asked)

    assert answer.body.endswith(b"first half, ")


async def test_a_large_body_passes_each_way(gate: GateHarness) -> None:
    """Many windows full: none is forgotten, and none waits for ever."""
    body = bytes(range(256)) * 12_000

    async with http2_server(echo, gate.web_ca) as port:
        client = await opened(gate, port)
        streams = [client.ask(get(port, method="POST"), ended=False) for _ in range(3)]
        await asyncio.gather(*(client.say(one, body, ended=True) for one in streams))
        answers = [await client.whole(one) for one in streams]

    assert all(one.body.endswith(body) for one in answers)
    assert [line["up"] for line in gate.said(phase="request")] == [len(body)] * 3


async def test_an_answer_that_comes_early_ends_the_upload(gate: GateHarness) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, [(":status", "413")])
        await peer.say(told, b"too large", ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        asked = client.ask(get(port, method="POST"), ended=False)
        await client.say(asked, b"some of it")
        answer = await client.until(asked, lambda told: told.reset is not None)

    assert (answer.status, answer.body, answer.reset) == (413, b"too large", 0)


async def test_head_and_empty_answers_have_no_body(gate: GateHarness) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        length = [("content-length", "12")] if told.fields[":method"] == "HEAD" else []
        peer.answer(told, [(":status", "200"), *length], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        head = await client.whole(client.ask(get(port, method="HEAD")))
        empty = await client.whole(client.ask(get(port)))

    assert (head.status, head.fields["content-length"], head.body) == (200, "12", b"")
    assert (empty.status, empty.body) == (200, b"")


async def test_interim_answers_stay_here(gate: GateHarness) -> None:
    """But for the word that a client waits for before it sends its body."""

    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, [(":status", "103"), ("link", "</x>")])
        await echo(peer, told)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        plain = await client.whole(client.ask(get(port)))
        waiting = client.ask(get(port, method="POST", expect="100-continue"), False)
        await client.until(waiting, lambda told: told.interim)
        await client.say(waiting, b"body", ended=True)
        answer = await client.whole(waiting)

    assert (plain.status, plain.interim) == (200, 0)
    assert b"expect" not in answer.body
    assert answer.body.endswith(b"body")


@pytest.mark.parametrize("one_by_one", [False, True])
async def test_endless_interim_answers_end(gate: GateHarness, one_by_one: bool) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        for _ in range(100):
            peer.answer(told, [(":status", "103")])
            if one_by_one:
                await peer.has_read()
        peer.answer(told, [(":status", "200")], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        answer = await client.whole(client.ask(get(port)))

    assert answer.status == 502
    assert b"too many interim answers" in answer.body


@pytest.mark.parametrize(("code", "passes"), [(7, True), (13, True), (2, False)])
async def test_a_reset_before_the_answer(
    gate: GateHarness, code: int, passes: bool
) -> None:
    """One that asks the client to try again reaches it; another is told in words."""

    async def serve(peer: Peer, told: Told) -> None:
        peer.h2.reset_stream(told.number, code)
        peer.flush()

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        answer = await client.whole(client.ask(get(port)))

    assert answer.reset == (code if passes else None)
    assert answer.status == (0 if passes else 502)
    assert passes or b"it reset the stream" in answer.body
    assert gate.said(phase="fail", host="ok.example")


@pytest.mark.parametrize("has_begun", [True, False])
async def test_a_host_that_hangs_up(gate: GateHarness, has_begun: bool) -> None:
    """An answer that is cut off is not taken for a whole one."""

    async def serve(peer: Peer, told: Told) -> None:
        if has_begun:
            peer.answer(told, [(":status", "200")])
            await peer.say(told, b"part")
        await peer.writer.drain()
        peer.writer.close()

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        answer = await client.whole(client.ask(get(port)))

    if has_begun:
        assert (answer.body, answer.is_over, answer.reset) == (b"part", False, 2)
    else:
        assert answer.status == 502
    assert gate.said(phase="request", how="broken")


BAD_ANSWERS = {
    "no status": [("x", "y")],
    "an odd status": [(":status", "20x")],
    "a line in a field": [(":status", "200"), ("x", "a\r\nset-cookie: b")],
    "a capital": [(":status", "200"), ("X-Upper", "y")],
    "a field of a hop": [(":status", "200"), ("connection", "close")],
    "another protocol": [(":status", "101")],
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_a_malformed_answer_is_not_let_through(
    gate: GateHarness, kind: str
) -> None:
    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, BAD_ANSWERS[kind], ended=kind != "another protocol")

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        answer = await client.whole(client.ask(get(port)))

    assert answer.status == 502


async def test_curl_speaks_http2_through_the_gate(
    gate: GateHarness, tmp_path: Path
) -> None:
    """A client that we did not write: 40 requests, some of them denied."""
    curl = shutil.which("curl")
    assert curl
    (tmp_path / "ca.pem").write_text(gate.gate_ca.certificate)
    async with http2_server(echo, gate.web_ca) as port:
        gate.allow(Rule("allow", "ok.example", (port,), ("POST",), ("/v1/**",)))
        where = f"https://ok.example:{port}"
        running = await asyncio.create_subprocess_exec(
            curl,
            *("-sS", "--http2", "--parallel", "--max-time", "20", "-d", "a=b"),
            *("--proxy", f"http://127.0.0.1:{gate.proxy}"),
            *("--cacert", str(tmp_path / "ca.pem")),
            *("-w", "%{http_version} %{http_code}\n"),
            *(f"{where}/v1/[1-30]", f"{where}/v2/[1-10]"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await running.communicate()

    assert running.returncode == 0, errors
    assert out.count(b"2 200\n") == 30
    assert out.count(b"2 403\n") == 10
    assert json.dumps(gate.lines).count('"reason": "method-or-path-not-allowed"') >= 1


Calls = dict[str, str]
GRPC = {
    "unary": "HELLO told",
    "from a stream": "790000",
    "to a stream": "3000000",
    "both": "0,1,2,3,4",
    "failing": "FAILED_PRECONDITION not yet: 100%",
    "after it": "HELLO told",
}


async def called(gate: GateHarness, folder: Path, roots: str, *rules: Rule) -> Calls:
    """What each kind of call comes to; `rules` are for the server's port."""
    (folder / "roots").write_text(roots)
    (folder / "leaf").write_bytes(gate.web_ca.leaf("ok.example"))
    async with running("server", str(folder / "leaf")) as server:
        assert server.stdout is not None
        port = int(await asyncio.wait_for(server.stdout.readline(), 60))
        gate.allow(*(replace(rule, ports=(port,)) for rule in rules))
        words = ("client", f"ok.example:{port}", str(folder / "roots"))
        proxy = f"http://127.0.0.1:{gate.proxy}"
        async with running(*words, https_proxy=proxy) as client:
            out, _ = await asyncio.wait_for(client.communicate(), 60)
    return dict(line.split(": ", 1) for line in out.decode().splitlines())


async def test_calls_of_grpc_pass_in_each_direction(
    gate: GateHarness, tmp_path: Path
) -> None:
    """With grpcio on both sides: messages, streams, trailers, statuses; one denied."""
    rule = Rule("allow", "ok.example", (), ("POST",), ("/test.Calls/*",))
    told = await called(gate, tmp_path, gate.gate_ca.certificate, rule)

    denied = told.pop("denied")
    assert told == GRPC
    assert denied.startswith("PERMISSION_DENIED Denied by swarm's policy: ok.example")
    assert gate.said(reason="method-or-path-not-allowed", path="/other.Calls/X")


async def test_calls_of_grpc_pass_unread(gate: GateHarness, tmp_path: Path) -> None:
    rule = Rule("allow", "ok.example", ())
    told = await called(gate, tmp_path, gate.web_ca.certificate, rule)

    assert told.pop("denied").startswith("UNIMPLEMENTED")
    assert told == GRPC


async def test_calls_of_grpc_to_a_denied_host_end_with_a_reason(
    gate: GateHarness, tmp_path: Path
) -> None:
    told = await called(gate, tmp_path, gate.gate_ca.certificate)

    assert "403" in told["unary"] or "Denied by swarm" in told["unary"], told


@contextlib.asynccontextmanager
async def running(
    *words: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of the peers', which ends with the block."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.gate.grpc_peers", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**clean, **environment},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class Offered(Sent):
    """Notes how many bytes are held for a client at once."""

    most = 0

    def send_piece(self, number: int, data: memoryview, ended: bool) -> int:
        self.most = max(self.most, len(data))
        return len(data)


async def test_an_answer_that_unfolds_goes_on_in_parts(gate: GateHarness) -> None:
    """Whatever waits for a client that does not read is in the gate's memory."""
    plain, held = bytes(8 << 20), Offered()
    meter = TransferMeter(gate.net, hosts.parse("a.test"), None, ("some-secret-text",))
    asked = http2_fields.request(
        [(key.encode(), value.encode()) for key, value in get(443)]
    )
    host = Http2Stream(Sent(), 1)
    host.take_head([(b":status", b"200"), (b"content-encoding", b"gzip")])
    host.take_data(gzip.compress(plain), 1)
    host.take_end()

    await Http2Forwarder(Http2Stream(held, 1), asked, meter)._relay_answer(host)

    assert meter.down == len(plain)
    assert held.most < 2 * OUTPUT_LIMIT
