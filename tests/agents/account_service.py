"""Stand-ins for services of subscriptions, of codex and gemini: none real is tried.

Their shapes are what codex 0.171.0 and gemini 0.61.0 take: with any other answer about
the account codex begins no turn.
"""

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from swarm.gate.websocket_frames import TEXT, FrameReader
from swarm.model.task import State
from tests.agents.key_search import home_of
from tests.box.websocket_server import frame
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.gate.private_ca import Signed, company, leaf
from tests.promises.sandbox_probe import gateway

HOST = "chatgpt.com"
CODE_ASSIST = "cloudcode-pa.googleapis.com"
ACCOUNT = "acc-of-this-test-0001"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Of the proof that a server speaks WebSockets (RFC 6455)."""
WORDS = "The account service has answered."


@dataclass
class AccountService:
    """Every request's path and credential, in order."""

    host: str = HOST
    root: Signed = field(default_factory=company)
    asked: list[tuple[str, str]] = field(default_factory=list)
    speaks_websockets: bool = False
    turns: int = 0
    """Messages that came by WebSocket."""

    def tokens_at(self, path: str) -> set[str]:
        """The credentials that came with requests whose path ends so."""
        return {token for asked, token in self.asked if asked.endswith(path)}


def account() -> dict[str, Any]:
    """The answer about the account: where its workspace is served."""
    entry = {
        "id": ACCOUNT,
        "account_id": ACCOUNT,
        "plan_type": "plus",
        "structure": "personal",
        "is_deactivated": False,
        "can_access_with_session": True,
        "is_fedramp_compliant_workspace": False,
        "workspace_backend_origin": f"https://{HOST}",
        "account_routing_override": "us",
    }
    return {"accounts": [entry], "account_ordering": [ACCOUNT]}


def turn() -> bytes:
    """A model's whole turn, as a stream of events."""
    said = {"type": "output_text", "text": WORDS}
    item = {"type": "message", "role": "assistant", "id": "m1", "content": [said]}
    counts: dict[str, int | None] = {
        "input_tokens": 5,
        "output_tokens": 3,
        "total_tokens": 8,
    }
    counts |= {"input_tokens_details": None, "output_tokens_details": None}
    events = [
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_item.done", "item": item},
        {"type": "response.completed", "response": {"id": "r1", "usage": counts}},
    ]
    lines = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
    return "".join(lines).encode()


def code_assist(path: str) -> tuple[int, str, bytes]:
    """What Google's service says of an account that is set up, and of a turn."""
    if path.endswith(":loadCodeAssist"):
        tier = {"id": "free-tier", "name": "Free", "isDefault": True}
        body: dict[str, Any] = {
            "currentTier": tier,
            "allowedTiers": [tier],
            "cloudaicompanionProject": "project-of-this-test",
        }
        return 200, "application/json", json.dumps(body).encode()
    if path.endswith("GenerateContent"):
        content = {"role": "model", "parts": [{"text": WORDS}]}
        counts = {"promptTokenCount": 5, "candidatesTokenCount": 3}
        said = {
            "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {**counts, "totalTokenCount": 8},
        }
        text = f"data: {json.dumps({'response': said})}\n\n"
        return 200, "text/event-stream", text.encode()
    return 200, "application/json", b"{}"


def codex(command: str, path: str) -> tuple[int, str, bytes]:
    """What codex' service says of the account, and of a turn."""
    if path.endswith("/wham/accounts/check"):
        return 200, "application/json", json.dumps(account()).encode()
    if path.endswith("/codex/responses"):
        # It speaks no WebSockets.
        is_asked = command == "POST"
        return (200, "text/event-stream", turn()) if is_asked else (426, "", b"")
    return 404, "application/json", b"{}"


@contextmanager
def running(service: AccountService, address: str) -> Iterator[None]:
    """Serves by TLS on port 443 of the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            if service.speaks_websockets and self.headers.get("upgrade"):
                service.asked.append((path, self.headers.get("authorization", "")))
                self.converse()
                return
            self.rfile.read(int(self.headers.get("content-length") or 0))
            service.asked.append((path, self.headers.get("authorization", "")))
            if service.host == CODE_ASSIST:
                status, kind, body = code_assist(path)
            else:
                status, kind, body = codex(self.command, path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def converse(self) -> None:
            """Answers each message of a WebSocket with the turn's events."""
            key = self.headers["sec-websocket-key"].encode()
            proof = hashlib.sha1(key + GUID, usedforsecurity=False).digest()
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            accepted = base64.b64encode(proof).decode()
            self.send_header("Sec-WebSocket-Accept", accepted)
            self.end_headers()
            frames, events = FrameReader(), turn().split(b"\n")
            while data := self.rfile.read1(65_536):
                for piece in frames.feed(data):
                    if piece.ends and piece.header.opcode in (0, TEXT):
                        service.turns += 1
                        for line in events:
                            if line.startswith(b"data:"):
                                self.wfile.write(frame(line[5:].strip(), TEXT))
            self.close_connection = True

        do_GET = do_POST = answer

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, 443), Handler)
    context: ssl.SSLContext = leaf(service.root, service.host).server()
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def house_with(service: AccountService, folder: Path) -> Iterator[KeeperHarness]:
    """A home whose gate leads to the service in place of the real one.

    The keeper is not started: a login is stored first.
    """
    with open_keeper_harness() as harness:
        harness.patience = 300.0
        net = harness.parts.nets.gate.names
        harness.context.containers.make_network(net.gate, net.labels("gate"))
        address = gateway(net.gate)
        (folder / "root.pem").write_text(service.root.pem)
        home = harness.paths.home
        (home / "policy.toml").write_text(
            f'version = 1\n[network]\nallow_nets = ["{address}/32"]\n'
            f'[tls]\nupstream_ca = ["{folder}/root.pem"]\n'
        )
        (home / "config.toml").write_text(
            f'[gate]\nready = 0\nhosts = {{ "{service.host}" = "{address}" }}\n'
        )
        with running(service, address):
            yield harness


def said_hello(
    house: KeeperHarness, agent: str, folder: Path
) -> tuple[str, list[Path]]:
    """What the agent printed in one headless turn, and the files of its home."""
    sample = new_sample_repository(folder / "sample")
    wish = {"repo": str(sample), "agent": agent, "way": "headless"}
    task = house.wish_done("new", **wish, prompt="Say hello.")["tasks"][0]
    house.until_state(task, State.STOPPED, State.FAILED)
    house.until_taken_in(task)
    names = house.context.names(task)
    log = house.context.containers.logs(names.sandbox, 10_000)
    files = [f for f in home_of(names.home_volume).rglob("*") if f.is_file()]
    return log.decode(errors="replace"), files


def holding(files: Iterable[Path], *secrets: str) -> list[Path]:
    """Those of the files that have one of the secrets in them."""
    return [
        file
        for file in files
        if any(secret.encode() in file.read_bytes() for secret in secrets)
    ]
