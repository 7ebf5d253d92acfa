"""Reads the commonest pair at once: a request without a body, an answer that is whole.

A state machine for each side costs more than all else of a small request. What is not
of exactly this shape is left to it: None is no error, and no byte is lost or changed.
Whatever is read here, h11 reads in the same way; a test holds both against each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Fields = list[tuple[bytes, bytes]]

_FIELD_LINES = rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t\x20-\x7e\x80-\xff]*+\r\n)"
_REQUEST = re.compile(
    rb"([A-Z]{1,20}) [\x21-\x7e]++ HTTP/1\.1\r\n(" + _FIELD_LINES + rb"++)\r\n"
)
_ANSWER = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*+)\r\n"
    rb"(" + _FIELD_LINES + rb"++)\r\n"
)
_TARGET = re.compile(rb"[\x21-\x7e]++")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++")
_VALUE = re.compile(rb"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_WITHOUT_BODY = (204, 304)
_OF_THE_HOP = frozenset({b"connection", b"keep-alive"})
_LEFT = frozenset({
    b"content-encoding",
    b"content-length",
    b"expect",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
})  # fmt: skip
"""Fields that frame a body or ask for another protocol."""


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A request of HTTP/1.1 that has no body and goes on like any other."""

    method: bytes
    fields: Fields
    """Those that are not of the hop, as they came."""


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """An answer of HTTP/1.1 whose bytes are all there."""

    status: int
    reason: bytes
    fields: Fields
    body: bytes

    def written(self) -> bytes:
        """The answer as it goes back: head and body in one piece."""
        first = b"HTTP/1.1 %d %s\r\n" % (self.status, self.reason)
        return first + _lines(self.fields) + b"\r\n" + self.body


def request(head: bytes) -> PlainRequest | None:
    """The request of a head, if it is plain."""
    match = _REQUEST.fullmatch(head)
    if not match or match[1] in (b"HEAD", b"CONNECT"):
        return None
    fields = _plain_fields(match[2])
    return PlainRequest(match[1], fields) if fields is not None else None


def written(method: bytes, target: str, fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The request's bytes, the Host first; empty if a field or the target is none."""
    path = target.encode("latin-1", errors="replace")
    ordered = sorted(fields, key=lambda field: field[0].lower() != b"host")
    if not _TARGET.fullmatch(path) or not ordered or ordered[0][0].lower() != b"host":
        return b""
    return b"%s %s HTTP/1.1\r\n%s\r\n" % (method, path, _lines(ordered))


def is_field(field: tuple[bytes, bytes]) -> bool:
    """True for what a head can hold as it is, such as a secret in its template."""
    return bool(_NAME.fullmatch(field[0]) and _VALUE.fullmatch(field[1]))


def answer(data: bytes) -> PlainAnswer | None:
    """The answer, if the bytes are one that is plain and nothing behind it."""
    match = _ANSWER.match(data)
    if not match or (status := int(match[1])) in _WITHOUT_BODY:
        return None
    body = data[match.end() :]
    fields = _plain_fields(match[3], length=len(body))
    if fields is None:
        return None
    return PlainAnswer(status, match[2], fields, body)


def _plain_fields(lines: bytes, length: int | None = None) -> Fields | None:
    """The fields but for those of the hop; None if one of them must be understood.

    `length` is the body's, which exactly one field must name.
    """
    fields, lengths = [], 0
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        key, value = name.lower(), value.strip(b" \t")
        if key == b"content-length" and length is not None:
            if not _LENGTH.fullmatch(value) or int(value) != length:
                return None
            lengths += 1
        elif key in _LEFT or key.startswith(b"proxy-"):
            return None
        elif key in _OF_THE_HOP:
            if key == b"connection" and value.lower() != b"keep-alive":
                return None
            continue
        fields.append((name, value))
    return fields if lengths == (length is not None) else None


def _lines(fields: Fields) -> bytes:
    return b"".join(b"%s: %s\r\n" % field for field in fields)
