"""The fields of HTTP/2 have one reading, or none."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.gate import http2_fields
from swarm.gate.http2_frames import Http2Refused
from swarm.gate.http2_stream import Fields
from swarm.gate.request_head import BadHead
from swarm.gate.secret_masker import SecretMasker
from swarm.policy.hosts import Host

PLAIN: Fields = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":authority", b"ok.example:8443"),
    (b":path", b"/v1?x=y"),
]


def test_a_request_is_read_as_one_of_http1_is() -> None:
    asked = http2_fields.request([*PLAIN, (b"host", b"ok.example:8443"), (b"x", b"y")])

    assert asked.head.host == Host("ok.example")
    assert (asked.head.port, asked.head.method) == (8443, "GET")
    assert (asked.head.form, asked.head.target) == ("origin", "/v1?x=y")
    assert asked.fields == [(b"x", b"y")]
    assert b"x: y" in asked.raw()


def test_what_goes_on_has_the_secret_and_none_of_the_hop() -> None:
    asked = http2_fields.request(
        [
            *PLAIN,
            (b"te", b"trailers"),
            (b"proxy-authorization", b"x"),
            (b"proxy-user", b"root"),
            (b"authorization", b"placeholder"),
            (b"accept-encoding", b"br"),
            (b"grpc-accept-encoding", b"gzip"),
            (b"range", b"bytes=0-1"),
            (b"cookie", b"a=b"),
        ]
    )

    fields = http2_fields.forward_fields(asked, (b"Authorization", b"real"), True, True)

    assert fields[:4] == PLAIN
    assert dict(fields[4:]) == {
        b"te": b"trailers",
        b"authorization": b"real",
        b"accept-encoding": b"identity",
        b"cookie": b"a=b",
    }


def test_an_answer_is_masked() -> None:
    said = http2_fields.answer([(b":status", b"200"), (b"x", b"the-secret-value")])
    masker = SecretMasker(["the-secret-value"])

    assert http2_fields.reply_fields(said, masker)[1] == (b"x", b"*" * 16)
    assert http2_fields.trailers([(b"x", b"the-secret-value")], masker) == [
        (b"x", b"*" * 16)
    ]


NAMES = st.sampled_from(
    [b":method", b":path", b":authority", b":scheme", b":protocol", b"host", b"te"]
) | st.binary(max_size=8)
VALUES = st.sampled_from(
    [b"GET", b"/", b"/v1", b"https", b"ok.example", b"evil.example", b"a\r\nb"]
) | st.binary(max_size=8)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8))
def test_what_is_taken_has_one_reading(fields: Fields) -> None:
    try:
        asked = http2_fields.request(fields)
    except (BadHead, Http2Refused):
        return

    pseudo = [key for key, _ in fields if key.startswith(b":")]
    assert len(pseudo) == len(set(pseudo))
    assert {value for key, value in fields if key == b":path"} == {
        asked.head.target.encode()
    }
    hosts = {value for key, value in fields if key in (b":authority", b"host")}
    assert len({value.lower().rstrip(b".") for value in hosts if value}) == 1
    for key, value in http2_fields.forward_fields(asked, None, False, False):
        assert not {0, 10, 13} & set(key + value)
        assert key == key.lower()
