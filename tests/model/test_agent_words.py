"""Version, mode and way are told beside an agent's name, if it has any."""

from dataclasses import replace

import pytest

from swarm.model.agent_words import agent_short, agent_words
from tests import builders

TASK = builders.queued_task(agent="claude")


@pytest.mark.parametrize(
    ("version", "mode", "way", "words"),
    [
        ("", "", "", "claude"),
        ("2.1", "full", "screen", "claude 2.1, mode full"),
        ("", "ask", "headless", "claude, mode ask, headless"),
        ("", "", "headless", "claude"),
    ],
)
def test_only_what_is_known_is_said(
    version: str, mode: str, way: str, words: str
) -> None:
    task = replace(TASK, agent_version=version, mode=mode, way=way)

    assert agent_words(task) == words


def test_a_narrow_place_has_the_mode() -> None:
    assert agent_short(replace(TASK, mode="ask")) == "claude ask"
    assert agent_short(TASK) == "claude"
