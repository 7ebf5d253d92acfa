"""Names are answered with fake addresses, and nothing is resolved."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import dns
from swarm.gate.dns import FakeAddresses
from swarm.policy.reasons import Reason


@given(some.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1))
def test_a_name_has_one_address_and_an_address_one_name(label: str) -> None:
    """The same each time, from the range that leads nowhere."""
    names = FakeAddresses()
    name = f"{label[:60].strip('-') or 'x'}.test"

    address = names.address(name)

    assert address is not None
    assert socket.inet_aton(address)[:2] in (b"\xc6\x12", b"\xc6\x13")
    assert (names.address(name), names.name(address)) == (address, name)


def test_a_kind_of_question_that_is_not_answered_is_a_denial() -> None:
    """TXT could carry data; AAAA is there without an answer."""
    head = b"\0\7\1\0\0\1\0\0\0\0\0\0\4good\4test\0"
    text = dns.answer(head + b"\0\x10\0\1", FakeAddresses())
    ipv6 = dns.answer(head + b"\0\x1c\0\1", FakeAddresses())

    assert text is not None
    assert dns.REASONS[text.code] is Reason.DNS_KIND_REFUSED
    assert ipv6 is not None
    assert ipv6.code == dns.OK


@pytest.mark.parametrize("kind", [64, 65])
@pytest.mark.parametrize("name", [b"\4good\4test", b"\5_8443\6_https\4good\4test"])
def test_nobody_is_told_a_key_for_encrypted_hellos(kind: int, name: bytes) -> None:
    """SVCB and HTTPS records carry them; the question is in order and has no answer."""
    query = b"\0\7\1\0\0\1\0\0\0\0\0\0" + name + b"\0" + kind.to_bytes(2, "big")

    answered = dns.answer(query + b"\0\1", FakeAddresses())

    assert answered is not None
    assert (answered.code, answered.code in dns.REASONS) == (dns.OK, False)
    assert answered.data[6:12] == bytes(6)
