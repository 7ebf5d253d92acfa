"""Parses request heads strictly; rejects what two parsers could read differently."""

import re
from dataclasses import dataclass
from typing import Literal

from swarm.policy import hosts
from swarm.policy.hosts import BadHost, Host

HEAD_LIMIT = 65_536
_LINE = re.compile(rb"([A-Z]{1,20}) (\S{1,32768}) HTTP/1\.([01])")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)"
)
_URL = re.compile(r"http://([^/?#@\\]+)([/?].*)?")
_ONCE = frozenset({b"host", b"content-length", b"transfer-encoding"})


class BadHead(ValueError):
    """The bytes are no request, or could be read as another one."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request's first line and what of its fields decides where it goes."""

    method: str
    form: Literal["authority", "absolute", "origin"]
    host: Host | None
    """The host that it is for: of the CONNECT, the URL or the Host field."""
    port: int
    """0 if none is named."""
    target: str
    """In origin form: `/path?query`; empty for CONNECT."""
    is_upgrade: bool = False
    """It asks for another protocol, such as WebSockets."""


def end(data: bytes) -> int:
    """The offset at which the head ends, or 0 so far; BadHead if it never may."""
    position = data.find(b"\r\n\r\n")
    if position < 0:
        bare = re.search(rb"(?<!\r)\n", data)
        if bare or len(data) > HEAD_LIMIT:
            raise BadHead("a bare line feed" if bare else "too long")
        return 0
    if position > HEAD_LIMIT:
        raise BadHead("too long")
    return position + 4


def parse(data: bytes) -> RequestHead:
    """The head, from its first byte to its empty line; BadHead says what is wrong.

    Refused, because two programs may read them differently: bare line feeds, folded
    lines, spaces before a colon, two of a field that frames or routes, a length beside
    a transfer coding, and a Host that differs from the URL's.
    """
    if re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", data):
        raise BadHead("a bare line feed, a bare carriage return, or NUL")
    first, *lines = data[:-4].split(b"\r\n")
    request_line = _LINE.fullmatch(first)
    if not request_line:
        raise BadHead("no request line of HTTP/1.1")
    fields = _fields(lines)
    method, text = request_line[1].decode(), request_line[2].decode("latin-1")
    if method == "CONNECT":
        host, port = authority(text)
        if not port:
            raise BadHead("CONNECT without a port")
        return RequestHead(method, "authority", host, port, "")
    host_field = fields.get(b"host")
    if host_field is None:
        raise BadHead("no Host")
    field_authority = authority(host_field.decode("latin-1"))
    upgrade = b"upgrade" in fields
    if text.startswith("/"):
        return RequestHead(method, "origin", *field_authority, text, upgrade)
    return _absolute(method, text, field_authority, upgrade)


def _absolute(
    method: str, text: str, field_authority: tuple[Host, int], upgrade: bool
) -> RequestHead:
    url = _URL.fullmatch(text)
    if not url:
        raise BadHead("the target is neither a path nor an http:// URL")
    host, port = authority(url[1])
    field_host, field_port = field_authority
    if host != field_host or (port or 80) != (field_port or 80):
        raise BadHead("the Host is not the URL's")
    rest = url[2] or "/"
    target = rest if rest.startswith("/") else f"/{rest}"
    return RequestHead(method, "absolute", host, port, target, upgrade)


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if not field:
            raise BadHead("a malformed or folded field")
        name = field[1].lower()
        if name in _ONCE and name in fields:
            raise BadHead(f"two of {name.decode()}")
        fields[name] = field[2].strip()
    if b"transfer-encoding" in fields:
        if b"content-length" in fields:
            raise BadHead("a length beside a transfer coding")
        if fields[b"transfer-encoding"].lower() != b"chunked":
            raise BadHead("a transfer coding that is not chunked")
    length = fields.get(b"content-length", b"0")
    if not re.fullmatch(rb"[0-9]{1,15}", length):
        raise BadHead("a length that is no number")
    return fields


def authority(text: str) -> tuple[Host, int]:
    """Host and port, 0 if none is named; BadHead if it is no authority."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?", text)
    port = int(match[2] or 0) if match else 0
    if not match or port > 65535 or (match[2] and not port):
        raise BadHead("no host and port")
    try:
        return hosts.parse(match[1]), port
    except BadHost as error:
        raise BadHead(f"a bad host: {error}") from error
