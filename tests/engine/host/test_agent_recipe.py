"""Agents' descriptions become one Dockerfile that every builder takes."""

import json

import pytest

from swarm.agents.description import Agent, Image
from swarm.engine.host import agent_recipe
from swarm.engine.host.agent_recipe import Layers, Needs
from swarm.errors import PlanError

LAYERS = Layers("base:1", "node:1", "python:1")


def agent(name: str, image: Image, *, free: bool = True) -> Agent:
    return Agent(name, name, name, image=image, redistribute=free)


NATIVE = agent("native", Image("npm", "n", "1.0", "n", native=True), free=False)
SCRIPT = agent("script", Image("npm", "s", "1.0", "s", node="24"))
NEW = agent("new", Image("pypi", "p", "1.0", "p", python=">=3.12"))
OLD = agent("old", Image("pypi", "o", "1.0", "o", python=">=3.10,<3.13"))


@pytest.mark.parametrize(
    ("agents", "needs", "ground"),
    [
        ((NATIVE,), Needs(npm=True), "base:1"),
        ((SCRIPT,), Needs(npm=True, node=True), "node:1"),
        ((NEW,), Needs(), "base:1"),
        ((OLD,), Needs(python=True), "python:1"),
        ((NATIVE, SCRIPT), Needs(npm=True, node=True), "node:1"),
        ((OLD, SCRIPT), Needs(npm=True, node=True, python=True), "python:1"),
    ],
)
def test_an_image_stands_on_what_its_agents_need_to_run(
    agents: tuple[Agent, ...], needs: Needs, ground: str
) -> None:
    text = agent_recipe.dockerfile(agents, LAYERS, "stage")

    assert agent_recipe.needs(agents) == needs
    grounds = [line for line in text.splitlines() if line.startswith("FROM ")]
    assert grounds[-1] == f"FROM {ground}"
    assert len(grounds) == len(agents) + 1
    copied = "COPY --from=node:1 /opt/node /opt/node" in text
    assert copied is (needs.node and needs.python)


def test_only_classic_syntax_is_used() -> None:
    """No mounts, no heredocs; what runs is a JSON list, which no shell reads."""
    text = agent_recipe.dockerfile((NATIVE, SCRIPT, NEW, OLD), LAYERS, "stage")

    assert "--mount" not in text
    assert "<<" not in text
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        assert word in ("FROM", "LABEL", "USER", "COPY", "RUN")
        if word == "RUN":
            argv = json.loads(rest)
            assert json.loads(argv[-1])["version"] == "1.0"


def test_each_stage_is_labelled_before_it_fetches() -> None:
    text = agent_recipe.dockerfile((NATIVE, NEW), LAYERS, "abc")

    stages = text.split("FROM ")[1:3]
    assert all(f"\nLABEL {agent_recipe.STAGE_LABEL}=abc\n" in s for s in stages)
    assert agent_recipe.STAGE_LABEL not in text.split("FROM ")[3]


def test_an_image_says_what_it_holds_and_whether_it_may_be_passed_on() -> None:
    alone = agent_recipe.labels((SCRIPT,))
    both = agent_recipe.labels((NATIVE, SCRIPT))

    assert alone[agent_recipe.LICENCE_LABEL] == "yes"
    assert both[agent_recipe.LICENCE_LABEL] == "no"
    assert json.loads(both[agent_recipe.AGENTS_LABEL]) == {
        "native": "1.0",
        "script": "1.0",
    }
    assert both[agent_recipe.IMAGE_LABEL] == "agents/native+script"


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        ("", (3, 13), True),
        ("<=3.12", (3, 13), False),
        ("<=3.12", (3, 11), True),
        ("<3.13,>=3.10", (3, 11), True),
        (">= 3.12", (3, 11), False),
        ("==3.13", (3, 13), True),
        (">3.9, <3.11", (3, 11), False),
        ("~=3.10", (3, 11), False),
        ("3.11", (3, 11), False),
    ],
)
def test_which_python_an_agent_runs_on(
    wanted: str, version: tuple[int, int], fits: bool
) -> None:
    assert agent_recipe.fits(wanted, version) is fits


@pytest.mark.parametrize(
    ("image", "key"),
    [
        (Image("npm", "a", "1", "a", node="19"), "image.node"),
        (Image("pypi", "a", "1", "a", python="<=3.8"), "image.python"),
        (Image("pypi", "a", "1", "a", python="four"), "image.python"),
    ],
)
def test_what_no_layer_has_is_refused_with_the_key(image: Image, key: str) -> None:
    with pytest.raises(PlanError, match=f"mine: {key}"):
        agent_recipe.needs((agent("mine", image),))
