"""Requests, one after another, each with a verdict of its own before it goes on."""

import asyncio
import ssl
import time
from dataclasses import asdict, dataclass

import h11

from swarm.gate import denial_responses, request_head
from swarm.gate.denied import Denied
from swarm.gate.http_forward import HttpForwarder
from swarm.gate.http_relay import TransferMeter
from swarm.gate.request_head import BadHead, RequestHead
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
"""Between two requests of one connection."""
HANDSHAKE_SECONDS = 15.0


@dataclass
class _Request:
    """One request, as far as it is known."""

    host: Host
    port: int
    head: RequestHead
    verdict: Verdict | None = None
    address: str = ""

    def facts(self) -> dict[str, object]:
        """What every line about it says."""
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
    """Whom a client speaks to: one host in a tunnel, or any as a proxy's client."""

    host: Host | None
    port: int
    context: ssl.SSLContext | None = None
    """For TLS to the host; None if the client speaks plain HTTP."""


class HttpSession:
    """Speaks HTTP/1.1 with one client."""

    def __init__(
        self, net: TaskNet, upstream: Upstream, client: Wire, subject: Destination
    ) -> None:
        self._net = net
        self._upstream = upstream
        self._client = client
        self._subject = subject
        self._server: Wire | None = None
        self._leads_to: tuple[Host, int, str] | None = None
        self._asked: _Request | None = None

    async def serve(self) -> None:
        """Until the client has no more requests, or one is refused."""
        try:
            while await self._one():
                pass
        finally:
            self._hang_up()

    async def _one(self) -> bool:
        self._asked = None
        try:
            data = await asyncio.wait_for(read_head(self._client), IDLE_SECONDS)
            return bool(data) and await self._handle(data)
        except (BadHead, BadTarget) as bad:
            self._tell(Denied(Reason.MALFORMED))
            await self._client.send(denial_responses.malformed(str(bad)))
        except Denied as denied:
            await self._refuse(denied)
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            self._failed(error)
        return False

    async def _handle(self, data: bytes) -> bool:
        """One request, from its verdict to the end of its answer."""
        asked, rule = self._decided(data)
        server = await self._reach(asked, rule)
        meter, began = TransferMeter(self._net, asked.host, rule), time.monotonic()
        passage = HttpForwarder(self._client, data, meter)
        self._say_asked(asked, rule)
        how = "done"
        try:
            ended = await passage.carry(
                server, asked.head.target, self._injected(asked.host, rule)
            )
        except BaseException as error:
            how = _ended_by(error)
            self._hang_up()
            raise
        finally:
            self._net.audit.say(
                self._net.id,
                "request",
                verdict="allow",
                how=how,
                seconds=round(time.monotonic() - began, 3),
                **meter.facts(),
                **asked.facts(),
            )
            self._say_answered(asked, rule, meter, time.monotonic() - began)
        if not ended.server_goes_on:
            self._hang_up()
        return ended.client_goes_on

    def _say_asked(self, asked: _Request, rule: Rule | None) -> None:
        """From now on the agent waits for a model."""
        if rule and rule.model:
            facts = {"host": asked.host.name, "provider": rule.model}
            self._net.audit.say(self._net.id, "model", **facts)

    def _say_answered(
        self, asked: _Request, rule: Rule | None, meter: TransferMeter, seconds: float
    ) -> None:
        if rule and meter.reader:
            self._net.audit.say(
                self._net.id,
                "answer",
                host=asked.host.name,
                provider=rule.model,
                status=meter.status or None,
                seconds=round(seconds, 3),
                **asdict(meter.reader.done()),
            )

    def _decided(self, data: bytes) -> tuple[_Request, Rule | None]:
        """Denied, but for a request that a rule allows, to the host that was vetted."""
        head = request_head.parse(data)
        asked = self._asked = self._meant(head)
        if self._subject.host is not None and not self._names_subject(head):
            raise Denied(Reason.HOST_DIFFERS)
        target = request_target.parse(head.target)
        attempt = Attempt(asked.host, asked.port, head.method, target)
        verdict = asked.verdict = self._net.require(
            attempt, inside=self._subject.host is not None
        )
        if self._subject.host is None:
            self._net.leads_to(Attempt(asked.host, asked.port), verdict.rule)
        self._net.count_request(verdict.rule)
        if self._net.leaked(data, asked.host):
            raise Denied(Reason.SECRET_ELSEWHERE, verdict.rule)
        return asked, verdict.rule

    def _meant(self, head: RequestHead) -> _Request:
        if self._subject.host is not None:
            return _Request(self._subject.host, self._subject.port, head)
        if head.form != "absolute" or head.host is None:
            raise BadHead("not a request to a proxy")
        return _Request(head.host, head.port or 80, head)

    def _names_subject(self, head: RequestHead) -> bool:
        """Whether the Host field names whom the connection is to."""
        port = head.port or (443 if self._subject.context else 80)
        same_port = port == self._subject.port or not head.port
        return head.form == "origin" and head.host == self._subject.host and same_port

    async def _reach(self, asked: _Request, rule: Rule | None) -> Wire:
        """The connection to the request's host, made where there is none."""
        known = self._leads_to
        if self._server and known and known[:2] == (asked.host, asked.port):
            asked.address = known[2]
            return self._server
        self._hang_up()
        reached = await self._upstream.connect(
            self._net.judge, asked.host.name, asked.port, rule
        )
        asked.address = reached.address
        server: Wire = reached.wire
        if self._subject.context:
            inner = TlsWire(reached.wire, self._subject.context, asked.host.name)
            server = inner
            try:
                await asyncio.wait_for(inner.handshake(), HANDSHAKE_SECONDS)
            except BaseException:
                server.close()
                raise
        self._server = server
        self._leads_to = (asked.host, asked.port, reached.address)
        return server

    def _injected(self, host: Host, rule: Rule | None) -> tuple[bytes, bytes] | None:
        """The header with the secret, for the host that the certificate proved."""
        if rule is None or rule.inject is None or self._subject.context is None:
            return None
        value = self._net.value(rule.inject.secret, host)
        if value is None:
            return None
        filled = rule.inject.template.replace("{}", value)
        return rule.inject.header.encode(), filled.encode()

    def _hang_up(self) -> None:
        if self._server:
            self._server.close()
        self._server = self._leads_to = None

    async def _refuse(self, denied: Denied) -> None:
        self._tell(denied)
        asked = self._asked
        where = f"{asked.host}:{asked.port}" if asked else "?"
        has_body = asked is None or asked.head.method != "HEAD"
        await self._client.send(denial_responses.http(where, denied.reason, has_body))
        await self._client.send_eof()

    def _tell(self, denied: Denied) -> None:
        asked = self._asked
        facts = asked.facts() if asked else {"host": str(self._subject.host or "")}
        self._net.audit.denied(denied, self._net.id, "request", **facts)

    def _failed(self, error: BaseException) -> None:
        if self._asked:
            reason = (str(error) or type(error).__name__)[:200]
            self._net.audit.say(
                self._net.id, "fail", reason=reason, **self._asked.facts()
            )


def _ended_by(error: BaseException) -> str:
    if isinstance(error, Denied):
        return "refused"
    return "cut" if isinstance(error, asyncio.CancelledError) else "broken"


async def read_head(client: Wire) -> bytes:
    """A request's head; what came behind it is put back. Empty where nothing came."""
    data = b""
    while True:
        more = await client.recv()
        if not more:
            return b""
        data += more
        end = request_head.end(data)
        if end:
            client.unread(data[end:])
            return data[:end]
