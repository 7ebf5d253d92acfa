"""Serves requests one after another; each has a verdict before it goes on."""

import asyncio
import contextlib
import time

import h11

from swarm.gate import denial_responses, failures, request_head
from swarm.gate.denied import Denied
from swarm.gate.host_connector import HostConnector
from swarm.gate.http_forward import HttpForwarder
from swarm.gate.http_relay import TransferMeter
from swarm.gate.login_answers import Question
from swarm.gate.parent_proxy import ParentRoute
from swarm.gate.request_decision import CurrentRequest, Destination, RequestDecision
from swarm.gate.request_head import BadHead
from swarm.gate.sniffing import PIECES_LIMIT
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import Wire, linger
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.request_target import BadTarget

IDLE_SECONDS = 300.0
"""The longest wait between two requests of one connection."""


class HttpSession:
    """Speaks HTTP/1.1 with one client."""

    def __init__(
        self,
        net: TaskNet,
        connector: HostConnector,
        client: Wire,
        destination: Destination,
    ) -> None:
        self._net = net
        self._connector = connector
        self._client = client
        self._destination = destination
        self._decision = RequestDecision(net, destination)
        self._server: Wire | None = None
        self._server_endpoint: tuple[Host, int, str] | None = None
        self._parent: ParentRoute | None = None
        """The parent proxy that requests to the server in the clear pass."""
        self._request: CurrentRequest | None = None

    async def serve(self) -> None:
        """Serve until the client has no more requests, or one is refused."""
        try:
            while await self._serve_one():
                pass
        finally:
            self._close_server()
            self._decision.finish()

    async def _serve_one(self) -> bool:
        self._request = None
        try:
            data = await asyncio.wait_for(read_head(self._client), IDLE_SECONDS)
            return bool(data) and await self._handle(data)
        except (BadHead, BadTarget) as bad:
            self._decision.write_denial(Denied(Reason.MALFORMED), self._request)
            await self._client.send(denial_responses.malformed(str(bad)))
        except Denied as denied:
            await self._refuse(denied)
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            if self._request:
                self._decision.write_failure(error, self._request)
            await self._answer_unreachable(error)
        return False

    async def _handle(self, data: bytes) -> bool:
        """One request, from its verdict to the end of its answer."""
        decision = self._decision
        request = self._request = decision.read(request_head.parse(data))
        attempt = decision.require(request, data)
        with self._net.request(attempt):
            if request.rule and request.rule.answer:
                return await self._answer_here(request, data)
            return await self._carry(request, data)

    async def _answer_here(self, request: CurrentRequest, data: bytes) -> bool:
        """Answer as the request's host would; nothing goes there."""
        question = Question(self._client, data)
        meter = TransferMeter(self._net, request.host, None)
        request.began, failure = time.monotonic(), None
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                meter.up = await question.read()
            answer = await self._decision.own_answer(request)
            meter.status, request.is_answered = answer.status, True
            return await question.answer(answer)
        except BaseException as error:
            failure = error
            raise
        finally:
            self._decision.write_end(request, meter, failure)

    async def _carry(self, request: CurrentRequest, data: bytes) -> bool:
        decision = self._decision
        server = await self._reach(request)
        others = self._parent.secrets if self._parent else ()
        meter = TransferMeter(
            self._net,
            request.host,
            request.rule,
            others,
            is_model=bool(request.model),
        )
        if request.model and request.head.is_upgrade:
            meter.turns = decision.model_turns(request)
        forwarder = HttpForwarder(self._client, data, meter, self._parent)
        decision.write_asked(request)
        request.began, failure = time.monotonic(), None
        try:
            ended = await forwarder.carry(
                server, self._target(request), decision.injected(request)
            )
        except BaseException as error:
            request.is_answered, failure = bool(meter.status), error
            self._close_server()
            raise
        finally:
            decision.write_end(request, meter, failure)
            self._write_parent_answered(request, meter)
        if not ended.server_goes_on:
            self._close_server()
        return ended.client_goes_on

    def _write_parent_answered(
        self, request: CurrentRequest, meter: TransferMeter
    ) -> None:
        words = self._parent.words_about(meter.status) if self._parent else ""
        if words:
            self._net.audit.write("fail", reason=words, **request.facts())

    def _target(self, request: CurrentRequest) -> str:
        path = request.head.target
        if self._parent is None:
            return path
        return self._parent.target(request.host.name, request.port, path)

    async def _reach(self, request: CurrentRequest) -> Wire:
        """The connection to the request's host, which is made if there is none."""
        endpoint = self._server_endpoint
        is_same = endpoint and endpoint[:2] == (request.host, request.port)
        if self._parent and request.head.is_upgrade:
            is_same = False  # what follows an upgrade needs a tunnel
        if self._server and endpoint and is_same:
            request.address = endpoint[2]
            return self._server
        self._close_server()
        in_the_clear = not self._destination.context and not request.head.is_upgrade
        connection = await self._connector.connect(
            request.host, request.port, request.verdict, in_the_clear=in_the_clear
        )
        request.address = connection.address
        self._server, self._parent = connection.wire, connection.parent
        self._server_endpoint = (request.host, request.port, connection.address)
        return connection.wire

    def _close_server(self) -> None:
        if self._server:
            self._server.close()
        self._server = self._server_endpoint = self._parent = None

    async def _refuse(self, denied: Denied) -> None:
        self._decision.write_denial(denied, self._request)
        request = self._request
        if request and request.is_answered:
            # Its bytes would be taken for the rest of the host's answer.
            await self._client.send_eof()
            return
        host_port = f"{request.host}:{request.port}" if request else "?"
        has_body = request is None or request.head.method != "HEAD"
        way_out = denied.way_out(request.host, request.port) if request else ""
        await self._client.send(
            denial_responses.http(host_port, denied.reason, has_body, way_out)
        )
        await self._client.send_eof()
        await linger(self._client)

    async def _answer_unreachable(self, error: BaseException) -> None:
        """Answer with the reason, unless an answer of the host's has begun."""
        request = self._request
        if request is None or request.is_answered:
            return
        host_port = f"{request.host}:{request.port}"
        with contextlib.suppress(OSError, h11.ProtocolError):
            await self._client.send(
                denial_responses.unreachable(
                    host_port,
                    failures.describe(error),
                    body=request.head.method != "HEAD",
                )
            )
            await self._client.send_eof()
            await linger(self._client)


async def read_head(client: Wire) -> bytes:
    """A request's head; bytes behind it are put back. Empty if nothing came."""
    data = b""
    for _ in range(PIECES_LIMIT):
        more = await client.recv()
        if not more:
            return b""
        data += more
        end = request_head.end(data)
        if end:
            client.unread(data[end:])
            return data[:end]
    raise BadHead("in too many pieces")
