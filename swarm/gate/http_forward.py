"""One request on its way out, and its answer on the way back."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import h11

from swarm.gate import plain_exchange
from swarm.gate.failures import OtherVersion
from swarm.gate.host_connector import ONLY_HTTP2
from swarm.gate.http_relay import (
    TransferMeter,
    chosen_fields,
    forward_fields,
    is_upgrade,
    relay_body,
    reply_fields,
)
from swarm.gate.masked_decoder import NO_BODY, MaskedDecoder, answer_filter
from swarm.gate.parent_proxy import ParentRoute
from swarm.gate.plain_exchange import PlainRequest
from swarm.gate.request_head import BadHead
from swarm.gate.transport import Wire
from swarm.gate.tunnel import Carried, splice
from swarm.gate.websocket_search import (
    overheard,
    searched_answers,
    watched_messages,
)

ANSWER_SECONDS = 1800.0
"""The longest wait until an answer begins; a model may think for long."""
EVENT_LIMIT = 1 << 17
BODY_FIELDS = {b"content-length", b"transfer-encoding"}
"""A request without either has no body."""
HTTP2_GREETING = b"\4\0\0\0\0\0"
"""The end of the head of a frame with settings, which a host sends first."""
COMPRESSION = b"sec-websocket-extensions"
INTERIM_LIMIT = 16
"""Interim answers (1xx) before the answer; a host that sends more has none."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The sides that may carry another request."""

    client_goes_on: bool
    server_goes_on: bool


