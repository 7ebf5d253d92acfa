"""Tests of sealed answers."""

import base64
import secrets

import pytest

from swarm.policy.sealed_answer import ANSWER_LIMIT, PAD_BYTES, seal, unseal


@pytest.mark.parametrize("body", [b"", b"{}", b"\0" * 9, b"x" * ANSWER_LIMIT])
def test_what_was_sealed_is_unsealed(body: bytes) -> None:
    """Every body up to the limit comes back, with its status."""
    pad = secrets.token_bytes(PAD_BYTES)

    assert unseal(seal(200, body, pad), pad) == (200, body)


def test_a_sealed_answer_shows_nothing() -> None:
    """Without the pad neither the body nor its length is there."""
    pad = secrets.token_bytes(PAD_BYTES)
    short, long = seal(200, b"a-token", pad), seal(200, b"a-token" * 900, pad)

    assert len(short) == len(long)
    assert b"a-token" not in base64.b64decode(short)


@pytest.mark.parametrize(
    "text", ["", "!", "AAAA", base64.b64encode(bytes(PAD_BYTES)).decode()]
)
def test_what_another_pad_sealed_is_refused(text: str) -> None:
    """Garbage is no answer."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds
        unseal(text, secrets.token_bytes(PAD_BYTES))
