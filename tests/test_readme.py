"""The pages' links lead somewhere, and what they tell a user to write is taken."""

import re
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.config import load, project
from swarm.model.agent_state import AgentState
from swarm.policy import policy_parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n\n".join(page.read_text(encoding="utf-8") for page in PAGES)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")
TOML = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    """A file that moved, or a heading that has another name, is linked anew."""
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page

        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), anchor


def test_the_settings_are_taken(tmp_path: Path) -> None:
    """As written: a user copies them."""
    (settings,) = [text for text in TOML if "[gate]" in text]
    file = tmp_path / "config.toml"
    file.write_text(settings)

    assert load.load(file).gate.upstream.startswith("http://")


def test_the_policies_are_taken() -> None:
    """Each beginning with the version, which is written once."""
    others = ("[gate]", "[service-container")
    for text in [text for text in TOML if not any(word in text for word in others)]:
        head = "" if text.startswith("version") else "version = 1\n"
        layer = policy_parser.parse(head + text, "policy.toml")

        assert layer.rules or layer.secrets


def test_the_project_files_are_taken() -> None:
    (text,) = [text for text in TOML if "[service-container" in text]

    assert {*project.parsed(text).service_container} == {"db", "search"}


def test_the_table_of_agents_has_their_versions_and_modes() -> None:
    """A mode that holds in one way to run alone says so."""
    table = TEXT.partition("| agent | version | asks its model as |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]

    assert len(rows) == 12
    for row in rows:
        name, version, _, _, modes, *_ = (
            cell.strip() for cell in row.strip("|").split("|")
        )
        agent = registry.find(name)
        told = {word.split()[0].strip(":") for word in modes.split(", ")}
        screen = {each.split()[0] for each in modes.split(", ") if "own scr" in each}
        assert version == agent.image.version, name
        assert told == set(agent.modes_of("screen")), name
        assert told - screen == set(agent.modes_of("headless")), name


def test_the_table_of_states_is_the_agents_own() -> None:
    """Which agent has a channel, and which state no screen of it is read for."""
    told = set(AgentState) - {
        *(AgentState.STARTING, AgentState.STALLED),  # by facts alone
        *(AgentState.DONE_RUNNING, AgentState.FAILED, AgentState.ENDED),
    }
    table = TEXT.partition("its screen is not read for |\n|---|---|---|\n")[2]
    rows = table.partition("\n\n")[0].splitlines()

    assert len(rows) == 12
    for row in rows:
        name, way, lacks = (cell.strip() for cell in row.strip("|").split("|"))
        agent = registry.find(name)
        cues = {cue.replace("_", "-") for cue in agent.cues}
        side = agent.side
        only_tells = side.kind == "hooks" and "PermissionRequest" not in side.settings
        assert way.startswith("card") == (side.kind != "none" and not only_tells), name
        assert ("its hooks tell" in way) == only_tells, name
        assert set(lacks.split(", ")) - {"–"} == told - cues, name
