"""Takes the coding from an answer that must be searched, though none was asked for."""

import zlib
from collections.abc import Iterable, Iterator

from swarm.gate.secret_masker import SecretMasker

OUTPUT_LIMIT = 1 << 20
"""Bytes that are decoded at once: a bomb is carried on in pieces of that size."""
INPUT_BYTES = 1 << 10
"""Bytes to feed at once: they unfold to a megabyte at most, a thousand times more."""
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
NO_BODY = frozenset({204, 304})
"""Statuses of answers that have no body."""
OF_MESSAGES = {b"grpc-encoding", b"connect-content-encoding"}
"""Fields of answers whose messages are compressed each for itself."""
Fields = list[tuple[bytes, bytes]]


def content_coding(fields: Iterable[tuple[bytes, bytes]]) -> str:
    """The coding of the body in lower case; empty for none. Names are in lower case."""
    codings = [
        value.decode("latin-1").strip().lower()
        for key, value in fields
        if key == b"content-encoding"
    ]
    return ",".join(coding for coding in codings if coding not in ("", "identity"))


def parts(data: bytes, change: object) -> Iterator[bytes]:
    """The bytes as they are to be fed to a filter: few at once to one that unfolds.

    What comes of each part goes on before the next, or it would all be held.
    """
    if not isinstance(change, MaskedDecoder):
        yield data
        return
    for at in range(0, len(data), INPUT_BYTES):
        yield data[at : at + INPUT_BYTES]


class MaskedDecoder:
    """Decodes a body and masks it; the client gets it without the coding."""

    def __init__(self, coding: str, masker: SecretMasker) -> None:
        """ConnectionResetError for a coding that cannot be searched."""
        if coding not in _WINDOW:
            raise ConnectionResetError(
                f"its answer in {coding[:20]} cannot be searched for your secret"
            )
        self._masker = masker
        self._coding = coding
        self._decoder = zlib.decompressobj(_WINDOW[coding])
        self._is_first = True

    def plain_fields(self, fields: Fields) -> Fields:
        """The answer's fields, for a body without coding and of unknown length."""
        dropped = {b"content-encoding", b"content-length", b"transfer-encoding"}
        return [(key, value) for key, value in fields if key.lower() not in dropped]

    def feed(self, data: bytes) -> bytes:
        """The decoded and masked bytes; ConnectionResetError if they are no code."""
        if self._is_first and data:
            self._is_first = False
            if self._coding == "deflate" and data[0] & 0x0F != 8:
                self._decoder = zlib.decompressobj(-15)  # as some servers mean it
        output = b""
        try:
            while data:
                output += self._masker.feed(
                    self._decoder.decompress(data, OUTPUT_LIMIT)
                )
                data = self._decoder.unconsumed_tail
                if len(output) > 64 * OUTPUT_LIMIT:
                    raise ConnectionResetError("its answer unfolds without end")
        except zlib.error as error:
            raise ConnectionResetError(f"its answer is no {self._coding}") from error
        return output

    def finish(self) -> bytes:
        """What is left in the decoder and the masker."""
        return self._masker.feed(self._decoder.flush()) + self._masker.finish()


def answer_filter(
    fields: Iterable[tuple[bytes, bytes]],
    has_body: bool,
    masker: SecretMasker | None,
    is_read: bool,
) -> MaskedDecoder | SecretMasker | None:
    """What an answer's body passes on its way, in any version of HTTP.

    `is_read` asks for a body without coding though nothing is masked, if that can be.
    ConnectionResetError for a body that must be searched and cannot be.
    """
    fields = list(fields)
    if masker and any(
        key in OF_MESSAGES and value.strip().lower() not in (b"", b"identity")
        for key, value in fields
    ):
        raise ConnectionResetError(
            "its compressed messages cannot be searched for your secret"
        )
    coding = content_coding(fields) if has_body else ""
    if not coding or not (masker or (is_read and coding in _WINDOW)):
        return masker
    return MaskedDecoder(coding, masker or SecretMasker(()))
