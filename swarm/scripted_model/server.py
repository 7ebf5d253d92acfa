"""The server: asks for the real key, follows the scripts, and remembers what it saw."""

import gzip
import json
import math
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

from swarm.gate.certificates import Authority
from swarm.scripted_model import anthropic, chat, gemini, responses
from swarm.scripted_model.dialogue import (
    Asked,
    Refusal,
    Reply,
    Text,
    Usage,
    usage,
)
from swarm.scripted_model.steps import (
    Ask,
    Fail,
    Hold,
    Limit,
    LimitUntil,
    Run,
    Say,
    Script,
    Step,
    Write,
    has_marker,
)
from swarm.scripted_model.threads import Threads
from swarm.scripted_model.tool_calls import call

LIMITED = 429
PATIENCE = 60.0
"""Seconds until a wait of a test gives up."""
PROTOCOLS = (
    (re.compile(r"/messages$"), anthropic),
    (re.compile(r"/responses$"), responses),
    (re.compile(r"/chat/completions$"), chat),
    (re.compile(r"/models/[^/:]+:(stream)?[gG]enerateContent$"), gemini),
)
COUNTS = re.compile(r"(/messages/count_tokens|:countTokens)$")
MODELS = re.compile(r"/models(/[^/:]+)?$")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request for the model, as it arrived."""

    host: str
    path: str
    headers: dict[str, str]
    """By name in lower case."""
    body: dict[str, Any]
    asked: Asked
    status: int
    spent: Usage | None = None
    """What its answer told that it cost."""
    at: float = field(default_factory=time.time)
    """When it had arrived, in seconds since 1970."""


class ScriptedModel:
    """Serves on one address; TLS under each name of `hosts`, or plain without them."""

    def __init__(
        self,
        address: str,
        folder: Path,
        key: str,
        hosts: Sequence[str] = (),
        port: int = 443,
    ) -> None:
        self.key = key
        """The one that it takes; any other is answered with 401."""
        self.seen: list[Seen] = []
        self.keys: set[str] = set()
        """Every key that a request bore."""
        self.strays: list[str] = []
        """The paths of requests that are of no protocol here."""
        self.charged = Usage(0, 0, 0)
        """What all answers so far said that they cost."""
        self.threads = Threads()
        self.authority = Authority(folder)
        self._scripts: list[Script] = []
        self._changed = threading.Condition()
        handler = type("Bound", (_Handler,), {"model": self})
        self._server = _Server((address, port), handler)
        self.port = int(self._server.server_address[1])
        if hosts:
            self._secure(hosts)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def plays(self, marker: str, steps: Sequence[Step], in_text: bool = False) -> None:
        """Follow the steps in conversations with the marker; the newest script wins."""
        self._scripts.insert(0, Script(marker, steps, in_text))

    def wait_for(self, happened: Callable[[], bool], what: str) -> None:
        """Block until it is so; each request is an occasion to look."""
        with self._changed:
            assert self._changed.wait_for(happened, PATIENCE), what

    def furthest(self, marker: str) -> int:
        """The number of the last step that a request with the marker has come to."""
        found = (s.furthest for s in self._scripts if s.marker == marker)
        return next(found, -1)

    def prompts(self) -> list[str]:
        """The texts of all the user's turns so far, each once, in order."""
        texts = (t.text for s in self.seen for t in s.asked.turns if t.kind == "user")
        return list(dict.fromkeys(texts))

    def results(self, marker: str) -> list[str]:
        """What tools printed in the longest conversation with the marker."""
        longest: list[str] = []
        for seen in self.seen:
            turns = seen.asked.turns
            if any(has_marker(t.text, marker) for t in turns if t.kind == "user"):
                found = [t.text for t in seen.asked.turns if t.kind == "result"]
                longest = max(longest, found, key=len)
        return longest

    def reply(self, asked: Asked) -> Reply | Refusal:
        """What the script has the model answer; blocks while it is held."""
        if limit := self._limit():
            return _limited(limit)
        script = next((s for s in self._scripts if s.is_for(asked)), None)
        if script is None or not (asked.tools or script.in_text) or asked.wants_json:
            return Text("A title")
        while isinstance(step := script.step(asked), Hold):
            if not step.released.wait(step.seconds):
                return Refusal(503, "held for too long")
        if limit := self._limit():
            return _limited(limit)  # it began meanwhile
        match step:
            case Say(text):
                return Text(text)
            case Limit(seconds):
                reset = int(time.time()) + seconds
                return Refusal(429, "the usage limit is reached", reset, seconds)
            case LimitUntil():
                step.begin(time.time())
                return _limited(step)
            case Fail(status):
                return Refusal(status, "a scripted failure")
            case Write() | Run() | Ask():
                return call(step, asked, script.in_text)

    def _limit(self) -> LimitUntil | None:
        """The limit that holds for every request now, if one does."""
        now = time.time()
        known = (limit for script in self._scripts for limit in script.limits())
        return next((limit for limit in known if limit.left(now) > 0), None)

    def remember(self, seen: Seen, key: str) -> None:
        """Note a request that was answered, or will be in a moment."""
        with self._changed:
            self.seen.append(seen)
            self.keys.add(key)
            if seen.spent:
                self.charged += seen.spent
            self._changed.notify_all()

    def _secure(self, hosts: Sequence[str]) -> None:
        contexts = {host: self.authority.context(host) for host in hosts}

        def choose(wire: ssl.SSLObject, name: str, _: ssl.SSLContext) -> None:
            if name in contexts:
                wire.context = contexts[name]

        first = contexts[hosts[0]]
        first.sni_callback = choose
        self._server.socket = first.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )


