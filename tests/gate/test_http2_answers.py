"""The gate's own answers on a stream, in the words that its client reads."""

import json
import urllib.parse

import pytest

from swarm.gate import http2_fields
from swarm.gate.http2_answers import Http2Answers
from swarm.gate.http2_stream import Fields, Http2Stream
from swarm.policy.reasons import Reason


class Written:
    """Keeps what a stream sends."""

    def __init__(self) -> None:
        self.fields: Fields = []
        self.body = b""

    def send_head(self, number: int, fields: Fields, ended: bool) -> None:
        self.fields = fields

    def send_piece(self, number: int, data: memoryview, ended: bool) -> int:
        self.body += bytes(data)
        return len(data)

    @property
    def has_room(self) -> bool:
        return True

    async def room(self) -> None:
        """There is always room."""

    def acknowledge(self, number: int, size: int) -> None:
        """Nothing to keep."""

    def reset(self, number: int, code: int) -> None:
        """Nothing to keep."""

    def forget(self, stream: Http2Stream) -> None:
        """Nothing to keep."""


def answers(method: bytes = b"GET", kind: bytes = b"") -> tuple[Written, Http2Answers]:
    written = Written()
    made = Http2Answers(Http2Stream(written, 1))
    made.asked = http2_fields.request(
        [
            (b":method", method),
            (b":scheme", b"https"),
            (b":authority", b"ok.example"),
            (b":path", b"/"),
            (b"content-type", kind),
        ]
    )
    return written, made


async def test_a_denial_has_a_status_a_field_and_a_body() -> None:
    written, made = answers()
    code = await made.denied("ok.example:443", Reason.METHOD_OR_PATH)

    body = json.loads(written.body)
    assert code == 0
    assert dict(written.fields)[b":status"] == b"403"
    assert dict(written.fields)[b"x-swarm-deny"] == b"method-or-path-not-allowed"
    assert body["error"] == "denied_by_policy"


async def test_head_has_no_body() -> None:
    written, made = answers(b"HEAD")
    await made.denied("ok.example:443", Reason.METHOD_OR_PATH)

    assert written.body == b""


@pytest.mark.parametrize(("way", "status"), [("denied", 7), ("unreachable", 14)])
async def test_grpc_reads_a_status_and_a_text(way: str, status: int) -> None:
    written, made = answers(b"POST", b"application/grpc+proto")
    if way == "denied":
        await made.denied("ok.example:443", Reason.METHOD_OR_PATH)
    else:
        await made.unreachable("ok.example:443", "100% gone")
    fields = dict(written.fields)

    assert fields[b":status"] == b"200"
    assert fields[b"grpc-status"] == str(status).encode()
    assert b"ok.example:443" in fields[b"grpc-message"]
    text = urllib.parse.unquote(fields[b"grpc-message"].decode("ascii"))
    assert way == "denied" or "100% gone" in text


async def test_nothing_is_said_in_the_middle_of_an_answer() -> None:
    written = Written()
    stream = Http2Stream(written, 1)
    await stream.send_head([(b":status", b"200")])

    assert await Http2Answers(stream).unreachable("ok.example:443", "gone") == 2
    assert written.body == b""
