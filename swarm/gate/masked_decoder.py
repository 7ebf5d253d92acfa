"""Takes the coding from an answer that must be searched, though none was asked for."""

import zlib

import h11

from swarm.gate.secret_masker import SecretMasker

OUTPUT_LIMIT = 1 << 20
"""Bytes that are decoded at once: a bomb is carried on in pieces of that size."""
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
Fields = list[tuple[bytes, bytes]]


def content_coding(answer: h11.Response) -> str:
    """The coding of the body in lower case; empty for none."""
    codings = [
        value.decode("latin-1").strip().lower()
        for key, value in answer.headers
        if key == b"content-encoding"
    ]
    return ",".join(coding for coding in codings if coding not in ("", "identity"))


def can_decode(coding: str) -> bool:
    """True if a body in this coding can be read."""
    return coding in _WINDOW


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
        kept = [(key, value) for key, value in fields if key.lower() not in dropped]
        return [*kept, (b"Transfer-Encoding", b"chunked")]

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