class HttpForwarder:
    """Reads and writes both sides anew: what was not understood does not pass."""

    def __init__(
        self,
        client: Wire,
        head: bytes,
        meter: TransferMeter,
        parent: ParentRoute | None = None,
    ) -> None:
        """`parent` is the proxy at the other end, if it is not the host itself."""
        self._client = client
        self._head = head
        self._meter = meter
        self._parent = parent
        is_watched = parent or meter.masker or meter.reader
        self._is_sent = False
        self._plain = None if is_watched else plain_exchange.request(head)
        if not self._plain:
            self._read_request()

    def _read_request(self) -> None:
        self._in = h11.Connection(h11.SERVER, max_incomplete_event_size=EVENT_LIMIT)
        self._out = h11.Connection(h11.CLIENT, max_incomplete_event_size=EVENT_LIMIT)
        self._in.receive_data(self._head)
        request = self._in.next_event()
        if not isinstance(request, h11.Request):
            raise BadHead("not a request")
        self._request = request

    async def carry(
        self, server: Wire, target: str, injected: tuple[bytes, bytes] | None
    ) -> Ended:
        """Carry request and answer; OSError or h11.ProtocolError if one breaks.

        Denied if the request's body is refused on its way.
        """
        if self._plain:
            ended = await self._carry_plain(self._plain, server, target, injected)
            if ended:
                return ended
            self._read_request()
        return await self._carry_any(server, target, injected)

    async def _carry_plain(
        self,
        plain: PlainRequest,
        server: Wire,
        target: str,
        injected: tuple[bytes, bytes] | None,
    ) -> Ended | None:
        """Carry both at once; None if that cannot be, with the answer's bytes unread.

        Then `_is_sent` says whether the request has gone on.
        """
        if injected and not plain_exchange.is_field(injected):
            return None
        fields = chosen_fields(plain.fields, injected)
        request = plain_exchange.written(plain.method, target, fields)
        if not request:
            return None
        await server.send(request)
        self._is_sent = True
        async with asyncio.timeout(ANSWER_SECONDS):
            data = await server.recv()
        answer = plain_exchange.answer(data)
        if not answer:
            server.unread(data)
            return None
        self._meter.status = answer.status
        if answer.body:
            self._meter.count_answer_body(answer.body)
        await self._client.send(answer.written())
        return Ended(client_goes_on=True, server_goes_on=True)

    async def _carry_any(
        self, server: Wire, target: str, injected: tuple[bytes, bytes] | None
    ) -> Ended:
        """Carry them by h11, whatever they are."""
        is_searched = self._meter.masker is not None
        uncompressed = self._meter.reader is not None or is_searched
        fields = forward_fields(self._request, injected, uncompressed, is_searched)
        if self._parent:
            fields = [*fields, *self._parent.fields()]
        request = h11.Request(
            method=self._request.method, target=target, headers=fields
        )
        head = self._out.send(request) or b""
        if self._is_sent:
            head = b""
        body = relay_body(
            self._client,
            self._in,
            server,
            self._out,
            self._meter.count_request_body,
            head=head,
        )
        sending = await self._begin(body)
        try:
            answer = await self._await_answer(server, sending)
            if isinstance(answer, h11.Response):
                return await self._relay_answer(answer, server, sending)
            await self._relay_upgrade(answer, server)
            return Ended(client_goes_on=False, server_goes_on=False)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await sending

    async def _begin(self, body: Coroutine[Any, Any, None]) -> "asyncio.Future[None]":
        """Send the request; its body meanwhile, if it has one, by a task of its own."""
        if BODY_FIELDS & {key for key, _ in self._request.headers}:
            return asyncio.ensure_future(body)
        try:
            await body
        except OSError as error:
            if self._parent:
                raise self._parent.broken() from error
            raise
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.set_result(None)
        return sent

    async def _await_answer(self, server: Wire, sending: "asyncio.Future[None]") -> Any:
        """The answer's head, within bounds; ParentProxyFailed for a bad proxy."""
        parent = self._parent
        if parent is None:
            return await asyncio.wait_for(
                self._read_answer_head(server, sending), ANSWER_SECONDS
            )
        async with parent.answering(sending):
            answer = await self._read_answer_head(server, sending)
        parent.check(
            answer.status_code,
            (value for name, value in answer.headers if name == b"proxy-authenticate"),
        )
        return answer

    async def _read_answer_head(
        self, server: Wire, sending: "asyncio.Future[None]"
    ) -> Any:
        """The answer's head, past any "continue"; what stops the body stops this."""
        interim = 0
        while True:
            event = self._out.next_event()
            if event is h11.NEED_DATA:
                data = await _unless_failed(server, sending)
                if not data:
                    raise ConnectionResetError("closed without an answer")
                _require_http1(data)
                self._out.receive_data(data)
            elif isinstance(event, h11.Response) or is_upgrade(event):
                return event
            elif not isinstance(event, h11.InformationalResponse):
                raise ConnectionResetError("closed without an answer")
            else:
                interim += 1
                if interim > INTERIM_LIMIT:
                    raise ConnectionResetError("too many interim answers")

    async def _relay_answer(
        self, answer: h11.Response, server: Wire, sending: "asyncio.Future[None]"
    ) -> Ended:
        masker = self._meter.masker
        has_body = self._request.method != b"HEAD" and answer.status_code not in NO_BODY
        is_read = self._meter.reader is not None
        change = answer_filter(answer.headers, has_body, masker, is_read)
        fields = reply_fields(answer, masker=masker)
        if isinstance(change, MaskedDecoder):
            fields = change.plain_fields(fields)
            fields.append((b"Transfer-Encoding", b"chunked"))
        self._meter.note_answer(answer.status_code, answer.headers)
        reply = h11.Response(
            status_code=answer.status_code,
            reason=masker.mask(answer.reason) if masker else answer.reason,
            headers=fields,
        )
        await relay_body(
            server,
            self._out,
            self._client,
            self._in,
            self._meter.count_answer_body,
            change,
            head=self._in.send(reply) or b"",
        )
        if not sending.done():
            # The answer came before the body was all sent: neither side can go on.
            return Ended(client_goes_on=False, server_goes_on=False)
        await sending
        self._client.unread(self._in.trailing_data[0])
        return Ended(_is_done(self._in), _is_done(self._out))

    async def _relay_upgrade(
        self, answer: h11.InformationalResponse, server: Wire
    ) -> None:
        """A WebSocket from here on: bytes are counted, frames searched for secrets."""
        masker, meter = self._meter.masker, self._meter
        if masker and any(key == COMPRESSION for key, _ in answer.headers):
            raise ConnectionResetError(
                "its WebSocket is compressed and cannot be searched for your secret"
            )
        meter.status = 101
        reply = h11.InformationalResponse(
            status_code=101,
            headers=reply_fields(answer, upgrade=True, masker=masker),
        )
        await self._client.send(self._in.send(reply) or b"")
        self._client.unread(self._in.trailing_data[0])
        server.unread(self._out.trailing_data[0])
        client, carried = self._client, Carried()
        if meter.looks_for_leaks:
            client = watched_messages(client, meter.look_for_leak)
        try:
            answers = searched_answers(server, masker) if masker else server
            if meter.turns:
                client = overheard(client, meter.turns.client_said)
                answers = overheard(answers, meter.turns.server_said)
            await splice(client, answers, carried, meter.count_upload)
        finally:
            meter.down += carried.down
            if meter.turns:
                meter.turns.finish()


def _require_http1(data: bytes) -> None:
    """OtherVersion for a host that greets in HTTP/2, asked or not."""
    if data[3:9] == HTTP2_GREETING:
        raise OtherVersion(ONLY_HTTP2)


def _is_done(side: h11.Connection) -> bool:
    return side.our_state is h11.DONE and side.their_state is h11.DONE


async def _unless_failed(server: Wire, sending: "asyncio.Future[None]") -> bytes:
    """Bytes of the server's, unless sending fails first."""
    if sending.done():
        sending.result()
        return await server.recv()
    reading: asyncio.Future[bytes] = asyncio.ensure_future(server.recv())
    both: set[asyncio.Future[Any]] = {reading, sending}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            sending.result()
        return await reading
    finally:
        reading.cancel()
