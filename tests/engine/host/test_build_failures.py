"""A failed build is told in a sentence, with a way out."""

import pytest

from swarm.engine.host.build_failures import explained
from swarm.errors import ToolError

STEP = ToolError("docker build a:1: The command 'node' returned a non-zero code: 1")


@pytest.mark.parametrize(
    ("message", "lines", "said", "hint"),
    [
        (
            STEP.message,
            ["npm error 404", "swarm: npm has no a@1, or none of what it needs"],
            "npm has no a@1",
            "swarm agent update",
        ),
        (
            STEP.message,
            ["swarm: npm could not reach its registry (EAI_AGAIN)\n"],
            "could not reach its registry (EAI_AGAIN)",
            "swarm doctor",
        ),
        (
            STEP.message,
            ["swarm: an install script of a@1, or of what it needs, failed"],
            "an install script of a@1",
            "lines above",
        ),
        (
            STEP.message,
            ["tar: write: No space left on device", "swarm: tar failed"],
            "disk is full; nothing is kept",
            "swarm image prune",
        ),
        (
            "docker build a:1: write /var/x: no space left on device",
            [],
            "disk is full; nothing is kept",
            "swarm image prune",
        ),
        (
            "docker build a:1: context canceled",
            ["swarm"],
            "it was cut short; nothing is kept",
            "builds it anew",
        ),
    ],
)
def test_the_sentence_and_its_way_out(
    message: str, lines: list[str], said: str, hint: str
) -> None:
    found = explained("a:1", ToolError(message), lines)

    assert said in found.message
    assert found.message.startswith("docker build a:1: ")
    assert hint in found.hint


def test_what_nobody_explained_stays_as_the_engine_said_it() -> None:
    assert explained("a:1", STEP, ["rubbish", " swarm: not at the beginning"]) is STEP
