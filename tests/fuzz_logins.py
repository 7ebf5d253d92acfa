"""Mutated login files, answers of token endpoints, questions to them, login screens."""

import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import h11

from swarm.agents import login_tokens, token_kind
from swarm.agents.login_tokens import BadLogin, Tokens
from swarm.cli.login_lines import LoginLines
from swarm.gate import request_head, token_exchange
from swarm.gate.login_answers import BODY_LIMIT, LoginAnswer, Question
from swarm.gate.request_head import BadHead
from swarm.model.safe_text import safe_line
from swarm.policy.sealed_answer import ANSWER_LIMIT
from tests.fuzz_target import Broken, Target

NOW, MARK = 1_800_000_000.0, "ab" * 24
BEFORE = Tokens("at-of-a-person-0001", "rt-of-a-person-0001", NOW)
KINDS = [kind for name in token_kind.names() if (kind := token_kind.find(name))]
T = TypeVar("T")


class _Wire:
    """A peer that says these bytes, a few at a time, and then hangs up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.sent = b""

    async def recv(self) -> bytes:
        piece, self._data = self._data[:40], self._data[40:]
        return piece

    async def send(self, data: bytes) -> None:
        self.sent += data

    def unread(self, data: bytes) -> None:
        self._data = data + self._data


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Its value; nothing here waits for anything."""
    try:
        work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise Broken("it waits")


def _file(data: bytes) -> bool:
    taken = False
    for kind in KINDS:
        try:
            tokens = login_tokens.read_file(kind, data, NOW)
        except BadLogin as bad:
            _require_quiet(bad, data)
            continue
        taken = True
        text = login_tokens.placeholder_file(kind, tokens, MARK, NOW)
        text += login_tokens.placeholder_answer(kind, tokens, MARK, NOW)
        for token in (tokens.access, tokens.refresh):
            if token in text or not token.isascii() or not token.isprintable():
                raise Broken(f"a box sees a token of {data!r}")
    return taken


def _require_quiet(bad: BadLogin, data: bytes) -> None:
    if b"secret" in data and "secret" in bad.message:
        raise Broken(f"the error tells a value of {data!r}")


def _answer(data: bytes) -> bool:
    login_tokens.is_revoked(400, data)
    try:
        tokens = login_tokens.read_answer(KINDS[0], data, BEFORE, NOW)
    except BadLogin as bad:
        _require_quiet(bad, data)
        return False
    if not NOW <= tokens.expires <= NOW + login_tokens.LONGEST_LIFE:
        raise Broken(f"an end of {tokens.expires} from {data!r}")
    return True


def _http(data: bytes) -> bool:
    side: Any = h11.Connection(h11.CLIENT)
    side.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    side.send(h11.EndOfMessage())
    wire: Any = _Wire(data)
    try:
        status, body = _run(token_exchange._answer(wire, side))
    except (OSError, h11.ProtocolError):
        return False
    if not 200 <= status < 1000 or len(body) > ANSWER_LIMIT:
        raise Broken(f"an answer of {status}, {len(body)} bytes from {data!r}")
    return True


def _question(data: bytes) -> bool:
    """A head as the session hands it over, and the bytes behind it."""
    try:
        end = request_head.end(data)
        if not end:
            return False
        request_head.parse(data[:end])
    except BadHead:
        return False
    wire: Any = _Wire(data[end:])
    try:
        question = Question(wire, data[:end])
        size = _run(question.read())
        _run(question.answer(LoginAnswer(200, b"{}", "s")))
    except (BadHead, OSError, h11.ProtocolError):
        return False
    if size > BODY_LIMIT:
        raise Broken(f"a question of {size} bytes")
    return bool(wire.sent)


def _lines(data: bytes) -> bool:
    lines, text = LoginLines(("claude.ai",)), data.decode("utf-8", "replace")
    shown = [*lines.feed(text[:40]), *lines.feed(text[40:]), *lines.feed("\n")]
    if any(safe_line(line, len(line)) != line for line in shown):
        raise Broken(f"a line acts on a terminal: {shown!r}")
    if lines.url and not lines.url.startswith("https://"):
        raise Broken(f"{lines.url!r} would be opened")
    if lines.callback_port and not 1024 <= lines.callback_port <= 65535:
        raise Broken(f"port {lines.callback_port}")
    return bool(lines.url)


_FILES = tuple(
    json.dumps(body).encode()
    for body in (
        {
            "claudeAiOauth": {
                "accessToken": "sk-a-secret-one-01",
                "refreshToken": "rt-a-secret-one-01",
                "expiresAt": 1_800_000_000_000,
                "scopes": ["a", "b"],
            }
        },
        {
            "access_token": "at-a-secret-one-01",
            "refresh_token": "rt-a-secret-one-01",
            "expiry_date": 5,
            "scope": "x",
        },
    )
)
_ANSWERS = (
    b'{"access_token": "at-a-secret-one-01", "refresh_token": "rt-a-secret-one-02", '
    b'"expires_in": 3600, "id_token": "e30.eyJleHAiOjF9.x"}',
    b'{"error": {"code": "invalid_grant"}}',
)
_HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 No\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
)
_QUESTIONS = (
    b"POST /token HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /token HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n"
    b"Expect: 100-continue\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"GET /tokeninfo?access_token=x HTTP/1.1\r\nHost: a.test\r\n\r\n",
)
_SCREENS = (
    b"\x1b[1mVisit\x1b[0m https://claude.ai/x?a=b&redirect_uri="
    b"http%3A%2F%2Flocalhost%3A5454%2Fcb\r\n\xe2\xa0\x8b Waiting\r\ncode> ",
    b"\x1b]8;;https://evil.test\x07https://claude.ai/y\x1b]8;;\x07\n",
)
TARGETS = (
    Target("login-files", _FILES, _file),
    Target("token-answers", _ANSWERS, _answer),
    Target("token-http", _HTTP, _http),
    Target("token-asked", _QUESTIONS, _question),
    Target("login-lines", _SCREENS, _lines),
)
