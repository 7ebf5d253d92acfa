"""Answers of the gate's own on a stream, in the words that its client reads."""

import contextlib
import urllib.parse

from h2.errors import ErrorCodes

from swarm.gate import denial_responses
from swarm.gate.http2_fields import Http2Request
from swarm.gate.http2_stream import Http2Stream
from swarm.policy.reasons import Reason

PERMISSION_DENIED, UNAVAILABLE, INVALID_ARGUMENT = 7, 14, 3
"""Statuses of gRPC, whose clients show the text beside them and no body."""


class Http2Answers:
    """Answers one request; says nothing if its host's answer has begun.

    Each answer returns the code with which the stream is closed.
    """

    def __init__(self, stream: Http2Stream) -> None:
        self._stream = stream
        self.asked: Http2Request | None = None
        """Set once it could be read: what is not for gRPC, and HEAD, have no body."""

    async def denied(self, host_port: str, reason: Reason, way_out: str = "") -> int:
        """A 403, or gRPC's "permission denied"."""
        return await self._answer(
            403,
            PERMISSION_DENIED,
            denial_responses.sentence(host_port, reason, way_out),
            denial_responses.denied_body(host_port, reason, way_out),
            ((b"x-swarm-deny", reason.encode()),),
        )

    async def unreachable(self, host_port: str, reason: str) -> int:
        """A 502, or gRPC's "unavailable"."""
        return await self._answer(
            502,
            UNAVAILABLE,
            denial_responses.unreachable_sentence(host_port, reason),
            denial_responses.unreachable_body(host_port, reason),
        )

    async def malformed(self, reason: str) -> int:
        """A 400 for what is no request."""
        words = f"swarm-refused {reason}"
        return await self._answer(400, INVALID_ARGUMENT, words, words.encode() + b"\n")

    async def _answer(
        self,
        status: int,
        grpc_status: int,
        words: str,
        body: bytes,
        more: tuple[tuple[bytes, bytes], ...] = (),
    ) -> int:
        if self._stream.has_begun_sending:
            return int(ErrorCodes.INTERNAL_ERROR)
        with contextlib.suppress(OSError, TimeoutError):
            if self.asked and self.asked.is_grpc:
                message = urllib.parse.quote(words, safe=" !#$&'()*+,/:;=?@[]~")
                await self._stream.send_head(
                    [
                        (b":status", b"200"),
                        (b"content-type", b"application/grpc"),
                        (b"grpc-status", str(grpc_status).encode()),
                        (b"grpc-message", message.encode()),
                        *more,
                    ],
                    ended=True,
                )
                return int(ErrorCodes.NO_ERROR)
            has_body = self.asked is None or self.asked.head.method != "HEAD"
            kind = b"application/json" if body[:1] == b"{" else b"text/plain"
            await self._stream.send_head(
                [
                    (b":status", str(status).encode()),
                    (b"content-type", kind),
                    (b"content-length", str(len(body)).encode()),
                    *more,
                ],
                ended=not has_body,
            )
            if has_body:
                await self._stream.send_data(body, ended=True)
        return int(ErrorCodes.NO_ERROR)
