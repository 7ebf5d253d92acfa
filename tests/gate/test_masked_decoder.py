"""A coded answer is decoded to be searched, or not let through."""

import gzip
import zlib
from collections.abc import Callable

import h11
import pytest

from swarm.gate.masked_decoder import MaskedDecoder, content_coding
from swarm.gate.secret_masker import SecretMasker

VALUE = "a-secret-of-the-user"


def raw_deflate(data: bytes) -> bytes:
    """Without zlib's head, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
    ],
)
def test_it_is_masked_inside(
    coding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    masker = SecretMasker([VALUE])
    decoder = MaskedDecoder(coding, masker)
    coded = pack(f"before {VALUE} after".encode())
    pieces = [coded[at : at + size] for at in range(0, len(coded), size)]

    output = b"".join(map(decoder.feed, pieces)) + decoder.finish()

    assert output == b"before " + b"*" * len(VALUE) + b" after"
    assert masker.count == 1


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip,br", "compress", "made-up"])
def test_a_coding_that_cannot_be_searched_is_refused(coding: str) -> None:
    with pytest.raises(ConnectionResetError, match="cannot be searched"):
        MaskedDecoder(coding, SecretMasker([VALUE]))


def test_a_bomb_ends() -> None:
    decoder = MaskedDecoder("gzip", SecretMasker([VALUE]))

    with pytest.raises(ConnectionResetError, match="without end"):
        decoder.feed(gzip.compress(bytes(200 << 20)))


def test_bytes_that_are_no_code_end() -> None:
    decoder = MaskedDecoder("gzip", SecretMasker([VALUE]))

    with pytest.raises(ConnectionResetError, match="is no gzip"):
        decoder.feed(b"not gzip at all")


@pytest.mark.parametrize(
    ("value", "coding"),
    [("identity", ""), ("", ""), ("GZip", "gzip"), ("gzip, br", "gzip, br")],
)
def test_the_coding_is_read_from_the_field(value: str, coding: str) -> None:
    answer = h11.Response(status_code=200, headers=[("Content-Encoding", value)])

    assert content_coding(answer.headers) == coding
