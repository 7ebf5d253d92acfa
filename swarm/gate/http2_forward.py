"""One stream's request on its way out, and its answer on the way back."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from swarm.gate import http2_fields
from swarm.gate.http2_connection import Http2Connection
from swarm.gate.http2_fields import Http2Answer, Http2Request
from swarm.gate.http2_stream import INTERIM_LIMIT, Data, End, Fields, Head, Http2Stream
from swarm.gate.http_forward import ANSWER_SECONDS
from swarm.gate.http_relay import BodyFilter, BodyPieces, TransferMeter
from swarm.gate.masked_decoder import NO_BODY, MaskedDecoder, answer_filter, parts
from swarm.gate.request_head import BadHead

IDLE_SECONDS = 1800.0
"""A stream on which no byte goes either way for that long ends."""
SWITCHING = 101


class Http2Forwarder:
    """Carries one request of a client on a stream of the host's."""

    def __init__(
        self, client: Http2Stream, asked: Http2Request, meter: TransferMeter
    ) -> None:
        self._client = client
        self._asked = asked
        self._meter = meter
        self._is_searched = meter.masker is not None

    async def carry(
        self, host: Http2Connection, injected: tuple[bytes, bytes] | None
    ) -> None:
        """Carry request and answer, each as fast as its taker reads.

        OSError or TimeoutError if a side breaks; Denied or BadHead if what the client
        sends is refused on its way.
        """
        is_read = self._meter.reader is not None
        fields = http2_fields.forward_fields(
            self._asked, injected, is_read or self._is_searched, self._is_searched
        )
        is_over = self._client.is_over
        server = await self._unless_gone(host.open(fields, is_over))
        tasks: list[asyncio.Task[None]] = []
        try:
            if self._asked.expects_continue:
                await self._client.send_interim([(b":status", b"100")])
            if not is_over:
                tasks.append(asyncio.ensure_future(self._relay_request(server)))
            tasks.append(asyncio.ensure_future(self._relay_answer(server)))
            await self._until_answered(server, *tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            server.close()

    async def _unless_gone(
        self, opening: Coroutine[Any, Any, Http2Stream]
    ) -> Http2Stream:
        """The stream, while the client waits for it and not for ever."""
        task = asyncio.ensure_future(opening)
        try:
            await asyncio.wait(
                [task, self._client.gone],
                timeout=ANSWER_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if task.done():
                return task.result()
            if self._client.gone.done():
                raise ConnectionResetError("the client gave it up")
            raise TimeoutError("the host takes no request")
        finally:
            task.cancel()

    async def _until_answered(
        self, server: Http2Stream, *tasks: "asyncio.Task[None]"
    ) -> None:
        answering, carried = tasks[-1], -1
        waiting: set[asyncio.Future[Any]] = {*tasks, self._client.gone}
        while not answering.done():
            done, _ = await asyncio.wait(
                waiting, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if answering.done():
                break
            if self._client.gone in done:
                raise ConnectionResetError("the client gave it up")
            if not done and carried == self._meter.up + self._meter.down:
                raise TimeoutError("nothing came either way for too long")
            carried = self._meter.up + self._meter.down
            for sending in done:
                waiting.discard(sending)
                error = sending.exception()
                # A host that wants no more of the body may still answer.
                if error and not (isinstance(error, OSError) and server.has_failed):
                    raise error
        answering.result()

    async def _relay_request(self, server: Http2Stream) -> None:
        pieces = BodyPieces()
        while True:
            match await self._client.receive():
                case Data(data):
                    pieces.count(len(data))
                    self._meter.count_request_body(data)
                    is_last = self._client.is_over
                    await server.send_data(data, ended=is_last)
                    if is_last:
                        return
                case End(fields):
                    trailers = http2_fields.trailers(fields)
                    self._meter.count_request_body(_joined(trailers))
                    await _end(server, trailers)
                    return
                case Head():
                    raise BadHead("a second head")

    async def _relay_answer(self, server: Http2Stream) -> None:
        masker = self._meter.masker
        said = await asyncio.wait_for(self._answer_head(server), ANSWER_SECONDS)
        change = self._filter(said)
        fields = http2_fields.reply_fields(said, masker)
        if isinstance(change, MaskedDecoder):
            fields = change.plain_fields(fields)
        self._meter.note_answer(said.status, said.fields)
        is_over = server.is_over
        await self._client.send_head(fields, ended=is_over)
        if not is_over:
            await self._relay_answer_body(server, change)

    async def _answer_head(self, server: Http2Stream) -> Http2Answer:
        """The answer's head, past interim ones."""
        for _ in range(INTERIM_LIMIT + 1):
            event = await server.receive()
            if not isinstance(event, Head):
                raise ConnectionResetError("closed without an answer")
            try:
                said = http2_fields.answer(event.fields)
            except BadHead as bad:
                raise ConnectionResetError(f"its answer is malformed: {bad}") from bad
            if said.status == SWITCHING:
                raise ConnectionResetError("it changes the protocol")
            if said.status >= 200:
                return said
        raise ConnectionResetError("too many interim answers")

    def _filter(self, said: Http2Answer) -> BodyFilter | None:
        has_body = self._asked.head.method != "HEAD" and said.status not in NO_BODY
        return answer_filter(
            said.fields, has_body, self._meter.masker, self._meter.reader is not None
        )

    async def _relay_answer_body(
        self, server: Http2Stream, change: BodyFilter | None
    ) -> None:
        pieces = BodyPieces()
        while True:
            match await server.receive():
                case Data(data):
                    pieces.count(len(data))
                    is_last = server.is_over and change is None
                    for part in parts(data, change):
                        changed = change.feed(part) if change else part
                        await self._pass_on(changed, is_last)
                    if is_last:
                        return
                case End(fields):
                    await self._pass_on(change.finish() if change else b"", False)
                    try:
                        trailers = http2_fields.trailers(fields, self._meter.masker)
                    except BadHead as bad:
                        raise ConnectionResetError("its end is malformed") from bad
                    await _end(self._client, trailers)
                    return
                case Head():
                    raise ConnectionResetError("it answers twice")

    async def _pass_on(self, data: bytes, ended: bool) -> None:
        if data:
            self._meter.count_answer_body(data)
        await self._client.send_data(data, ended=ended)


async def _end(stream: Http2Stream, trailers: Fields) -> None:
    if trailers:
        await stream.send_head(trailers, ended=True)
    else:
        await stream.send_data(b"", ended=True)


def _joined(fields: Fields) -> bytes:
    return b"\r\n".join(key + b": " + value for key, value in fields)
