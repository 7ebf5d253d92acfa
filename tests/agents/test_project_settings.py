"""Each shipped agent says what it obeys of a repository, and how its modes hold."""

import pytest

from swarm.agents import project_settings, reader, registry
from swarm.agents.description import Agent
from tests.agents import hostile_settings
from tests.agents.descriptions import MINIMAL
from tests.agents.test_driven import REST, SHORT

SHIPPED = (*SHORT, *REST)
REFUSING = """
[mode.ask]
[mode.full]
[project]
held = "refused"
settings = [".mine/settings.json", ".env"]
keys = { ".env" = 'MINE_\\w+' }
"""


def mine(text: str = REFUSING) -> Agent:
    return reader.read(MINIMAL + text, "mine", "mine.toml")


@pytest.mark.parametrize("name", registry.names())
def test_an_agent_that_can_be_run_says_how_its_modes_hold(name: str) -> None:
    """A new one that says nothing fails here: somebody must look, and try it."""
    agent = registry.find(name)

    assert agent.project.held or agent.unavailable or not agent.mode


def test_settings_of_each_are_tried() -> None:
    assert set(hostile_settings.LOOSER) == set(SHIPPED)
    assert set(hostile_settings.MOVED) == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_tried_is_what_it_says(name: str) -> None:
    known = registry.find(name).project
    tried = (*hostile_settings.LOOSER[name], *hostile_settings.MOVED[name])

    named = [f for f in tried if f.startswith(tuple(known.settings))]
    assert named or known.held == "none"


def test_in_full_nothing_is_loosened() -> None:
    assert project_settings.watched(mine(), "full") == {}
    assert project_settings.watched(mine(), "") == {}


def test_what_is_hidden_from_the_agent_does_not_count() -> None:
    wanted = {".mine/settings.json": "", ".env": r"MINE_\w+"}

    assert project_settings.watched(mine(), "ask") == wanted
    assert project_settings.watched(mine(), "ask", (".mine", ".env")) == {}


def test_the_refusal_names_the_file_and_two_ways_out() -> None:
    error = project_settings.refusal(mine(), ".env: MINE_URL", "ask")

    assert "mine would obey .env: MINE_URL of the repository" in error.message
    assert "mode ask" in error.message
    assert "mode full" in error.hint
    assert "hide = ['.env']" in error.hint


def test_rules_that_it_does_not_read_are_told_in_its_briefing() -> None:
    codex = registry.find("codex")

    assert project_settings.rules(codex, "ask") == "AGENTS.md"
    assert project_settings.rules(codex, "full") == ""


def test_a_name_from_a_repository_is_no_markup() -> None:
    error = project_settings.refusal(mine(), "a\x1b[31m\nb", "ask")

    assert "\x1b" not in error.message + error.hint
    assert "\n" not in error.message + error.hint


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('held = "off"', "project.settings"),
        ('held = "none"\nsettings = ["a"]', "project.settings"),
        ('settings = ["a"]', "project.settings"),
        ('held = "off"\nsettings = ["../a"]', r"project.settings\[0\]"),
        ('held = "off"\nsettings = ["/a"]', r"project.settings\[0\]"),
        ('held = "off"\nsettings = [".git/config"]', r"project.settings\[0\]"),
        ('held = "off"\nsettings = ["a"]\nkeys = { b = "x" }', "project.keys.b"),
        ('held = "off"\nsettings = ["a"]\nkeys = { a = "(" }', "project.keys.a"),
        ('held = "maybe"', "project.held"),
    ],
)
def test_a_mistake_is_refused_by_its_key(text: str, key: str) -> None:
    with pytest.raises(Exception, match=f"mine.toml: {key}"):
        mine(f"[project]\n{text}\n")