def _limited(limit: LimitUntil) -> Refusal:
    """The refusal that a limit is, with its reset in whole seconds, rounded up."""
    if limit.status != LIMITED:
        return Refusal(limit.status, "the model is overloaded")
    reset = math.ceil(limit.reset())
    seconds = max(1, math.ceil(reset - time.time()))
    return Refusal(LIMITED, "the usage limit is reached", reset, seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """A client that goes away, or does not trust us, is a test's own doing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: ScriptedModel
    timeout = 90

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's screen."""

    def do_HEAD(self) -> None:
        self._json(200, {})

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        known = {"id": "scripted", "object": "model", "type": "model"}
        is_list = MODELS.search(path)
        body = {"object": "list", "data": [known], "models": [], "has_more": False}
        self._json(200 if is_list else 404, body if is_list else {})

    def do_POST(self) -> None:
        raw = self._body()
        path = self.path.partition("?")[0]
        if COUNTS.search(path):
            tokens = len(raw) // 4
            self._json(200, {"input_tokens": tokens, "totalTokens": tokens})
            return
        protocol = next((p for shape, p in PROTOCOLS if shape.search(path)), None)
        if protocol is None:
            self.model.strays.append(path)
            self._json(404, {"error": {"message": f"nothing is at {path}"}})
            return
        body = json.loads(raw or b"{}")
        if (known := self.model.threads.whole(body)) is None:
            said, _ = protocol.refusal(Refusal(404, "no such thread"))
            self._json(404, said)
            return
        asked = self._asked(protocol, path, known)
        self._answer(protocol, known, asked, raw)

    def _asked(self, protocol: ModuleType, path: str, body: dict[str, Any]) -> Asked:
        if protocol is gemini:
            model, _, verb = path.rpartition("/")[2].partition(":")
            return gemini.read(body, model, verb.startswith("stream"))
        asked: Asked = protocol.read(body)
        return asked

    def _answer(
        self, protocol: ModuleType, body: dict[str, Any], asked: Asked, raw: bytes
    ) -> None:
        key, arrived = self._key(), time.time()
        reply: Reply | Refusal = Refusal(401, "the key is not the real one")
        if key == self.model.key:
            reply = self.model.reply(asked)
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = reply.status if isinstance(reply, Refusal) else 200
        host = headers.get("host", "")
        seen = Seen(host, self.path, headers, body, asked, status, at=arrived)
        if isinstance(reply, Refusal):
            self.model.remember(seen, key)
            said, more = protocol.refusal(reply)
            if reply.seconds:
                more = {"retry-after": str(reply.seconds), **more}
            self._json(reply.status, said, more)
            return
        spent = usage(raw, reply)
        self.model.remember(replace(seen, spent=spent), key)
        number = f"{len(self.model.seen):06}{time.time_ns() % 10**9:09}"
        if protocol is anthropic:
            whole = anthropic.whole(asked, reply, spent, number)
            self.model.threads.keep(whole["id"], body, whole["content"])
        self._reply(protocol, asked, reply, spent, number)

    def _reply(
        self,
        protocol: ModuleType,
        asked: Asked,
        reply: Reply,
        spent: Usage,
        number: str,
    ) -> None:
        if not asked.streams:
            self._json(200, protocol.whole(asked, reply, spent, number))
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for text in _lines(protocol.events(asked, reply, spent, number)):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        self.wfile.write(b"0\r\n\r\n")

    def _key(self) -> str:
        bearer = (self.headers.get("authorization") or "").removeprefix("Bearer ")
        query = re.search(r"[?&]key=([^&]+)", self.path)
        return str(
            self.headers.get("x-api-key")
            or self.headers.get("x-goog-api-key")
            or bearer
            or (query[1] if query else "")
        )

    def _body(self) -> bytes:
        if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
            raw = b"".join(iter(self._chunk, b""))
        else:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        is_packed = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(raw) if is_packed else raw

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        piece = self.rfile.read(size)
        self.rfile.readline()
        return piece

    def _json(
        self, status: int, body: dict[str, Any], more: dict[str, str] | None = None
    ) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _lines(events: Iterator[tuple[str, Any]]) -> Iterator[bytes]:
    for kind, body in events:
        head = f"event: {kind}\n" if kind else ""
        text = body if isinstance(body, str) else json.dumps(body)
        yield f"{head}data: {text}\n\n".encode()
