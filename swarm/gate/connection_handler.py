"""Handles a task's connections: each is decided on before a byte goes out."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable

from swarm.gate import denial_responses, failures, request_head, sniffing
from swarm.gate.certificates import Authority
from swarm.gate.denied import Denied
from swarm.gate.host_connector import HTTP2, HostConnector
from swarm.gate.http2_session import Http2Session
from swarm.gate.http_session import HttpSession, read_head
from swarm.gate.parent_proxy import HTTP_PORT
from swarm.gate.request_decision import Destination
from swarm.gate.request_head import BadHead
from swarm.gate.task_net import TaskNet
from swarm.gate.tls_client_hello import ClientHello
from swarm.gate.transport import SocketWire, TlsWire, Wire, linger
from swarm.gate.tunnel import Carried, splice
from swarm.gate.upstream import Upstream, UpstreamConnection
from swarm.policy.decide import Attempt, Verdict
from swarm.policy.hosts import Host
from swarm.policy.reasons import Kind, Reason

FIRST_SECONDS = 10.0
"""The limit for a head or a hello: a slower client blocks a place for nothing."""
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_HTTP = (b"GET", b"HEA", b"POS", b"PUT", b"DEL", b"PAT", b"OPT", b"TRA", b"CON")


class ConnectionHandler:
    """Serves the connections of one task."""

    def __init__(
        self,
        net: TaskNet,
        upstream: Upstream,
        authority: Authority,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self._net = net
        self._upstream = upstream
        self._authority = authority
        self._context = context

    async def explicit(self, accepted: socket.socket) -> None:
        """Serve a client that knows of the proxy."""
        await self.serve(accepted, self._serve_proxy_request)

    async def transparent(self, accepted: socket.socket) -> None:
        """Serve a client that does not; the kernel knows its original destination."""
        host, port = sniffing.original_destination(accepted, self._net)
        await self.serve(
            accepted, lambda wire: self._serve_tunnel(wire, host, port, b"")
        )

    async def serve(
        self,
        accepted: socket.socket,
        handle: Callable[[Wire], Awaitable[None]],
        phase: str = "connect",
    ) -> None:
        """Serve one connection of any kind; it counts against the task's limits."""
        accepted.setblocking(False)
        with contextlib.suppress(OSError):
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = SocketWire(accepted)
        try:
            with self._net.connection():
                await handle(wire)
        except Denied as denied:
            self._net.audit.denied(denied, phase)
        except (OSError, TimeoutError, asyncio.CancelledError):
            return
        finally:
            wire.close()

    async def _serve_proxy_request(self, wire: Wire) -> None:
        try:
            data = await asyncio.wait_for(read_head(wire), FIRST_SECONDS)
            if not data:
                return
            if data.startswith(denial_responses.HTTP2_START):
                await self._refuse_http2(wire)
                return
            head = request_head.parse(data)
        except BadHead as bad:
            denied = Denied(Reason.BAD_HEAD, detail=str(bad))
            self._net.audit.denied(denied, "connect")
            await wire.send(denial_responses.malformed(str(bad)))
            return
        if head.form == "authority":
            assert head.host is not None
            await self._serve_tunnel(wire, head.host, head.port, ESTABLISHED)
        elif head.form == "absolute":
            wire.unread(data)
            await self._session(wire, Destination(None, 80)).serve()
        else:
            await wire.send(denial_responses.malformed("this is a proxy"))

    async def _serve_tunnel(
        self, wire: Wire, host: Host, port: int, reply: bytes
    ) -> None:
        """Serve a connection to one host; an explicit client waits for `reply`."""
        try:
            await self._open_tunnel(wire, host, port, reply)
        except Denied as denied:
            self._net.audit.denied(denied, "connect", host=host.name, port=port)
            await self._refuse(wire, host, port, denied, reply)
        except (OSError, TimeoutError) as error:
            self._failed(host, port, error)

    async def _open_tunnel(
        self, wire: Wire, host: Host, port: int, reply: bytes
    ) -> None:
        attempt = Attempt(host, port)
        verdict = self._net.decide(attempt)
        if verdict.denial and verdict.inspect:
            self._net.remember(attempt, None)
            await self._read_denied(wire, host, port, verdict, reply)
            return
        verdict = self._net.require(attempt)
        self._net.remember(attempt, verdict.rule)
        if verdict.inspect or self._is_read_first(host, port, verdict, reply):
            await wire.send(reply)
            await self._serve_inside(wire, host, port, verdict, None)
            return
        try:
            server = await self._reach(host, port, verdict)
        except (OSError, TimeoutError) as error:
            self._failed(host, port, error)
            await self._tell_unreachable(wire, host, port, error, reply)
            return
        try:
            await wire.send(reply)
            await self._serve_inside(wire, host, port, verdict, server)
        finally:
            server.wire.close()

    async def _read_denied(
        self, wire: Wire, host: Host, port: int, verdict: Verdict, reply: bytes
    ) -> None:
        """Deny the request inside a denied connection, which leads nowhere.

        Clients take that answer as final; a refused tunnel they try again.
        """
        assert verdict.denial is not None
        await wire.send(reply)
        try:
            await self._serve_inside(wire, host, port, verdict, None)
        except (Denied, OSError, TimeoutError):
            denied = Denied(verdict.denial, verdict.rule)
            self._net.audit.denied(denied, "connect", host=host.name, port=port)
            await self._refuse(wire, host, port, denied, b"")

    def _is_read_first(
        self, host: Host, port: int, verdict: Verdict, reply: bytes
    ) -> bool:
        """True if the client's words say how to ask the parent proxy for the host.

        Many refuse a tunnel for plain HTTP. An explicit client is answered first, so
        that a host that cannot be reached can still be told, but for HTTP's own port.
        """
        is_raw = verdict.rule is not None and verdict.rule.kind == "tcp"
        if is_raw or (reply and port != HTTP_PORT):
            return False
        return self._upstream.parent_of(host.name, port) is not None

    async def _reach(
        self, host: Host, port: int, verdict: Verdict
    ) -> UpstreamConnection:
        connection = await self._upstream.connect(
            self._net.evaluator, host.name, port, verdict
        )
        self._net.reached(connection.address)
        return connection

    async def _serve_inside(
        self,
        wire: Wire,
        host: Host,
        port: int,
        verdict: Verdict,
        server: UpstreamConnection | None,
    ) -> None:
        """Serve what comes: TLS or HTTP for this very name, or a rule's raw tunnel."""
        if verdict.rule and verdict.rule.kind == "tcp":
            assert server is not None
            await self._pass_through(wire, host, port, verdict, server, sni="")
            return
        data = await asyncio.wait_for(wire.recv(), FIRST_SECONDS)
        wire.unread(data)
        if data[:1] == b"\x16":
            hello = await asyncio.wait_for(sniffing.client_hello(wire), FIRST_SECONDS)
            sniffing.require_name(hello, host)
            if verdict.inspect:
                await self._intercept(wire, host, port, verdict, hello)
                return
            sniffing.require_open_name(hello, self._net.evaluator)
            try:
                reached = server or await self._reach(host, port, verdict)
            except (OSError, TimeoutError) as error:
                self._failed(host, port, error)
                await self._tell_unreachable(wire, host, port, error, b"")
                return
            try:
                await self._pass_through(
                    wire, host, port, verdict, reached, sni=hello.server_name
                )
            finally:
                reached.wire.close()
        elif data.startswith(denial_responses.HTTP2_START):
            raise Denied(verdict.denial or Reason.HTTP2_WITHOUT_TLS)
        elif data[:3] in _HTTP:
            destination = Destination(host, port, denial=verdict.denial)
            await self._session(wire, destination).serve()
        elif data or verdict.denial:
            raise Denied(Reason.NOT_TLS_NOR_HTTP)

    async def _intercept(
        self, wire: Wire, host: Host, port: int, verdict: Verdict, hello: ClientHello
    ) -> None:
        """End TLS here with a certificate of our own, and read the requests."""
        destination = Destination(host, port, self._context(), verdict.denial)
        connector = self._connector(destination)
        try:
            protocol = await connector.agree(host, port, verdict, hello.alpn)
            inner = TlsWire(wire, self._authority.context(host.name, protocol))
            try:
                await asyncio.wait_for(inner.handshake(), FIRST_SECONDS)
            except OSError as error:
                raise failures.ClientBrokeOff(error) from error
            speak = Http2Session if protocol == HTTP2 else HttpSession
            await speak(self._net, connector, inner, destination).serve()
        finally:
            connector.close()

    def _session(self, wire: Wire, destination: Destination) -> HttpSession:
        return HttpSession(self._net, self._connector(destination), wire, destination)

    def _connector(self, destination: Destination) -> HostConnector:
        return HostConnector(self._net, self._upstream, destination.context)

    async def _pass_through(
        self,
        wire: Wire,
        host: Host,
        port: int,
        verdict: Verdict,
        server: UpstreamConnection,
        sni: str,
    ) -> None:
        rule = verdict.rule
        began, carried = time.monotonic(), Carried()
        facts = {
            "host": host.name,
            "port": port,
            "rule": rule.id if rule else "",
            "origin": rule.origin if rule else "",
            "address": server.address,
            "sni": sni,
        }
        self._net.audit.write(
            "connect", verdict="allow", reason=verdict.reason, **facts
        )

        def count_upload(size: int) -> None:
            self._net.count_upload(size)
            if rule and 0 < rule.max_upload < carried.up:
                raise Denied(Reason.TOO_MUCH_UPLOAD, rule)

        ending = "done"
        try:
            await splice(wire, server.wire, carried, count_upload)
        except asyncio.CancelledError:
            ending = "cut"
            raise
        finally:
            self._net.audit.write(
                "close",
                how=ending,
                up=carried.up,
                down=carried.down,
                seconds=round(time.monotonic() - began, 3),
                **facts,
            )

    async def _refuse_http2(self, wire: Wire) -> None:
        """Refuse HTTP/2 in the clear, by which nobody speaks to a proxy."""
        denied = Denied(Reason.HTTP2_WITHOUT_TLS)
        self._net.audit.denied(denied, "connect")
        await wire.send(denial_responses.http2("the proxy", denied.reason))

    def _failed(self, host: Host, port: int, error: BaseException) -> None:
        self._net.audit.write(
            "fail",
            host=host.name,
            port=port,
            reason=failures.describe(error),
        )

    async def _tell_unreachable(
        self, wire: Wire, host: Host, port: int, error: BaseException, reply: bytes
    ) -> None:
        """Answer CONNECT if the client waits for that, else speak its own protocol."""
        host_port, reason = f"{host}:{port}", failures.describe(error)
        if reply:
            await wire.send(denial_responses.unreachable(host_port, reason))
        else:
            data = b""
            with contextlib.suppress(TimeoutError, OSError):
                data = await asyncio.wait_for(wire.recv(), 1.0)
            await wire.send(
                denial_responses.unreachable_spoken(data, host_port, reason)
            )
        with contextlib.suppress(OSError):
            await wire.send_eof()
        await linger(wire)

    async def _refuse(
        self, wire: Wire, host: Host, port: int, denied: Denied, reply: bytes
    ) -> None:
        """Answer CONNECT if the client waits for that, else speak its own protocol."""
        host_port, reason, data = f"{host}:{port}", denied.reason, b""
        way_out = denied.way_out(host, port)
        if not reply or reason.kind is Kind.TUNNEL:
            with contextlib.suppress(TimeoutError, OSError):
                data = await asyncio.wait_for(wire.recv(), 1.0)
            await wire.send(denial_responses.spoken(data, host_port, reason, way_out))
        else:
            await wire.send(denial_responses.http(host_port, reason, way_out=way_out))
        with contextlib.suppress(OSError):
            await wire.send_eof()
