"""Serves the streams of a client that speaks HTTP/2; each has a verdict of its own."""

import asyncio
import contextlib
import time

from h2.errors import ErrorCodes
from h2.exceptions import H2Error

from swarm.gate import failures, http2_fields
from swarm.gate.denied import Denied
from swarm.gate.host_connector import HTTP2, HostConnector
from swarm.gate.http2_answers import Http2Answers
from swarm.gate.http2_connection import STREAMS_LIMIT, Http2Connection
from swarm.gate.http2_fields import Http2Request
from swarm.gate.http2_forward import Http2Forwarder
from swarm.gate.http2_frames import Http2Refused
from swarm.gate.http2_stream import Data, End, Head, Http2Stream, StreamReset
from swarm.gate.http_relay import TransferMeter
from swarm.gate.http_session import IDLE_SECONDS
from swarm.gate.login_answers import BODY_LIMIT
from swarm.gate.request_decision import CurrentRequest, Destination, RequestDecision
from swarm.gate.request_head import BadHead
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import Wire
from swarm.policy.decide import Verdict
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.request_target import BadTarget

WIDE_CONNECTIONS = 8
"""Connections of a task that have wide windows: unread bytes are in the memory."""
PASSED_ON = frozenset(
    {int(ErrorCodes.REFUSED_STREAM), int(ErrorCodes.HTTP_1_1_REQUIRED)}
)
"""Resets that tell a client to try again: it is told what the host told."""
ENDING_SECONDS = 1.0


