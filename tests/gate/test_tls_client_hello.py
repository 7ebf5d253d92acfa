"""A ClientHello is read whole, however it comes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import tls_client_hello
from tests import fuzz


@given(some.integers(1, 400))
def test_a_hello_in_pieces_is_awaited(size: int) -> None:
    """Fragmented hellos are put together, however small the pieces are."""
    whole = fuzz.TARGETS[2].seeds[0]

    assert tls_client_hello.parse(whole[: min(size, len(whole) - 1)]) is None
    found = tls_client_hello.parse(whole)
    assert found is not None
    assert found.server_name == "good.test"


def test_a_hello_over_several_records_is_one() -> None:
    """The name may stand in the second one."""
    whole = fuzz.TARGETS[2].seeds[0]
    body, pieces = whole[5:], b""
    for place in range(0, len(body), 40):
        part = body[place : place + 40]
        pieces += whole[:3] + struct.pack(">H", len(part)) + part

    found = tls_client_hello.parse(pieces)

    assert found is not None
    assert found.server_name == "good.test"


def test_a_hello_in_crumbs_is_refused() -> None:
    """Fifty thousand records of one byte cost a minute of everybody's time."""
    whole = fuzz.TARGETS[2].seeds[0]
    crumbs = b"".join(whole[:3] + b"\0\1" + bytes([byte]) for byte in whole[5:])

    with pytest.raises(tls_client_hello.BadClientHello, match="too many records"):
        tls_client_hello.parse(crumbs)
