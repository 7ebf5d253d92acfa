"""Reads the name that a client asks for from its TLS ClientHello."""

from dataclasses import dataclass
from enum import Enum, auto

HELLO_LIMIT = 65_536
RECORD_LIMIT = 16_384 + 256
RECORDS_LIMIT = 64
"""Records that one hello may come in; a client needs one, or four at most."""
_HANDSHAKE, _CLIENT_HELLO = 0x16, 1
_SNI, _ALPN, _ECH = 0, 16, 0xFE0D
_DRAFTS = frozenset({0xFFCE, 0xFF02, 0xFF03, *range(0xFE08, _ECH)})
"""The numbers that drafts of encrypted names had: a server may still know one."""


class BadClientHello(ValueError):
    """The bytes are no ClientHello."""


class HiddenName(Enum):
    """What a hello says of a second name, which is encrypted (RFC 9849)."""

    NONE = auto()
    POSSIBLE = auto()
    """An extension as browsers put it into every hello: with a key of the server's it
    holds the name that counts, without one it holds noise. Nobody else can tell."""
    INTENDED = auto()
    """An extension in a form that no client sends as noise."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The parts of a ClientHello that the gate decides by."""

    server_name: str
    """Empty if the client names none."""
    hidden_name: HiddenName = HiddenName.NONE
    alpn: tuple[str, ...] = ()


def parse(data: bytes) -> ClientHello | None:
    """The hello, or None while bytes are missing; BadClientHello for others.

    A hello may come in several records; nothing may follow it before the server
    has spoken, but that is left to the server.
    """
    message = _message(data)
    if message is None:
        return None
    body = _Reader(message)
    body.skip(2 + 32)
    body.vector(1)
    body.vector(2)
    body.vector(1)
    if body.is_empty:
        return ClientHello("")
    return _extensions(_Reader(body.vector(2)))


def _message(data: bytes) -> bytes | None:
    """The handshake message's body, put together from its records."""
    joined, offset, records = b"", 0, 0
    while len(data) - offset >= 5:
        records += 1
        if records > RECORDS_LIMIT:
            raise BadClientHello("too many records")
        size = int.from_bytes(data[offset + 3 : offset + 5], "big")
        if (
            data[offset] != _HANDSHAKE
            or data[offset + 1] != 3
            or not 0 < size <= RECORD_LIMIT
        ):
            raise BadClientHello("no TLS handshake record")
        joined += data[offset + 5 : offset + 5 + size]
        message = _complete_message(joined)
        if message is not None:
            return message
        offset += 5 + size
    if len(data) > offset and data[offset] != _HANDSHAKE:
        raise BadClientHello("no TLS handshake record")
    return None


def _complete_message(joined: bytes) -> bytes | None:
    """The message's body, or None while bytes are missing."""
    if joined and joined[0] != _CLIENT_HELLO:
        raise BadClientHello("no ClientHello")
    needed = int.from_bytes(joined[1:4], "big")
    if needed > HELLO_LIMIT:
        raise BadClientHello("too long")
    if len(joined) < 4 or len(joined) < 4 + needed:
        return None
    return joined[4 : 4 + needed]


def _extensions(extensions: "_Reader") -> ClientHello:
    name, alpn, kinds = "", tuple[str, ...](), set[int]()
    hidden_name = HiddenName.NONE
    while not extensions.is_empty:
        kind, body = extensions.number(2), _Reader(extensions.vector(2))
        if kind in kinds:
            raise BadClientHello("an extension comes twice")
        kinds.add(kind)
        if kind == _SNI:
            name = _server_name(body)
        elif kind in _DRAFTS or (kind == _ECH and not _is_outer(body)):
            hidden_name = HiddenName.INTENDED
        elif kind == _ECH and hidden_name is HiddenName.NONE:
            hidden_name = HiddenName.POSSIBLE
        elif kind == _ALPN:
            alpn = _protocols(_Reader(body.vector(2)))
    return ClientHello(name, hidden_name, alpn)


def _is_outer(body: "_Reader") -> bool:
    """True for type, ciphers, key number, a public key and an encrypted hello."""
    try:
        kind = body.number(1)
        body.skip(2 + 2 + 1)
        key, payload = body.vector(2), body.vector(2)
    except BadClientHello:
        return False
    return kind == 0 and bool(key) and bool(payload) and body.is_empty


def _server_name(body: "_Reader") -> str:
    names = _Reader(body.vector(2))
    kind, name = names.number(1), names.vector(2)
    if kind != 0 or not names.is_empty or not name:
        raise BadClientHello("not exactly one server name")
    try:
        return name.decode("ascii").lower()
    except UnicodeDecodeError as error:
        raise BadClientHello("a server name that is not ASCII") from error


def _protocols(names: "_Reader") -> tuple[str, ...]:
    protocols = []
    while not names.is_empty:
        protocols.append(names.vector(1).decode("latin-1"))
    return tuple(protocols)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def is_empty(self) -> bool:
        return self._offset >= len(self._data)

    def skip(self, size: int) -> bytes:
        part = self._data[self._offset : self._offset + size]
        if len(part) < size:
            raise BadClientHello("a length runs over the end")
        self._offset += size
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.skip(size), "big")

    def vector(self, size: int) -> bytes:
        """The bytes after a length, which itself takes `size` bytes."""
        return self.skip(self.number(size))
