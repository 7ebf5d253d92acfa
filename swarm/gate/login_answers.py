"""What the gate itself answers to an agent that asks for a token: placeholders.

The refresh token is not here at all, and neither is the access token in any answer.
An agent whose token was just refused is answered once the keeper has brought another,
so that its next try goes well.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import h11

from swarm.gate.request_head import BadHead
from swarm.gate.transport import Wire
from swarm.policy.logins import digest

BODY_LIMIT = 64 << 10
"""Bytes of a question about a token."""
WAIT_SECONDS = 25.0
"""The longest wait for the keeper's refresh, which has bounds of its own."""
ANSWERS_LIMIT = 32
ANSWER_LIMIT = 64 << 10


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """A ready answer of the gate's own."""

    status: int
    body: bytes
    secret: str
    """The secret whose placeholder it tells."""

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """The fields of the answer, in any version of HTTP."""
        return [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"content-length", str(len(self.body)).encode()),
        ]


def from_json(body: Any) -> dict[str, LoginAnswer]:
    """The answers by name; TypeError or ValueError if they are none."""
    if not isinstance(body, dict) or len(body) > ANSWERS_LIMIT:
        raise TypeError("answers")
    return {str(name): _answer(entry) for name, entry in body.items()}


def _answer(entry: Any) -> LoginAnswer:
    status, text = entry["status"], entry["body"]
    if type(status) is not int or not 200 <= status < 600:
        raise ValueError("an answer's status")
    if not isinstance(text, str) or len(text) > ANSWER_LIMIT:
        raise ValueError("an answer's body")
    return LoginAnswer(status, text.encode(), str(entry.get("secret", "")))


class LoginAnswers:
    """The answers of one task, and which of its tokens a host has refused."""

    def __init__(self) -> None:
        self._answers: Mapping[str, LoginAnswer] = {}
        self._values: Mapping[str, str] = {}
        self._refused: set[str] = set()
        self._changed = asyncio.Event()

    def hold(
        self, answers: Mapping[str, LoginAnswer], values: Mapping[str, str]
    ) -> None:
        """Take the answers, and the values of the secrets that they are about."""
        self._answers, self._values = answers, values
        self._refused &= {digest(value) for value in values.values()}
        self._changed.set()
        self._changed = asyncio.Event()

    def refuse(self, value: str) -> str:
        """Remember that a host refuses this token; its digest if that is news."""
        name = digest(value)
        if name in self._refused:
            return ""
        self._refused.add(name)
        return name

    async def ready(self, name: str) -> LoginAnswer | None:
        """The answer, once a token that was refused is replaced, or time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + WAIT_SECONDS
        while (answer := self._answers.get(name)) and self._is_refused(answer):
            try:
                async with asyncio.timeout(end - loop.time()):
                    await self._changed.wait()
            except TimeoutError:
                break
        return answer

    def _is_refused(self, answer: LoginAnswer) -> bool:
        value = self._values.get(answer.secret)
        return value is not None and digest(value) in self._refused


class Question:
    """One request of HTTP/1.1 that the gate answers itself."""

    def __init__(self, client: Wire, head: bytes) -> None:
        self._client = client
        self._side = h11.Connection(h11.SERVER, max_incomplete_event_size=BODY_LIMIT)
        self._side.receive_data(head)
        if not isinstance(self._side.next_event(), h11.Request):
            raise BadHead("not a request")

    async def read(self) -> int:
        """Read its body, of which nothing goes anywhere; how many bytes it had.

        BadHead for one that is too long; ConnectionResetError if it does not end.
        """
        size = 0
        while True:
            event = self._side.next_event()
            if event is h11.NEED_DATA:
                if self._side.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    await self._client.send(self._side.send(go_on) or b"")
                data = await self._client.recv()
                if not data:
                    raise ConnectionResetError("closed within a request")
                self._side.receive_data(data)
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > BODY_LIMIT:
                    raise BadHead("a question about a token that is too long")
            elif isinstance(event, h11.EndOfMessage):
                return size
            else:
                raise ConnectionResetError("closed within a request")

    async def answer(self, answer: LoginAnswer) -> bool:
        """Send the answer; True if the client may ask on."""
        reply = h11.Response(status_code=answer.status, headers=answer.fields)
        data = self._side.send(reply) or b""
        data += self._side.send(h11.Data(data=answer.body)) or b""
        data += self._side.send(h11.EndOfMessage()) or b""
        await self._client.send(data)
        self._client.unread(self._side.trailing_data[0])
        return self._side.our_state is h11.DONE and self._side.their_state is h11.DONE
