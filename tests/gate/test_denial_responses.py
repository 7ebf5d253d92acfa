"""A denied client is answered in the words of its own protocol."""

import json

import pytest

from swarm.gate import denial_responses
from swarm.policy.reasons import Reason

PLACE = "a.test:443"


@pytest.mark.parametrize(
    ("first_bytes", "begins"),
    [
        (b"\x16\x03\x01", b"\x15\x03\x03\0\x02\x02\x31"),
        (b"SSH-2.0-client\r\n", b"SSH-2.0-swarm\r\n"),
        (b"GET / HTTP/1.1", b"HTTP/1.1 403 swarm-denied a.test:443 not-in-allowlist"),
        (b"\0\0\0", b"Denied by swarm's policy"),
    ],
)
def test_the_answer_is_in_the_client_s_protocol(
    first_bytes: bytes, begins: bytes
) -> None:
    answer = denial_responses.spoken(first_bytes, PLACE, Reason.NOT_IN_ALLOWLIST)

    assert answer.startswith(begins)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_reason_has_an_answer(reason: Reason) -> None:
    """The code in the status line, and a sentence in a body that a model reads."""
    head, _, body = denial_responses.http(PLACE, reason).partition(b"\r\n\r\n")

    assert head.split(b"\r\n")[0].endswith(reason.encode())
    assert json.loads(body)["reason"] == reason
    assert reason.sentence in json.loads(body)["message"]


@pytest.mark.parametrize("place", ["localhost:3000", "a.localhost:80", "[::1]:8080"])
def test_a_name_of_the_sandbox_itself_is_answered_in_other_words(place: str) -> None:
    """There is nothing to ask the user for: the client is at the wrong door."""
    words = denial_responses.sentence(place, Reason.LOCAL_NAME)

    assert words.startswith(f"{place} is this sandbox itself")
    assert "Ask the user" not in words
    body = json.loads(denial_responses.denied_body(place, Reason.LOCAL_NAME, "x"))
    assert (body["error"], body["hint"]) == (
        "the_sandbox_itself",
        "connect without a proxy",
    )
    secret = denial_responses.sentence(place, Reason.SECRET_ELSEWHERE)
    assert "secret" in secret
