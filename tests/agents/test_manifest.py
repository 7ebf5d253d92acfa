"""A registry's manifest gives package, version and licence, and starts nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import reader
from swarm.agents.manifest import Runs, parse, toml
from swarm.errors import PlanError

BODY: dict[str, Any] = {
    "id": "zeta-agent",
    "name": "Zeta",
    "version": "1.2.3",
    "description": "an agent",
    "website": "https://zeta.test",
    "authors": ["Zeta Ltd"],
    "license": "MIT",
    "distribution": {"npx": {"package": "@zeta/agent@1.2.3", "args": ["--acp"]}},
}
RUNS = Runs(("zeta", "{prompt}"), ("zeta", "-p"), ("--yolo",), ("claude",))


def parsed(**changes: Any) -> Any:
    """The manifest with these values changed."""
    return parse(json.dumps({**BODY, **changes}), "agent.json")


def test_an_agent_is_written_from_a_manifest_and_read_back() -> None:
    agent = reader.read(toml(parsed(), RUNS), "zeta-agent", "f")

    assert (agent.image.manager, agent.image.package) == ("npm", "@zeta/agent")
    assert (agent.image.version, agent.image.binary) == ("1.2.3", "zeta")
    assert agent.screen
    assert agent.screen.argv == ("zeta", "{mode}", "{prompt}")
    assert agent.headless
    assert agent.headless.prompt == "stdin"
    assert agent.mode["full"].argv == ("--yolo",)
    assert (agent.licence, agent.services) == ("MIT", ("claude",))


def test_the_program_is_the_manifests_else_the_one_that_is_started() -> None:
    npx = {"package": "@zeta/agent@1.2.3", "cmd": "zeta-acp"}
    told = parsed(distribution={"npx": npx})
    screen = Runs(screen=("zt", "{prompt}"))

    assert reader.read(toml(told, screen), "z", "f").image.binary == "zeta-acp"
    assert reader.read(toml(parsed(), screen), "z", "f").image.binary == "zt"
    assert parsed().usual_binary == "agent"
    with pytest.raises(PlanError, match="cmd: must be text"):
        parsed(distribution={"npx": {**npx, "cmd": ["x"]}})


@pytest.mark.parametrize("cut", ["==", "@"])
def test_a_package_of_pypi(cut: str) -> None:
    uvx = {"package": f"zeta-agent{cut}1.2.3", "cmd": "zeta"}

    named = parsed(distribution={"uvx": uvx})

    assert (named.manager, named.package, named.binary) == (
        "pypi",
        "zeta-agent",
        "zeta",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "../x"}, "id: must be"),
        ({"id": 1}, "id: must be text"),
        ({"version": "latest"}, "version"),
        ({"version": ""}, "version: must be text"),
        ({"distribution": {}}, "only a binary to download"),
        ({"distribution": {"binary": {}}}, "only a binary to download"),
        ({"distribution": []}, "distribution: is missing"),
        ({"distribution": {"npx": 1}}, "npx: must be an object"),
        ({"distribution": {"npx": {"package": "https://x/y"}}}, "no package's name"),
        ({"distribution": {"npx": {"package": "../x"}}}, "no package's name"),
        ({"distribution": {"npx": {"package": "-g"}}}, "no package's name"),
        ({"distribution": {"npx": {"package": "a b"}}}, "no package's name"),
        ({"distribution": {"uvx": {"package": "x[extra]"}}}, "no package's name"),
        ({"distribution": {"npx": {"package": "x@2.0.0"}}}, "pins x 2.0.0, but"),
        ({"name": None}, "name: must be text"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        parsed(**changes)


def test_what_is_no_object_is_refused() -> None:
    for text in ("[]", "{", "[" * 100_000, "1"):
        with pytest.raises(PlanError, match=r"^agent\.json"):
            parse(text, "agent.json")


@given(st.text(), st.text(min_size=1))
def test_any_words_of_a_stranger_become_one_value(title: str, summary: str) -> None:
    """They start no key of their own and no line."""
    named = parsed(name=title or "x", description=summary)

    agent = reader.read(toml(named, RUNS), "zeta-agent", "f")

    assert agent.title.count("\n") == 0
    assert len(agent.summary) == len(summary)
    assert agent.environment == {}
