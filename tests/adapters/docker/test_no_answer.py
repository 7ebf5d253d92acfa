"""Whatever listens at the engine's address, the refusal is a sentence of ours."""

import pytest

from swarm.adapters.docker.no_answer import reason


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ConnectionRefusedError(111, 'Connection refused')", "nothing listens there"),
        ("Remote end closed connection without response", "it hung up"),
        ("ConnectionResetError(104, 'Connection reset by peer')", "it hung up"),
        ("Read timed out. (read timeout=15)", "said nothing in time"),
        ("BadStatusLine('SSH-2.0-x\\r\\n')", "no container engine"),
        ('key "ApiVersion" is missing.', "no container engine"),
        ("list indices must be integers or slices", "no container engine"),
        ("no such host", "no such host"),
    ],
)
def test_the_library_s_words_are_ours_if_they_are_known(theirs: str, ours: str) -> None:
    """The library leaks the sockets of such listeners, so none is opened here."""
    assert ours in reason(theirs)
