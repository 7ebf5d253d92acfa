"""A request's head has one reading, or it is refused."""

import pytest

from swarm.gate import request_head
from swarm.gate.request_head import BadHead

HOST = b"Host: a.test\r\n"


@pytest.mark.parametrize(
    ("head", "form", "target"),
    [
        (b"GET /a?b HTTP/1.1\r\n" + HOST, "origin", "/a?b"),
        (b"GET http://a.test HTTP/1.1\r\n" + HOST, "absolute", "/"),
        (b"GET http://a.test?q HTTP/1.1\r\n" + HOST, "absolute", "/?q"),
        (b"CONNECT a.test:443 HTTP/1.1\r\n" + HOST, "authority", ""),
    ],
)
def test_each_form_of_a_request(head: bytes, form: str, target: str) -> None:
    parsed = request_head.parse(head + b"\r\n")

    assert (parsed.form, parsed.target) == (form, target)
    assert str(parsed.host) == "a.test"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + HOST,
        b"GET / HTTP/1.1\r\nHost : a.test\r\n",
        b"GET / HTTP/1.1\n" + HOST,
        b"GET http://b.test/ HTTP/1.1\r\n" + HOST,
        b"GET http://a.test:8080@b.test/ HTTP/1.1\r\n" + HOST,
        b"CONNECT a.test HTTP/1.1\r\n" + HOST,
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n",
        b"POST / HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b" folded\r\n",
    ],
)
def test_a_head_with_two_readings_is_refused(head: bytes) -> None:
    with pytest.raises(BadHead):
        request_head.parse(head + b"\r\n")
