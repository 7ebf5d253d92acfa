"""Serves requests one after another; each has a verdict before it goes on."""

import asyncio
import contextlib
import ssl
import time
from dataclasses import asdict, dataclass

import h11

from swarm.gate import denial_responses, request_head
from swarm.gate.denied import Denied
from swarm.gate.http_forward import HttpForwarder
from swarm.gate.http_relay import TransferMeter
from swarm.gate.llm_usage import LlmUsage
from swarm.gate.request_head import BadHead, RequestHead
from swarm.gate.sniffing import PIECES_LIMIT, short_error
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import TlsWire, Wire
from swarm.gate.upstream import Upstream
from swarm.policy import request_target
from swarm.policy.decide import Attempt, Verdict
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import Rule

IDLE_SECONDS = 300.0
"""The longest wait between two requests of one connection."""
HANDSHAKE_SECONDS = 15.0


@dataclass
class _CurrentRequest:
    """One request, with what is known of it so far."""

    host: Host
    port: int
    head: RequestHead
    verdict: Verdict | None = None
    address: str = ""
    is_answered: bool = False
    """A byte of the host's answer went to the client."""

    def facts(self) -> dict[str, object]:
        """The facts of every line about it."""
        rule = self.verdict.rule if self.verdict else None
        return {
            "host": self.host.name,
            "port": self.port,
            "method": self.head.method,
            "path": self.head.target[:500],
            "rule": rule.id if rule else "",
            "origin": rule.origin if rule else "",
            "address": self.address,
        }


@dataclass(frozen=True, slots=True)
class Destination:
    """The host that a client speaks to: one in a tunnel, or any through a proxy."""

    host: Host | None
    port: int
    context: ssl.SSLContext | None = None
    """For TLS to the host; None if the client speaks plain HTTP."""


