"""Whole heads and answers under fuzzing: taken at once, they are as h11 takes them."""

import h11

from swarm.gate import plain_exchange
from tests.fuzz_target import Broken, Target

HEAD = b"GET /v1/x HTTP/1.1\r\nHost: good.test\r\nConnection: keep-alive\r\n\r\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\nConnection: keep-alive\r\n"
    b"\r\nwhole"
)


def _request(data: bytes) -> bool:
    plain = plain_exchange.request(data)
    if plain is None:
        return False
    side = h11.Connection(h11.SERVER)
    side.receive_data(data)
    try:
        events = [side.next_event(), side.next_event()]
    except h11.ProtocolError:
        return True  # it was denied before, for two Hosts or none
    request, ended = events
    if not isinstance(request, h11.Request) or not isinstance(ended, h11.EndOfMessage):
        raise Broken(f"{data!r} is no request without a body")
    if request.method != plain.method or set(plain.fields) - set(
        request.headers.raw_items()
    ):
        raise Broken(f"{data!r} was read as {plain}")
    return True


def _answer(data: bytes) -> bool:
    plain = plain_exchange.answer(data)
    if plain is None:
        return False
    side = h11.Connection(h11.CLIENT)
    side.send(h11.Request(method="GET", target="/", headers=[("Host", "good.test")]))
    side.send(h11.EndOfMessage())
    side.receive_data(data)
    answer, event, body = side.next_event(), side.next_event(), b""
    while isinstance(event, h11.Data):
        body += bytes(event.data)
        event = side.next_event()
    if not isinstance(answer, h11.Response) or not isinstance(event, h11.EndOfMessage):
        raise Broken(f"{data!r} is no whole answer")
    same = (answer.status_code, bytes(answer.reason)) == (plain.status, plain.reason)
    fields = set(plain.fields) - set(answer.headers.raw_items())
    if not same or fields or body != plain.body or side.trailing_data[0]:
        raise Broken(f"{data!r} was read as {plain}")
    if side.their_state is not h11.DONE:
        raise Broken(f"{data!r} ends its connection")
    return True


TARGETS = (
    Target("plain heads", (HEAD,), _request),
    Target("plain answers", (ANSWER,), _answer),
)
