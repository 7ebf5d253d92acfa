"""Asks a token endpoint once, for the keeper: `python3 -m swarm.gate.token_exchange`.

A process of its own in the gate's container, started for one request by the keeper and
gone with its answer: neither the supervisor nor a task's worker ever has a refresh
token. It goes out as everything does, through the user's parent proxy and by the
user's authorities, and decides by a policy that names one host.

The answer is sealed with a pad that the keeper made for it alone and keeps beside the
login. So it can be left here until the keeper has it on its disk: one that is killed
meanwhile asks again by the same key and gets the answer, not a second refresh.
"""

import asyncio
import base64
import contextlib
import fcntl
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import h11

from swarm.gate import certificates, event_loop, failures
from swarm.gate.audit_log import AuditLog
from swarm.gate.denied import Denied
from swarm.gate.dialing import Resolver, system_resolver
from swarm.gate.host_connector import HostConnector
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import Wire
from swarm.gate.upstream import Upstream
from swarm.policy import parent_proxy, rules
from swarm.policy.decide import Attempt
from swarm.policy.hosts import Host
from swarm.policy.parent_proxy import ProxyEndpoint
from swarm.policy.rules import Policy
from swarm.policy.sealed_answer import ANSWER_LIMIT, PAD_BYTES, seal

FOLDER = Path("/tmp")  # noqa: S108 - of the gate's container; what lies there is sealed
REQUEST_LIMIT = 4 << 20
"""Bytes of the request, with its policy."""
EXCHANGE_SECONDS = 25.0
_PIECES_LIMIT = 2000
_KEY = re.compile(r"[0-9a-f]{32}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One question to a token endpoint."""

    login: str
    key: str
    pad: bytes
    host: str
    path: str
    encoding: str
    fields: Mapping[str, str]
    policy: Policy
    parent: ProxyEndpoint | None
    port: int = 443

    def body(self) -> bytes:
        """The request's body, in the coding that the endpoint wants."""
        if self.encoding == "form":
            return urlencode(self.fields).encode()
        return json.dumps(dict(self.fields)).encode()

    @property
    def content_type(self) -> str:
        """The body's type."""
        is_form = self.encoding == "form"
        return "application/x-www-form-urlencoded" if is_form else "application/json"


def parse(line: bytes) -> TokenRequest:
    """The keeper's request; ValueError, KeyError or TypeError if it is none."""
    body = json.loads(line)
    login, key, pad = body["login"], body["key"], base64.b64decode(body["pad"])
    if not _LOGIN.fullmatch(login) or not _KEY.fullmatch(key):
        raise ValueError("a login's name and key")
    if len(pad) != PAD_BYTES:
        raise ValueError("a pad of another length")
    path = body["path"]
    if not re.fullmatch(r"/[\x21-\x7e]{0,500}", path):
        raise ValueError("a path")
    return TokenRequest(
        login,
        key,
        pad,
        body["host"],
        path,
        body["encoding"],
        {str(name): str(value) for name, value in body["fields"].items()},
        rules.from_json(body["policy"]),
        parent_proxy.from_json(body.get("parent")),
        int(body.get("port", 443)),
    )


def run(
    request: TokenRequest, folder: Path, resolver: Resolver = system_resolver
) -> str:
    """The sealed answer, asked for now or kept from before.

    OSError, TimeoutError or Denied if the endpoint gives none: then nothing is kept.
    """
    kept = folder / f"exchange-{request.login}-{request.key}"
    with _alone(folder / f"exchange-{request.login}.lock"):
        if kept.exists():
            return kept.read_text(encoding="ascii")
        for older in folder.glob(f"exchange-{request.login}-*"):
            older.unlink()
        status, body = _on_loop(_ask_within_bounds(request, resolver))
        sealed = seal(status, body, request.pad)
        draft = folder / f"exchange-{request.login}-{request.key}.new"
        draft.write_text(sealed, encoding="ascii")
        draft.replace(kept)
        return sealed


def _on_loop(work: Coroutine[Any, Any, tuple[int, bytes]]) -> tuple[int, bytes]:
    answer: list[tuple[int, bytes]] = []

    async def keep() -> None:
        answer.append(await work)

    event_loop.run(keep())
    return answer[0]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One question about a login at a time; another one waits, within its bounds."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


async def _ask_within_bounds(
    request: TokenRequest, resolver: Resolver
) -> tuple[int, bytes]:
    async with asyncio.timeout(EXCHANGE_SECONDS):
        return await ask(request, resolver)


async def ask(
    request: TokenRequest, resolver: Resolver = system_resolver
) -> tuple[int, bytes]:
    """Status and body of the endpoint's answer."""
    net = TaskNet(request.policy, AuditLog(_write_nowhere))
    context = certificates.upstream_context(request.policy.upstream_ca)
    upstream = Upstream(resolver)
    upstream.go_through(request.parent, lambda: context)
    host = Host(request.host)
    verdict = net.require(Attempt(host, request.port))
    connector = HostConnector(net, upstream, context)
    connection = await connector.connect(host, request.port, verdict)
    try:
        return await _converse(connection.wire, request)
    finally:
        connection.wire.close()


async def _converse(wire: Wire, request: TokenRequest) -> tuple[int, bytes]:
    side, body = h11.Connection(h11.CLIENT), request.body()
    head = h11.Request(
        method="POST",
        target=request.path,
        headers=[
            ("Host", request.host),
            ("Content-Type", request.content_type),
            ("Content-Length", str(len(body))),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "swarm"),
            ("Connection", "close"),
        ],
    )
    data = (side.send(head) or b"") + (side.send(h11.Data(data=body)) or b"")
    await wire.send(data + (side.send(h11.EndOfMessage()) or b""))
    return await _answer(wire, side)


async def _answer(wire: Wire, side: h11.Connection) -> tuple[int, bytes]:
    status, body = 0, b""
    for _ in range(_PIECES_LIMIT):
        event = side.next_event()
        if event is h11.NEED_DATA:
            data = await wire.recv()
            if not data and not status:
                raise ConnectionResetError("closed without an answer")
            side.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > ANSWER_LIMIT:
                raise ConnectionResetError("its answer is too long for a token")
        elif isinstance(event, h11.EndOfMessage):
            return status, body
        elif not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("closed without an answer")
    raise ConnectionResetError("its answer comes in crumbs")


def _write_nowhere(_line: str) -> None:
    """This process has no audit: it carries nothing of a task's."""


def main(folder: Path = FOLDER, write: Callable[[str], object] = print) -> None:
    """Read one request from standard input and write one line; blocks, bounded."""
    try:
        request = parse(sys.stdin.buffer.readline(REQUEST_LIMIT))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # The words of the error may hold a part of the request.
        write(json.dumps({"error": f"a malformed request: {type(error).__name__}"}))
        return
    try:
        write(json.dumps({"sealed": run(request, folder)}))
    except Denied as denied:
        write(json.dumps({"error": f"swarm's policy: {denied.reason.sentence}"}))
    except (OSError, TimeoutError) as error:
        write(json.dumps({"error": failures.describe(error)}))
    except h11.ProtocolError:
        write(json.dumps({"error": "its answer is no HTTP/1.1"}))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # the keeper is gone; its next asks
        main()
