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


A, B = ".devcontainer/a/devcontainer.json", ".devcontainer/b/devcontainer.json"
USUAL = ".devcontainer/devcontainer.json"
BODY = '{"forwardPorts": [3000]}'


def test_the_only_one_is_read_whatever_its_name() -> None:
    looked = tree({A: BODY})

    asked = asked_devcontainer.read(looked)
    assert (asked.path, asked.choices, looked.notes) == (A, (), [])


def test_of_several_with_names_none_is_read_unless_it_is_chosen() -> None:
    looked = tree({B: BODY, A: BODY})

    asked = asked_devcontainer.read(looked)
    assert (asked.path, asked.choices) == ("", (A, B))
    assert "none was read; `--devcontainer` chooses" in looked.notes[0]
    chosen = asked_devcontainer.read(looked, B)
    assert (chosen.path, chosen.devcontainer.ports) == (B, (3000,))


def test_the_one_without_a_name_is_read_and_the_others_are_told() -> None:
    looked = tree({USUAL: BODY, A: BODY})

    assert asked_devcontainer.read(looked).path == USUAL
    assert f"several devcontainers ({USUAL}, {A}): {USUAL} was read" in looked.notes[0]