class Http2Session:
    """Speaks HTTP/2 with one client and with its host."""

    def __init__(
        self,
        net: TaskNet,
        connector: HostConnector,
        client: Wire,
        destination: Destination,
    ) -> None:
        assert destination.host is not None
        self._net = net
        self._connector = connector
        self._place: tuple[Host, int] = (destination.host, destination.port)
        self._host_port = f"{destination.host}:{destination.port}"
        self._decision = RequestDecision(net, destination)
        self._is_wide = net.open_connections <= WIDE_CONNECTIONS
        self._client = Http2Connection(
            client,
            is_server=True,
            window=(1 << 20) if self._is_wide else (1 << 17),
            stream_window=(1 << 17) if self._is_wide else (1 << 16),
            on_stream=self._begin,
        )
        self._host: Http2Connection | None = None
        self._address = ""
        self._dialing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._runs: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve until the client closes, or nothing was asked for long enough."""
        idle = asyncio.ensure_future(self._until_idle())
        running = asyncio.ensure_future(self._client.run())
        try:
            await asyncio.wait([idle, running], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                self._write_end(running.exception())
            else:
                await self._client.end()
            if self._tasks:  # each writes how it ended
                await asyncio.wait(self._tasks, timeout=ENDING_SECONDS)
        finally:
            await self._close(idle, running)
            self._decision.finish()

    def _write_end(self, error: BaseException | None) -> None:
        """Write why the client's connection was ended, if the gate did."""
        if isinstance(error, Http2Refused):
            denied = Denied(Reason.HTTP2_LIMIT, detail=str(error))
        elif isinstance(error, H2Error):
            denied = Denied(Reason.MALFORMED, detail=failures.plain(str(error))[:80])
        else:
            return
        self._decision.write_denial(denied, None)

    async def _close(self, *others: "asyncio.Task[None]") -> None:
        tasks = [*others, *self._tasks, *self._runs]
        tasks += [self._dialing] if self._dialing else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._connector.close()

    async def _until_idle(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            wait = self._client.last_active + IDLE_SECONDS - clock()
            if wait <= 0 and not self._client.open_streams:
                return
            await asyncio.sleep(wait if wait > 0 else IDLE_SECONDS)

    def _begin(self, stream: Http2Stream) -> None:
        is_one_too_many = self._client.open_streams > STREAMS_LIMIT
        task = asyncio.ensure_future(self._serve_stream(stream, is_one_too_many))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_stream(self, stream: Http2Stream, is_one_too_many: bool) -> None:
        answers, code = Http2Answers(stream), int(ErrorCodes.NO_ERROR)
        try:
            code = await self._decide_and_carry(stream, answers, is_one_too_many)
        except asyncio.CancelledError:
            code = int(ErrorCodes.CANCEL)
            raise
        finally:
            stream.close(code)

    async def _decide_and_carry(
        self, stream: Http2Stream, answers: Http2Answers, is_one_too_many: bool
    ) -> int:
        """One request, to its end or to its refusal; the code for what is left."""
        request: CurrentRequest | None = None
        try:
            head = await stream.receive()
            assert isinstance(head, Head)
            _require_few_streams(is_one_too_many)
            answers.asked = http2_fields.request(head.fields)
            request = self._decision.read(answers.asked.head)
            attempt = self._decision.require(request, answers.asked.raw())
            with self._net.request(attempt):
                await self._forward(stream, answers.asked, request)
        except (BadHead, BadTarget) as bad:
            self._decision.write_denial(Denied(Reason.MALFORMED), request)
            return await answers.malformed(str(bad))
        except Http2Refused as refused:
            denied = Denied(Reason.HTTP2_LIMIT, detail=str(refused))
            self._decision.write_denial(denied, request)
            return await answers.denied(self._host_port, denied.reason)
        except Denied as denied:
            self._decision.write_denial(denied, request)
            way_out = denied.way_out(request.host, request.port) if request else ""
            return await answers.denied(self._host_port, denied.reason, way_out)
        except (OSError, TimeoutError) as error:
            if request is None:
                return int(ErrorCodes.CANCEL)
            self._decision.write_failure(error, request)
            if isinstance(error, StreamReset) and error.code in PASSED_ON:
                return error.code
            return await answers.unreachable(self._host_port, failures.describe(error))
        return int(ErrorCodes.NO_ERROR)

    async def _forward(
        self, stream: Http2Stream, asked: Http2Request, request: CurrentRequest
    ) -> None:
        if request.rule and request.rule.answer:
            await self._answer_here(stream, request)
            return
        host = await self._reach(request)
        meter = TransferMeter(
            self._net, request.host, request.rule, is_model=bool(request.model)
        )
        self._decision.write_asked(request)
        request.began, failure = time.monotonic(), None
        try:
            forwarder = Http2Forwarder(stream, asked, meter)
            await forwarder.carry(host, self._decision.injected(request))
        except BaseException as error:
            failure = error
            raise
        finally:
            self._decision.write_end(request, meter, failure)

    async def _answer_here(self, stream: Http2Stream, request: CurrentRequest) -> None:
        """Answer as the request's host would; nothing goes there."""
        meter = TransferMeter(self._net, request.host, None)
        request.began, failure = time.monotonic(), None
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                meter.up = await _read_question(stream)
            answer = await self._decision.own_answer(request)
            meter.status = answer.status
            status = (b":status", str(answer.status).encode())
            await stream.send_head([status, *answer.fields], ended=not answer.body)
            if answer.body:
                await stream.send_data(answer.body, ended=True)
        except BaseException as error:
            failure = error
            raise
        finally:
            self._decision.write_end(request, meter, failure)

    async def _reach(self, request: CurrentRequest) -> Http2Connection:
        """The connection to the host, which is made if there is none."""
        while self._host is None or self._host.is_draining:
            if self._dialing is None:
                self._dialing = asyncio.ensure_future(self._dial(request.verdict))
            dialing = self._dialing
            try:
                await asyncio.shield(dialing)
            finally:
                if dialing.done() and self._dialing is dialing:
                    self._dialing = None
        request.address = self._address
        self._net.reached(self._address)
        return self._host

    async def _dial(self, verdict: Verdict | None) -> None:
        made = await self._connector.connect(*self._place, verdict, (HTTP2,))
        self._address = made.address
        self._host = host = Http2Connection(
            made.wire,
            is_server=False,
            window=(1 << 22) if self._is_wide else (1 << 17),
            stream_window=(1 << 20) if self._is_wide else (1 << 16),
        )
        run = asyncio.ensure_future(self._run(host))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    async def _run(self, host: Http2Connection) -> None:
        with contextlib.suppress(Http2Refused, H2Error, OSError):
            await host.run()  # its streams tell why it ended


async def _read_question(stream: Http2Stream) -> int:
    """Read a request's body, of which nothing goes anywhere; its size."""
    size = 0
    while not stream.is_over:
        match await stream.receive():
            case Data(data):
                size += len(data)
                if size > BODY_LIMIT:
                    raise BadHead("a question about a token that is too long")
            case End():
                break
            case Head():
                raise BadHead("a second head")
    return size


def _require_few_streams(is_one_too_many: bool) -> None:
    if is_one_too_many:
        raise Http2Refused("more streams than the limit")
