"""A repository's own settings for an agent loosen no mode below `full`: real agents.

Each is given, in a repository of its own, all that `hostile_settings` has for it: a
program at its start, yes to everything, another host for its model.
"""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import project_settings, registry
from swarm.engine.host import images
from swarm.scripted_model.steps import Say
from tests.agents.driven import DONE, PATIENCE, DrivenAgents, open_driven_agents
from tests.agents.hostile_settings import ELSEWHERE, LOOSER, MOVED
from tests.agents.test_driven import REST, SHORT
from tests.agents.test_modes import COMMAND, EDIT, ENDED, is_drawn, wait
from tests.engine.keeper_harness import new_sample_repository

pytestmark = pytest.mark.agents
MADE = ("hello.txt", "ran.txt", "started.txt")
UNASKED = {"edits": {"hello.txt"}, "full": {"hello.txt", "ran.txt"}}
"""What of these the model's steps make in a mode."""
LAST = 2
"""The number of the last step."""


def _runs(is_refused: bool) -> Iterator[Any]:
    for name in (*SHORT, *REST):
        agent = registry.find(name)
        holds_off = agent.project.held == "off"
        if project_settings.is_refused(agent) is is_refused:
            for way in agent.ways:
                for mode in agent.modes_of(way):
                    # One with this mode alone holds them off there, too.
                    if mode != "full" or (holds_off and set(agent.mode) == {"full"}):
                        yield pytest.param(name, way, mode, id=f"{name}-{way}-{mode}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    folder = tmp_path_factory.mktemp("hostile")
    with open_driven_agents(folder, (*SHORT, *REST)) as opened:
        opened.harness.patience = PATIENCE
        yield opened


def repository(house: DrivenAgents, name: str, files: Mapping[str, str]) -> Path:
    """A sample with these files in its base."""
    made = new_sample_repository(house.sample.parent / name)
    for path, text in files.items():
        place = made / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o755)
    for words in (("add", "-A", "-f"), ("commit", "-qm", "settings")):
        subprocess.run(["git", "-C", str(made), *words], check=True)
    return made


@pytest.mark.parametrize("kind", ["looser", "moved"])
@pytest.mark.parametrize(("agent", "way", "mode"), list(_runs(is_refused=False)))
def test_what_the_repository_says_is_not_obeyed(
    house: DrivenAgents, agent: str, way: str, mode: str, kind: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    marker = f"{agent}-{way}-{mode}-{kind}"
    files = (LOOSER if kind == "looser" else MOVED)[agent]
    place = repository(house, marker, files)
    house.model.plays(marker, [EDIT, COMMAND, Say(DONE)])
    prompt = f"Please do {marker} now."
    task = house.start(agent, way, prompt, mode=mode, repo=str(place))
    tasks = house.harness.queries.tasks

    def is_over() -> bool:
        has_asked = bool(tasks.get(task).questions) or is_drawn(house, agent, task)
        is_at_end = house.model.furthest(marker) >= LAST
        return has_asked or is_at_end or tasks.get(task).state in ENDED

    try:
        wait(house, task, is_over, "it has ended, or asks")
        assert house.model.furthest(marker) >= 0, house.screen(task)
    finally:
        house.stop(task)
    tree = house.harness.paths.worktree(task)
    allowed = UNASKED.get(mode, set())
    assert {name for name in MADE if (tree / name).exists()} <= allowed
    assert ELSEWHERE not in house.denied(task)


@pytest.mark.parametrize("kind", ["looser", "moved"])
@pytest.mark.parametrize(("agent", "way", "mode"), list(_runs(is_refused=True)))
def test_what_would_be_obeyed_is_refused_by_name(
    house: DrivenAgents, agent: str, way: str, mode: str, kind: str
) -> None:
    images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    files = (LOOSER if kind == "looser" else MOVED)[agent]
    for number, (path, text) in enumerate(files.items()):
        known = registry.find(agent).project.settings
        if not any(path == each or path.startswith(f"{each}/") for each in known):
            continue
        place = repository(house, f"{agent}-{way}-{mode}-{kind}-{number}", {path: text})
        body = {"repo": str(place), "agent": agent, "way": way, "mode": mode}
        answer = house.harness.wish("new", **body, prompt="Please do it.")
        assert f"{agent} would obey" in str(answer), path
