"""Seals a token endpoint's answer on its way from the gate to the keeper.

With a pad of random bytes that is as long as the answer may be and used once, there is
nothing to break; the standard library is enough for that.
"""

import base64

ANSWER_LIMIT = 32 << 10
"""Bytes of the answer's body; tokens take a tenth."""
PAD_BYTES = ANSWER_LIMIT + 64


def seal(status: int, body: bytes, pad: bytes) -> str:
    """The answer under a pad that is used for nothing else, as base64."""
    plain = status.to_bytes(2, "big") + len(body).to_bytes(4, "big") + body
    plain += bytes(len(pad) - len(plain))
    return base64.b64encode(_xor(plain, pad)).decode()


def unseal(text: str, pad: bytes) -> tuple[int, bytes]:
    """Status and body; ValueError if the text was not sealed with this pad."""
    sealed = base64.b64decode(text, validate=True)
    if len(sealed) != len(pad):
        raise ValueError("a sealed answer of another length")
    plain = _xor(sealed, pad)
    status, size = int.from_bytes(plain[:2], "big"), int.from_bytes(plain[2:6], "big")
    body, rest = plain[6 : 6 + size], plain[6 + size :]
    if not 100 <= status < 1000 or len(body) != size or any(rest):
        raise ValueError("sealed with another pad")
    return status, body


def _xor(left: bytes, right: bytes) -> bytes:
    size = len(left)
    number = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return number.to_bytes(size, "big")
