"""An agent's file is read strictly: file, key and way out are in each refusal."""

import json
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import reader, registry
from swarm.agents.description import Agent, Headless
from swarm.errors import PlanError
from tests.agents.descriptions import MINIMAL
from tests.fuzz import mutated

SHIPPED = [
    file.read_text() for file in sorted(Path(reader.__file__).parent.glob("*.toml"))
]


def answer(read: Callable[[str, str], Agent]) -> bool:
    """True for an agent, or for a refusal that names the file and what is wrong."""
    try:
        read("mine", "mine.toml")
    except PlanError as error:
        return bool(re.match(r"mine\.toml(: | is )\S", error.message))
    return True


def refusal(text: str, name: str = "mine") -> str:
    """The message with which the text is refused."""
    with pytest.raises(PlanError) as caught:
        reader.read(text, name, "mine.toml")
    assert caught.value.message.startswith("mine.toml")
    return caught.value.message


def test_the_least_that_an_agent_is() -> None:
    agent = reader.read(MINIMAL, "mine", "mine.toml")

    assert agent.headless == Headless(argv=("mine", "{prompt}"))
    assert (agent.ways, agent.image_name) == (("headless",), "")


@pytest.mark.parametrize("version", [2, 0, "1", 1.0, True])
def test_a_file_of_another_version_is_refused_by_name(version: object) -> None:
    text = MINIMAL.replace("version = 1", f"version = {json.dumps(version)}")

    assert refusal(text).startswith("mine.toml: version")


def test_a_file_without_a_version_is_of_the_first() -> None:
    assert (
        reader.read(MINIMAL.replace("version = 1\n", ""), "mine", "f").title == "Mine"
    )


@pytest.mark.parametrize("key", ["title", "summary"])
def test_a_key_that_is_missing_is_named(key: str) -> None:
    text = "\n".join(x for x in MINIMAL.splitlines() if not x.startswith(key))

    assert f"{key}: is missing" in refusal(text)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("colour = 1", "headless.colour: unknown key; known: argv, "),
        ("[image]\npakage = 1", "image.pakage: unknown key; did you mean package?"),
        ("[modes.full]\nargv = []", "modes: unknown key; did you mean mode?"),
        ("[mode.yolo]\nargv = []", "mode.yolo: unknown key; known: ask, edits, full"),
        ("[mode]\nfull = 1", "mode.full: must be a table"),
        ("[image]\nnative = 1", "image.native: must be true or false"),
        ("[image]\nextra = [1]", "image.extra[0]: must be text"),
        ("[environment]\nA = 1", "environment.A: must be text"),
        ("stream = true", "headless.stream: must be text"),
        ('prompt = "paste"', "headless.prompt: must be one of"),
        ("prompt = []", "headless.prompt: must be one of"),
        ("[screen]", "screen.argv: is missing"),
        ('[[seed]]\npath = "~/x"', "seed[0].text: is missing"),
        ('[model]\nedits = "words"', 'model.edits: must be one of "tools", "text"'),
        ("[model]\nends = []", "model.ends: must be text"),
        ('[cues.first-run]\ntext = "x"', "cues.first-run.text: must be a list"),
        ("[cues.ready]\nnear = true", "cues.ready.near: must be a whole number"),
        ('[cues.ready]\nplace = "top"', "cues.ready.place: must be one of"),
        ('guard = "\\u0000"', "headless.guard: holds a NUL character"),
        ("[[screen]]", "screen: must be a table"),
        ("x", "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_key(more: str, message: str) -> None:
    assert message in refusal(f"{MINIMAL}{more}\n")


def test_a_name_is_no_key_and_no_path() -> None:
    assert "name: unknown key" in refusal(f'name = "x"\n{MINIMAL}')
    for name in ("../x", "X", "a b", "-x", "a--b", ""):
        assert "small letters" in refusal(MINIMAL, name)


def test_an_agent_without_a_way_to_run_says_why_it_is_there() -> None:
    text = MINIMAL.partition("[headless]")[0]

    assert "has neither" in refusal(text)
    given_reason = f'unavailable = "it has no package"\n{text}'
    assert reader.read(given_reason, "mine", "mine.toml").ways == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(reader.KEYS)), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(reader.KEYS)), VALUES))
def test_any_table_is_an_agent_or_a_refusal_with_its_key(body: dict[str, Any]) -> None:
    assert answer(partial(reader.from_table, body))


@given(st.integers(0, 2**32), st.sampled_from(SHIPPED))
def test_a_damaged_file_is_an_agent_or_a_refusal(seed: int, text: str) -> None:
    damaged = mutated(text.encode(), random.Random(seed)).decode("utf-8", "replace")

    assert answer(partial(reader.read, damaged))


@pytest.mark.parametrize("name", registry.names())
def test_a_shipped_agent_is_chosen_by_us_in_every_mode(name: str) -> None:
    """None runs in a mode of its own choice; each says its licence and its page."""
    agent = registry.find(name)

    if name != "command":
        assert agent.licence
        assert agent.homepage
    if agent.ways and name != "command":
        assert "full" in agent.mode or len(agent.mode) == 1
