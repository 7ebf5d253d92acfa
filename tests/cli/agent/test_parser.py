"""`swarm agent` says what it can do, and refuses what it cannot."""

from collections.abc import Callable

import pytest

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("words", [("agent",), ("agent", "x"), ("agent", "show")])
def test_a_missing_word_is_told(
    swarm: Swarm, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status, _, said = swarm(*words)
    except SystemExit as ended:
        status, said = int(ended.code or 0), capsys.readouterr().err

    assert status != 0
    assert "swarm agent" in said
