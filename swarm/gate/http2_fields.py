"""Reads the fields of HTTP/2 messages strictly, and picks those that go on."""

import re
from dataclasses import dataclass

from swarm.gate import request_head
from swarm.gate.http2_frames import Http2Refused
from swarm.gate.http2_stream import Fields
from swarm.gate.http_relay import chosen_fields, is_of_one_hop
from swarm.gate.request_head import BadHead, RequestHead
from swarm.gate.secret_masker import SecretMasker

NO_WEBSOCKETS = "a WebSocket or a tunnel over HTTP/2; ask for it by HTTP/1.1"
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*")
_METHOD = re.compile(rb"[A-Z]{1,20}")
_PATH = re.compile(rb"/[\x21-\x7e]{0,32767}")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_OF_ONE_HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade",
})  # fmt: skip
_REQUEST = (b":method", b":scheme", b":authority", b":path")
_GRPC = b"application/grpc"


@dataclass(frozen=True, slots=True)
class Http2Request:
    """A request's head, and its fields without those that the head says."""

    head: RequestHead
    authority: bytes
    fields: Fields

    @property
    def is_grpc(self) -> bool:
        """True if the client reads a refusal in the words of gRPC."""
        return _value(self.fields, b"content-type").startswith(_GRPC)

    @property
    def expects_continue(self) -> bool:
        """True if the client waits for a word before it sends the body."""
        return _value(self.fields, b"expect").lower() == b"100-continue"

    def raw(self) -> bytes:
        """The head as bytes, to look for placeholders in."""
        lines = [self.head.method.encode(), self.head.target.encode("latin-1")]
        lines += [key + b": " + value for key, value in self.fields]
        return b"\r\n".join(lines)


@dataclass(frozen=True, slots=True)
class Http2Answer:
    """An answer's status and its other fields."""

    status: int
    fields: Fields


def request(fields: Fields) -> Http2Request:
    """The request of these fields; BadHead if two programs may read them differently.

    Http2Refused for a request that would turn the stream into something else.
    """
    pseudo, rest = _split(fields)
    if b":protocol" in pseudo or pseudo.get(b":method") == b"CONNECT":
        raise Http2Refused(NO_WEBSOCKETS)
    for name in pseudo:
        if name not in _REQUEST:
            raise BadHead("a pseudo-field that no request has")
    host_field = _value(rest, b"host")
    named = pseudo.get(b":authority", b"") or host_field
    if not named:
        raise BadHead("no :authority")
    host, port = request_head.authority(named.decode("latin-1"))
    if host_field and request_head.authority(host_field.decode("latin-1")) != (
        host,
        port,
    ):
        raise BadHead("the Host is not the :authority")
    method, path = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if pseudo.get(b":scheme") != b"https" or not _METHOD.fullmatch(method):
        raise BadHead("no method, or a scheme that is not https")
    if not _PATH.fullmatch(path):
        raise BadHead("the target is no path")
    head = RequestHead(method.decode(), "origin", host, port, path.decode())
    kept = [(key, value) for key, value in rest if key != b"host"]
    return Http2Request(head, named, kept)


def answer(fields: Fields) -> Http2Answer:
    """The answer of these fields; BadHead if it is malformed."""
    pseudo, rest = _split(fields)
    status = pseudo.get(b":status", b"")
    if list(pseudo) != [b":status"] or not re.fullmatch(rb"[1-9][0-9]{2}", status):
        raise BadHead("an answer without a status")
    return Http2Answer(int(status), rest)


def trailers(fields: Fields, masker: SecretMasker | None = None) -> Fields:
    """The fields after a body as they go on; BadHead if they are malformed."""
    pseudo, rest = _split(fields)
    if pseudo:
        raise BadHead("a pseudo-field after the body")
    return _masked(_end_to_end(rest), masker)


def forward_fields(
    asked: Http2Request,
    injected: tuple[bytes, bytes] | None,
    uncompressed: bool,
    searched: bool,
) -> Fields:
    """The request's fields as they go on: none of the hop, the secret in its place.

    `uncompressed` asks for an answer that can be read on its way, `searched` for one
    that is whole, and whose messages are not compressed for themselves.
    """
    fields = chosen_fields(_end_to_end(asked.fields), injected, uncompressed, searched)
    fields = [(key.lower(), value) for key, value in fields]
    head = asked.head
    return [
        (b":method", head.method.encode()),
        (b":scheme", b"https"),
        (b":authority", asked.authority),
        (b":path", head.target.encode()),
        *fields,
    ]


def reply_fields(said: Http2Answer, masker: SecretMasker | None) -> Fields:
    """The answer's fields as they go back, without secrets."""
    kept = _masked(_end_to_end(said.fields), masker)
    return [(b":status", str(said.status).encode()), *kept]


def _value(fields: Fields, name: bytes) -> bytes:
    return next((value for key, value in fields if key == name), b"")


def _masked(fields: Fields, masker: SecretMasker | None) -> Fields:
    if masker is None:
        return fields
    return [(masker.mask(key), masker.mask(value)) for key, value in fields]


def _end_to_end(fields: Fields) -> Fields:
    """Those that are not of one hop; `te: trailers` is how gRPC knows its own."""
    return [
        (key, value)
        for key, value in fields
        if not is_of_one_hop(key) or key == b"te" or key == b"trailer"
    ]


def _split(fields: Fields) -> tuple[dict[bytes, bytes], Fields]:
    """Pseudo-fields, which come first and once, and the others."""
    pseudo: dict[bytes, bytes] = {}
    rest: Fields = []
    once: set[bytes] = set()
    for key, value in fields:
        if not _VALUE.fullmatch(value) or value != value.strip(b" \t"):
            raise BadHead("a malformed field")
        if key.startswith(b":"):
            if rest or key in pseudo:
                raise BadHead("a pseudo-field twice, or after the others")
            pseudo[key] = value
            continue
        if key in once and key in (b"host", b"content-length"):
            raise BadHead(f"two of {key.decode()}")
        _check(key, value)
        once.add(key)
        rest.append((key, value))
    return pseudo, rest


def _check(key: bytes, value: bytes) -> None:
    if not _NAME.fullmatch(key):
        raise BadHead("a malformed field")
    if key in _OF_ONE_HOP or (key == b"te" and value.lower() != b"trailers"):
        raise BadHead("a field of one connection of HTTP/1.1")
    if key == b"content-length" and not _LENGTH.fullmatch(value):
        raise BadHead("a length that is no number")
