"""A model server that speaks Anthropic's messages and follows a script of commands."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from swarm.gate.certificates import Authority

HOST = "api.anthropic.com"
MODEL = "claude-sonnet-4-5"


class Scripted:
    """Answers each turn with the next shell command; counts what it charges for."""

    def __init__(self, address: str, folder: Path, commands: list[str]) -> None:
        self.authority = Authority(folder)
        self.commands = commands
        self.keys: set[str] = set()
        """Every key that a request bore."""
        self.tokens_in = 0
        self.tokens_out = 0
        self.results: list[str] = []
        """What the commands printed, as the agent told."""
        self._guard = threading.Lock()
        handler = type("Bound", (_Handler,), {"script": self})
        self._server = ThreadingHTTPServer((address, 443), handler)
        context = self.authority.context(HOST)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The content blocks of the next turn."""
        results = list(_results(body))
        with self._guard:
            self.results = max(self.results, results, key=len)
        tools = {tool["name"] for tool in body.get("tools", ())}
        if "Bash" not in tools or len(results) >= len(self.commands):
            return [{"type": "text", "text": "All steps done."}]
        command = {"command": self.commands[len(results)], "description": "a step"}
        number = f"toolu_{len(results):04}"
        return [{"type": "tool_use", "id": number, "name": "Bash", "input": command}]

    def charge(self, tokens_in: int, tokens_out: int) -> None:
        """Remember what an answer said that it cost."""
        with self._guard:
            self.tokens_in += tokens_in
            self.tokens_out += tokens_out


def _results(body: dict[str, Any]) -> Any:
    for message in body.get("messages", ()):
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_result":
                yield json.dumps(block.get("content"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Scripted
    timeout = 30

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's screen."""

    def do_HEAD(self) -> None:
        self._json({})

    do_GET = do_HEAD

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(size) or b"{}")
        self.script.keys.add(str(self.headers.get("x-api-key")))
        if not self.path.startswith("/v1/messages") or "count" in self.path:
            self._json({"input_tokens": 10})
            return
        blocks, asked = self.script.answer(body), len(json.dumps(body)) // 4
        spent = len(json.dumps(blocks)) // 4
        self.script.charge(asked, spent)
        if body.get("stream"):
            self._stream(blocks, asked, spent)
        else:
            usage = {"input_tokens": asked, "output_tokens": spent}
            self._json({**_message(blocks), "usage": usage})

    def _json(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _stream(self, blocks: list[dict[str, Any]], asked: int, spent: int) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        usage = {"input_tokens": asked, "output_tokens": 1}
        begun = {**_message([]), "stop_reason": None, "usage": usage}
        self._event("message_start", message=begun)
        for place, block in enumerate(blocks):
            self._block(place, block)
        delta = {"stop_reason": _stop(blocks), "stop_sequence": None}
        usage = {"output_tokens": spent}
        self._event("message_delta", delta=delta, usage=usage)
        self._event("message_stop")
        self.wfile.write(b"0\r\n\r\n")

    def _block(self, place: int, block: dict[str, Any]) -> None:
        if block["type"] == "text":
            empty, delta = {**block, "text": ""}, ("text_delta", "text", block["text"])
        else:
            text = json.dumps(block["input"])
            empty = {**block, "input": {}}
            delta = ("input_json_delta", "partial_json", text)
        self._event("content_block_start", index=place, content_block=empty)
        kind, name, value = delta
        body = {"type": kind, name: value}
        self._event("content_block_delta", index=place, delta=body)
        self._event("content_block_stop", index=place)

    def _event(self, kind: str, **more: Any) -> None:
        data = json.dumps({"type": kind, **more})
        text = f"event: {kind}\ndata: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))


def _stop(blocks: list[dict[str, Any]]) -> str:
    is_tool = any(block["type"] == "tool_use" for block in blocks)
    return "tool_use" if is_tool else "end_turn"


def _message(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": blocks,
        "stop_reason": _stop(blocks),
        "stop_sequence": None,
    }
