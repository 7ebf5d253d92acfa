"""A ClientHello is read whole, however it comes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import tls_client_hello
from swarm.gate.tls_client_hello import HiddenName
from tests import fuzz
from tests.gate import hellos


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


@pytest.mark.parametrize("program", hellos.recorded())
@pytest.mark.parametrize("size", [64, 700, 16_384])
def test_what_programs_send_is_read(program: str, size: int) -> None:
    """Values without meaning in every list, hybrid key shares, two kilobytes."""
    sent = hellos.in_records(hellos.recorded()[program], size)

    found = tls_client_hello.parse(sent)

    assert found is not None
    assert found.server_name == "good.test"
    is_browser = program in ("chromium", "firefox")
    assert (found.hidden_name is HiddenName.POSSIBLE) is is_browser
    assert found.hidden_name is not HiddenName.INTENDED


@pytest.mark.parametrize(
    ("kind", "body", "hidden_name"),
    [
        (0xFE0D, hellos.GREASE, HiddenName.POSSIBLE),
        (0xFE0D, b"\1", HiddenName.INTENDED),
        (0xFE0D, b"", HiddenName.INTENDED),
        (0xFE0D, b"\0" * 8, HiddenName.INTENDED),
        (0xFE0D, b"\1" + hellos.GREASE[1:], HiddenName.INTENDED),
        (0xFE0D, hellos.GREASE[:-1], HiddenName.INTENDED),
        (0xFE0D, hellos.GREASE + b"\0", HiddenName.INTENDED),
        (0xFE0D, b"\0\0\1\0\1\7\0\0\0\1x", HiddenName.INTENDED),
        (0xFE0D, b"\0\0\1\0\1\7\0\1x\0\0", HiddenName.INTENDED),
        (0xFFCE, b"anything", HiddenName.INTENDED),
        (0xFE08, hellos.GREASE, HiddenName.INTENDED),
        (0xFE0C, hellos.GREASE, HiddenName.INTENDED),
        (0xFF02, b"\0", HiddenName.INTENDED),
        (0x2A2A, hellos.GREASE, HiddenName.NONE),
        (0xFE0E, hellos.GREASE, HiddenName.NONE),
    ],
)
def test_a_name_that_may_be_hidden(
    kind: int, body: bytes, hidden_name: HiddenName
) -> None:
    """Browsers send one form alone; the numbers of drafts were forgotten by some."""
    found = tls_client_hello.parse(hellos.made("good.test", (kind, body)))

    assert found is not None
    assert found.hidden_name is hidden_name


def test_a_draft_beside_the_noise_is_not_overlooked() -> None:
    for pair in ((0xFFCE, 0xFE0D), (0xFE0D, 0xFFCE)):
        extensions = [(kind, hellos.GREASE) for kind in pair]
        found = tls_client_hello.parse(hellos.made("good.test", *extensions))

        assert found is not None
        assert found.hidden_name is HiddenName.INTENDED
