"""Answers names with addresses of a fake range: nothing is resolved for an agent."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.policy import hosts, own_names
from swarm.policy.hosts import BadHost
from swarm.policy.reasons import Reason

FAKE = ipaddress.IPv4Network("198.18.0.0/15")
"""For benchmarks (RFC 2544): on no real network, so a fake address leads nowhere."""
NAMES_LIMIT = 4096
"""Names one task may ask for: a tunnel through names needs more."""
TTL = 60
_A, _PTR, _IN, _ANY_CLASS = 1, 12, 1, 255
_EMPTY = frozenset({28, 64, 65})
"""AAAA, SVCB, HTTPS: answered without a record, so no IPv6, no h3, no ECH."""
_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
OK, FORMAT_ERROR, NO_NAME, NOT_IMPLEMENTED, REFUSED = 0, 1, 3, 4, 5


class FakeAddresses:
    """Maps each name that one task asked for to a fake address, and back."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """`names` were asked for before, in this order; they keep their addresses."""
        self._by_name: dict[str, str] = {}
        self._by_address: dict[str, str] = {}
        for name in names:
            self.address(name)

    def __len__(self) -> int:
        """The number of names that were asked for."""
        return len(self._by_name)

    def address(self, name: str) -> str | None:
        """The name's address, the same each time; None if there are too many."""
        address = self._by_name.get(name)
        if address is None and len(self._by_name) < NAMES_LIMIT:
            address = str(FAKE.network_address + len(self._by_name) + 2)
            self._by_name[name] = address
            self._by_address[address] = name
        return address

    def name(self, address: str) -> str | None:
        """The name that was asked for, or None."""
        return self._by_address.get(address)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes to send back, and the question, for the audit."""

    data: bytes
    name: str
    kind: int
    code: int


def answer(query: bytes, names: FakeAddresses) -> Answer | None:
    """The answer to one query; None if it is not even a query."""
    if len(query) < 12 or query[2] & 0x80:
        return None
    name, after = _parse_name(query)
    kind = int.from_bytes(query[after : after + 2], "big")
    in_class = int.from_bytes(query[after + 2 : after + 4], "big")
    if not after or len(query) < after + 4 or query[4:6] != b"\0\1":
        return Answer(_reply(query, b"", FORMAT_ERROR), "", 0, FORMAT_ERROR)
    question = query[12 : after + 4]
    if query[2] & 0x78 or in_class not in (_IN, _ANY_CLASS):
        code, record = NOT_IMPLEMENTED, b""
    else:
        code, record = _code_and_record(name, kind, names)
    return Answer(_reply(query, question, code, record), name, kind, code)


def _code_and_record(name: str, kind: int, names: FakeAddresses) -> tuple[int, bytes]:
    if kind == _PTR:
        name_behind = names.name(".".join(reversed(name.split(".")[:4])))
        return (
            (OK, _encode_record(_PTR, _encode_name(name_behind)))
            if name_behind
            else (NO_NAME, b"")
        )
    if own_names.is_own_name(name):
        return OK, _encode_record(_A, _LOOPBACK.packed) if kind == _A else b""
    try:
        host = hosts.parse(name)
    except BadHost:
        return NO_NAME, b""
    if kind in _EMPTY:
        return OK, b""
    if kind != _A:
        return REFUSED, b""
    address = names.address(host.name)
    if address is None:
        return REFUSED, b""
    return OK, _encode_record(_A, ipaddress.IPv4Address(address).packed)


def _parse_name(query: bytes) -> tuple[str, int]:
    """The name that is asked for and the offset after it; 0 if it is malformed."""
    labels, offset = [], 12
    while offset < len(query) and query[offset]:
        size = query[offset]
        label = query[offset + 1 : offset + 1 + size]
        if size > 63 or len(label) < size or offset > 12 + 255:
            return "", 0
        labels.append(label.decode("latin-1").lower())
        offset += 1 + size
    return ".".join(labels), offset + 1 if offset < len(query) else 0


def _encode_name(name: str) -> bytes:
    labels = (label.encode() for label in name.split("."))
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _encode_record(kind: int, data: bytes) -> bytes:
    """A record for the name that was asked; a pointer stands for the name."""
    head = kind.to_bytes(2, "big") + b"\0\1" + TTL.to_bytes(4, "big")
    return b"\xc0\x0c" + head + len(data).to_bytes(2, "big") + data


def _reply(query: bytes, question: bytes, code: int, record: bytes = b"") -> bytes:
    flags = bytes([0x80 | (query[2] & 0x79), 0x80 | code])
    counts = bytes([0, 1 if question else 0, 0, 1 if record else 0, 0, 0, 0, 0])
    return query[:2] + flags + counts + question + record


REASONS = {
    FORMAT_ERROR: Reason.DNS_MALFORMED,
    NOT_IMPLEMENTED: Reason.DNS_NOT_IMPLEMENTED,
    REFUSED: Reason.DNS_KIND_REFUSED,
}
"""The codes that are denials. They are locked: a rule opens hosts, not questions."""
