"""A devcontainer is proposed in parts, and what is left out is told."""

import json

from swarm.config.detection import asked_devcontainer
from swarm.config.detection.proposal import Proposal
from tests.config.detection.trees import tree


def test_what_is_left_out_is_told_in_few_lines() -> None:
    looked = tree({".devcontainer.json": json.dumps(dict.fromkeys("abcdefgh", 1))})
    asked = asked_devcontainer.read(looked)

    asked_devcontainer.propose(looked, Proposal(), asked)

    assert len(looked.notes) == asked_devcontainer.MOST_LEFT_OUT + 1
    assert looked.notes[-1] == ".devcontainer.json: and 3 more"


def test_one_that_is_malformed_asks_for_nothing() -> None:
    looked = tree({".devcontainer.json": "["})

    assert asked_devcontainer.read(looked) == asked_devcontainer.Asked()
    assert "nothing of it was taken" in looked.notes[0]