class HttpSession:
    """Speaks HTTP/1.1 with one client."""

    def __init__(
        self, net: TaskNet, upstream: Upstream, client: Wire, destination: Destination
    ) -> None:
        self._net = net
        self._upstream = upstream
        self._client = client
        self._destination = destination
        self._server: Wire | None = None
        self._server_endpoint: tuple[Host, int, str] | None = None
        self._request: _CurrentRequest | None = None

    async def serve(self) -> None:
        """Serve until the client has no more requests, or one is refused."""
        try:
            while await self._serve_one():
                pass
        finally:
            self._close_server()

    async def _serve_one(self) -> bool:
        self._request = None
        try:
            data = await asyncio.wait_for(read_head(self._client), IDLE_SECONDS)
            return bool(data) and await self._handle(data)
        except (BadHead, BadTarget) as bad:
            self._write_denial(Denied(Reason.MALFORMED))
            await self._client.send(denial_responses.malformed(str(bad)))
        except Denied as denied:
            await self._refuse(denied)
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            self._failed(error)
            await self._answer_unreachable(error)
        return False

    async def _handle(self, data: bytes) -> bool:
        """One request, from its verdict to the end of its answer."""
        request, rule = self._judge(data)
        server = await self._reach(request)
        meter, began = TransferMeter(self._net, request.host, rule), time.monotonic()
        forwarder = HttpForwarder(self._client, data, meter)
        self._write_model_asked(request, rule)
        ending = "done"
        try:
            ended = await forwarder.carry(
                server, request.head.target, self._injected(request.host, rule)
            )
        except BaseException as error:
            request.is_answered = bool(meter.status)
            ending = _how_it_ended(error)
            self._close_server()
            raise
        finally:
            self._net.audit.write(
                "request",
                verdict="allow",
                how=ending,
                seconds=round(time.monotonic() - began, 3),
                **meter.facts(),
                **request.facts(),
            )
            self._write_masked(request, meter)
            self._write_model_answered(request, rule, meter, began, ending)
        if not ended.server_goes_on:
            self._close_server()
        return ended.client_goes_on

    def _write_masked(self, request: _CurrentRequest, meter: TransferMeter) -> None:
        if meter.masker and meter.masker.count:
            self._net.audit.write("echo", masked=meter.masker.count, **request.facts())

    def _write_model_asked(self, request: _CurrentRequest, rule: Rule | None) -> None:
        """Report that the agent waits for a model from now on."""
        if rule and rule.model:
            facts = {"host": request.host.name, "provider": rule.model}
            self._net.audit.write("model", **facts)

    def _write_model_answered(
        self,
        request: _CurrentRequest,
        rule: Rule | None,
        meter: TransferMeter,
        began: float,
        ending: str,
    ) -> None:
        if rule and meter.reader:
            # An error costs nothing and tells no tokens; nothing is asked without POST.
            is_answer = meter.status < 300 and request.head.method == "POST"
            usage = meter.reader.done(
                meter.up if is_answer else 0, is_whole=ending == "done"
            )
            self._net.audit.answered(
                host=request.host.name,
                provider=rule.model,
                status=meter.status or None,
                seconds=round(time.monotonic() - began, 3),
                **asdict(usage if is_answer else LlmUsage(usage.model)),
            )

    def _judge(self, data: bytes) -> tuple[_CurrentRequest, Rule | None]:
        """The request and its rule; Denied unless a rule lets it pass to its host."""
        head = request_head.parse(data)
        request = self._request = self._read_request(head)
        if self._destination.host is not None and not self._names_destination(head):
            raise Denied(Reason.HOST_DIFFERS)
        target = request_target.parse(head.target)
        attempt = Attempt(request.host, request.port, head.method, target)
        verdict = request.verdict = self._net.require(
            attempt, inside=self._destination.host is not None
        )
        if self._destination.host is None:
            self._net.remember(Attempt(request.host, request.port), verdict.rule)
        self._net.count_request(verdict.rule)
        if self._net.leaked(data, request.host):
            raise Denied(Reason.SECRET_ELSEWHERE, verdict.rule)
        return request, verdict.rule

    def _read_request(self, head: RequestHead) -> _CurrentRequest:
        if self._destination.host is not None:
            return _CurrentRequest(self._destination.host, self._destination.port, head)
        if head.form != "absolute" or head.host is None:
            raise BadHead("not a request to a proxy")
        return _CurrentRequest(head.host, head.port or 80, head)

    def _names_destination(self, head: RequestHead) -> bool:
        """True if the Host field names the host that the connection is to."""
        port = head.port or (443 if self._destination.context else 80)
        same_port = port == self._destination.port or not head.port
        return (
            head.form == "origin" and head.host == self._destination.host and same_port
        )

    async def _reach(self, request: _CurrentRequest) -> Wire:
        """The connection to the request's host, which is made if there is none."""
        endpoint = self._server_endpoint
        if self._server and endpoint and endpoint[:2] == (request.host, request.port):
            request.address = endpoint[2]
            return self._server
        self._close_server()
        connection = await self._upstream.connect(
            self._net.evaluator, request.host.name, request.port, request.verdict
        )
        request.address = connection.address
        server: Wire = connection.wire
        if self._destination.context:
            inner = TlsWire(
                connection.wire, self._destination.context, request.host.name
            )
            server = inner
            try:
                await asyncio.wait_for(inner.handshake(), HANDSHAKE_SECONDS)
            except BaseException:
                server.close()
                raise
        self._server = server
        self._server_endpoint = (request.host, request.port, connection.address)
        return server

    def _injected(self, host: Host, rule: Rule | None) -> tuple[bytes, bytes] | None:
        """The header with the secret, for the host that the certificate proved."""
        if rule is None or rule.inject is None or self._destination.context is None:
            return None
        value = self._net.value(rule.inject.secret, host)
        if value is None:
            return None
        filled = rule.inject.template.replace("{}", value)
        return rule.inject.header.encode(), filled.encode()

    def _close_server(self) -> None:
        if self._server:
            self._server.close()
        self._server = self._server_endpoint = None

    async def _refuse(self, denied: Denied) -> None:
        self._write_denial(denied)
        request = self._request
        host_port = f"{request.host}:{request.port}" if request else "?"
        has_body = request is None or request.head.method != "HEAD"
        await self._client.send(
            denial_responses.http(host_port, denied.reason, has_body)
        )
        await self._client.send_eof()

    def _write_denial(self, denied: Denied) -> None:
        request = self._request
        facts = (
            request.facts() if request else {"host": str(self._destination.host or "")}
        )
        self._net.audit.denied(denied, "request", **facts)

    async def _answer_unreachable(self, error: BaseException) -> None:
        """Answer with the reason, unless an answer of the host's has begun."""
        request = self._request
        if request is None or request.is_answered:
            return
        host_port = f"{request.host}:{request.port}"
        with contextlib.suppress(OSError, h11.ProtocolError):
            await self._client.send(
                denial_responses.unreachable(host_port, short_error(error))
            )
            await self._client.send_eof()

    def _failed(self, error: BaseException) -> None:
        if self._request:
            reason = (str(error) or type(error).__name__)[:200]
            self._net.audit.write("fail", reason=reason, **self._request.facts())


def _how_it_ended(error: BaseException) -> str:
    if isinstance(error, Denied):
        return "refused"
    return "cut" if isinstance(error, asyncio.CancelledError) else "broken"


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
