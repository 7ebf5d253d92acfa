"""What is read at once is read as h11 reads it, or is left to h11."""

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swarm.gate import plain_exchange, request_head
from swarm.gate.http_relay import forward_fields, reply_fields
from swarm.gate.request_head import BadHead

NAMES = st.sampled_from([
    "Host", "X", "Accept", "Connection", "Keep-Alive", "Content-Length", "Expect",
    "Transfer-Encoding", "Upgrade", "TE", "Proxy-Authorization", "Cookie", "x y", "",
])  # fmt: skip
VALUES = st.sampled_from([
    "", "a.test", "keep-alive", "Keep-Alive", "close", "upgrade", "chunked", "0", "3",
    "03", "+3", "3, 3", "a b", "\x7f", "\xe9", "\t x \t", "a\0b", "a\nb", "a\r b",
    "x" * 3000,
])  # fmt: skip
COLONS = st.sampled_from([":", ": ", " :", ":\t", ""])
ENDS = st.sampled_from(["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\n "])
LINE = st.tuples(NAMES, COLONS, VALUES, ENDS).map("".join)
FIELDS = st.lists(LINE, max_size=6).map("".join)
REQUEST_LINES = st.sampled_from([
    "GET / HTTP/1.1", "POST /a?b HTTP/1.1", "GET /\xe9 HTTP/1.1", "GET / HTTP/1.0",
    "HEAD / HTTP/1.1", "CONNECT a.test:1 HTTP/1.1", "GET  / HTTP/1.1", "get / HTTP/1.1",
])  # fmt: skip
STATUS_LINES = st.sampled_from([
    "HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.0 200 OK",
    "HTTP/1.1 204 None", "HTTP/1.1 304 Same", "HTTP/1.1 101 Other", "HTTP/1.1 404 \xe9",
    "HTTP/1.1  200 OK", "HTTP/2 200 OK", "HTTP/1.1 100 Go on", "HTTP/1.1 599 \t x",
])  # fmt: skip


def requested(head: bytes) -> tuple[h11.Connection, h11.Request]:
    """A head as h11 reads it on the server's side."""
    side = h11.Connection(h11.SERVER)
    side.receive_data(head)
    request = side.next_event()
    assert isinstance(request, h11.Request)
    assert isinstance(side.next_event(), h11.EndOfMessage)
    return side, request


@given(REQUEST_LINES, FIELDS)
@example("GET / HTTP/1.1", "Host: a.test\r\nConnection: keep-alive\r\n")
@example("GET /x HTTP/1.1", "accept: *\r\nHOST:a.test\r\n")
def test_a_plain_request_goes_on_as_h11_writes_it(first: str, fields: str) -> None:
    """Byte by byte, with a secret and without."""
    head = f"{first}\r\n{fields}\r\n".encode("latin-1")
    plain = plain_exchange.request(head)
    try:
        parsed = request_head.parse(head)
    except BadHead:
        return  # it was denied before
    if plain is None:
        return

    _, request = requested(head)
    injected = (b"Authorization", b"Bearer x")
    onward = h11.Connection(h11.CLIENT)
    fields_on = forward_fields(request, injected)
    by_h11 = onward.send(
        h11.Request(method=request.method, target=parsed.target, headers=fields_on)
    )

    assert plain_exchange.is_field(injected)
    written = plain_exchange.written(
        plain.method, parsed.target, [*plain.fields, injected]
    )
    assert written == by_h11
    assert onward.send(h11.EndOfMessage()) == b""


@given(STATUS_LINES, FIELDS, st.sampled_from([b"", b"one", b"one\r\n"]))
@example("HTTP/1.1 200 OK", "Content-Length: 3\r\n", b"one")
@example("HTTP/1.1 200 OK", "content-length:0\r\nConnection: keep-alive\r\n", b"")
@example("HTTP/1.1 599 \t x", "Content-Length: 3\r\n", b"one")
@example("HTTP/1.1 404 \xe9", "Content-Length: 5\r\nX:\r\nX: y\r\n", b"one\r\n")
def test_a_plain_answer_comes_back_as_h11_writes_it(
    first: str, fields: str, body: bytes
) -> None:
    """Both sides can go on, and no byte is left."""
    data = f"{first}\r\n{fields}\r\n".encode("latin-1") + body
    answer = plain_exchange.answer(data)
    if answer is None:
        return

    client, request = requested(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
    server = h11.Connection(h11.CLIENT)
    server.send(request)
    server.send(h11.EndOfMessage())
    server.receive_data(data)
    event = server.next_event()
    assert isinstance(event, h11.Response)
    sent = client.send(
        h11.Response(
            status_code=event.status_code,
            reason=event.reason,
            headers=reply_fields(event),
        )
    )
    while not isinstance(event, h11.EndOfMessage):
        event = server.next_event()
        sent = (sent or b"") + (client.send(event) or b"")  # type: ignore[arg-type]  # no wait: the answer is whole

    assert answer.written() == sent
    assert server.trailing_data == (b"", False)
    sides = (client.our_state, client.their_state, server.our_state, server.their_state)
    assert set(sides) == {h11.DONE}


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n x\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_other_requests_are_left_to_h11(head: str) -> None:
    """What frames a body, asks for more or ends the connection."""
    assert plain_exchange.request(head.encode()) is None


@pytest.mark.parametrize(
    "rest",
    [
        "200 OK\r\nContent-Length: 4\r\n\r\none",
        "200 OK\r\nContent-Length: 2\r\n\r\none",
        "200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\none",
        "200 OK\r\nContent-Length: +3\r\n\r\none",
        "200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\none",
        "200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\none",
        "200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\none",
        "200 OK\r\nX: y\r\n\r\n",
        "204 None\r\nContent-Length: 0\r\n\r\n",
        "304 Same\r\nContent-Length: 0\r\n\r\n",
        "100 Go on\r\nContent-Length: 0\r\n\r\n",
        "200 OK\nContent-Length: 3\n\none",
        "200 OK\r\nContent-Length : 3\r\n\r\none",
    ],
)
def test_other_answers_are_left_to_h11(rest: str) -> None:
    """What is not whole, has more behind it or could be read in two ways."""
    assert plain_exchange.answer(f"HTTP/1.1 {rest}".encode()) is None


@pytest.mark.parametrize("value", [b"", b"a\r\nX: y", b"a\n", b" a", b"a ", b"a\0"])
def test_what_no_field_can_hold_is_none(value: bytes) -> None:
    """A secret with a line's end in it would write a field of its own."""
    assert not plain_exchange.is_field((b"Authorization", value))
