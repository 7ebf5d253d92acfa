"""A gate with every check taken out, for probes that must be seen to fail.

Runs in the gate's own image, in the gate's place; nothing that ships can do this.
"""

import asyncio
import contextlib
import re
import runpy

from swarm.gate import (
    connection_handler,
    dialing,
    dns,
    http2_fields,
    http2_frames,
    http_session,
    request_decision,
    request_head,
    sniffing,
    task_net,
    tls_client_hello,
    upstream,
)
from swarm.policy import decide, request_target
from swarm.policy.decide import Verdict
from swarm.policy.hosts import BadHost, Host
from swarm.policy.reasons import Allowance
from swarm.policy.request_target import Target

_parse, _authority = request_head.parse, request_head.authority
_read_head = http_session.read_head


def _first_allow(evaluator, attempt):
    for kept in evaluator.policy.rules:
        if kept.kind != "deny" and kept.host == attempt.host.name:
            return kept
    return next((r for r in evaluator.policy.rules if r.kind != "deny"), None)


def lenient_authority(text):
    """Whatever stands before the last colon is a host."""
    try:
        return _authority(text)
    except request_head.BadHead:
        name, _, port = text.rpartition(":")
        return Host(name or text), int(port) if port.isdigit() else 443


def lenient_parse(data):
    """Mend what is malformed instead of refusing it."""
    text = re.sub(rb"\r?\n", b"\r\n", data.replace(b"\0", b""))
    first, *lines = text.rstrip(b"\r\n").split(b"\r\n")
    seen, kept = set(), []
    for line in lines:
        name = line.partition(b":")[0].strip().lower()
        if b":" in line and name not in seen:
            kept.append(line)
            seen.add(name)
    words = first.split(b" ")
    first = b" ".join([words[0], words[1] if len(words) > 1 else b"/", b"HTTP/1.1"])
    if b"host" not in seen:
        kept.append(b"Host: nobody.test")
    whole = b"\r\n".join([first, *kept, b"", b""])
    try:
        return _parse(whole)
    except (request_head.BadHead, BadHost):
        target = words[1].decode("latin-1") if len(words) > 1 else "/"
        if words[0] == b"CONNECT":
            host, port = lenient_authority(target)
            return request_head.RequestHead("CONNECT", "authority", host, port, "")
        found = re.match(r"(?:\w+:)?//([^/]*)(.*)", target)
        if found:
            host, port = lenient_authority(found[1].rpartition("@")[2])
            return request_head.RequestHead(
                words[0].decode(), "absolute", host, port, found[2] or "/"
            )
        return request_head.RequestHead(
            words[0].decode(), "origin", Host("x"), 0, target
        )


def lenient_http2(fields):
    """The last of each field counts, whatever it is."""
    named = dict(fields)
    rest = [(key, value) for key, value in fields if key[:1] != b":"]
    authority = named.get(b":authority") or b"x"
    host, port = lenient_authority(authority.decode("latin-1"))
    path = named.get(b":path", b"/").decode("latin-1")
    method = named.get(b":method", b"GET").decode()
    head = request_head.RequestHead(method, "origin", host, port, path)
    return http2_fields.Http2Request(head, authority, rest)


def lenient_target(text):
    """One reading, whatever it may be."""
    return Target(text.partition("?")[0], (), False)


async def raw_inside(self, wire, host, port, verdict, server):
    """A tunnel is a socket to anywhere."""
    rule = verdict.rule
    if server is None and rule and rule.looks_inside:
        data = await wire.recv()
        wire.unread(data)
        if data[:1] == b"\x16":
            hello = await sniffing.client_hello(wire)
            return await self._intercept(wire, host, port, verdict, hello)
        return await self._session(
            wire, request_decision.Destination(host, port)
        ).serve()
    if server is None:
        server = await self._reach(host, port, verdict)
    return await self._pass_through(wire, host, port, verdict, server, sni="")


async def reach_anything(self, evaluator, name, port, rule, **_how):
    """Whatever is not known leads to the web of the test."""
    try:
        found = self._cached(name) or await self._resolve(name)
    except OSError:
        found = []
    for address in found:
        with contextlib.suppress(OSError, TimeoutError):
            wire = await asyncio.wait_for(dialing.dial(address, port), 1)
            return upstream.UpstreamConnection(wire, address)
    web = await self._resolver("good.test")
    ports = {r.ports[0] for r in evaluator.policy.rules if r.ports}
    for number in (port, *ports):
        with contextlib.suppress(OSError, TimeoutError):
            wire = await asyncio.wait_for(dialing.dial(web[0], number), 1)
            return upstream.UpstreamConnection(wire, web[0])
    raise OSError("nothing there")


def any_secret(self, name, host):
    """The value for whoever asks."""
    return next((held.value for held in self._secrets if held.name == name), None)


class Open(task_net.TaskNet):
    """No limits."""

    @contextlib.contextmanager
    def connection(self):
        yield

    def _cut(self, is_over):
        return 0

    def decide(self, attempt, inside=False):
        rule = _first_allow(self.evaluator, attempt)
        inspect = bool(rule and rule.looks_inside and not attempt.method)
        return Verdict(Allowance.ALLOW_RULE, rule, inspect=inspect)

    def leaked(self, data, host):
        return ""

    def count_upload(self, size):
        self.uploaded += size

    def count_request(self, rule):
        return None

    value = any_secret


def answer_all(query, names, _kept=dns.answer):
    """Every question is answered with an address."""
    found = _kept(query, names)
    if found is None or found.code == dns.OK:
        return found
    address = b"\x0a\x01\x02\x03"
    after = query.index(b"\0", 12) + 5
    head = query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + address
    return dns.Answer(head + query[12:after] + record, found.name, found.kind, dns.OK)


def end_anyhow(data):
    """A head of any length, ended by any empty line."""
    found = re.search(rb"\r?\n\r?\n", data)
    return found.end() if found else 0


async def read_head_anyhow(client):
    """Empty lines before a request are nothing."""
    return (await _read_head(client)).lstrip(b"\r\n")


request_head.parse, request_head.authority, request_head.end = (
    lenient_parse,
    lenient_authority,
    end_anyhow,
)
request_target.parse = lenient_target
http2_fields.request = lenient_http2
http2_frames.FrameReader._check = lambda self, size, kind, flags: None
sniffing.require_name = lambda asked, host: None
sniffing.require_open_name = lambda asked, policy: None
connection_handler.ConnectionHandler._serve_inside = raw_inside
connection_handler.FIRST_SECONDS = 1e6
http_session.read_head = read_head_anyhow
request_decision.RequestDecision.names_destination = lambda self, head: True
upstream.Upstream.connect = reach_anything
decide.PolicyEvaluator.vet = lambda self, address, rule=None: None
task_net.TaskNet = Open
dns.answer = answer_all
assert tls_client_hello

if __name__ == "__main__":
    runpy.run_module("swarm.gate", run_name="__main__")
