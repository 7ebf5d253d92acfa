"""A repository's files are agreed to, and its own image built, from the form."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.widgets import Static

from swarm.errors import ConfigError
from swarm.model.project_asked import ProjectAsked
from swarm.model.standing import Standing
from swarm.tui.dialogs.build import BuildDialog
from swarm.tui.dialogs.new_task import NewTaskDialog
from swarm.tui.dialogs.project import ProjectDialog
from tests.scenes import OPTIONS, THREE_RUNNING, Scene, press, settled, shown
from tests.tui.fakes import FakeBackend
from tests.tui.present.test_project_asked import ASKED
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]
NOT_USED = "swarm.toml is not used (dockerfile)"


class Repository:
    """A project whose files wait for a yes, and then for a build."""

    def __init__(self, *, is_agreed: bool = False) -> None:
        self.is_agreed = is_agreed
        self.bases: list[str] = []

    def asked(self, base: str) -> ProjectAsked:
        self.bases.append(base)
        return replace(ASKED, is_agreed=self.is_agreed, agree=self._agree)

    def _agree(self) -> None:
        self.is_agreed = True

    def standings(self) -> dict[str, Standing]:
        if not self.is_agreed:
            return {"command": Standing("command", image="base", not_used=NOT_USED)}
        lacking = "the project's own image is not built: Dockerfile at 3f9c2e1"
        return {
            "command": Standing(
                "command",
                image_problem=lacking,
                builds=(ASKED.image,),
                own_image=ASKED.image,
            )
        }


async def test_it_is_agreed_to_then_built_and_the_task_starts(
    recorded: Recorded,
) -> None:
    """Each by a key, with the whole text in view; the wish names what was seen."""
    backend, project = recorded(THREE_RUNNING), Repository()
    options = replace(
        OPTIONS, usual_agent=str, standings=project.standings, project=project.asked
    )
    with shown(backend, options) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, "n")
            stands = app.screen.query_one("#stands", Static)
            assert f"{NOT_USED}: ctrl+t shows it" in str(stands.render())
            await press(pilot, backend, "ctrl+t")
            assert isinstance(app.screen, ProjectDialog)
            await press(pilot, backend, "b")  # nothing could start yet
            assert isinstance(app.screen, ProjectDialog)
            await press(pilot, backend, "y")
            await settled(pilot)
            assert isinstance(app.screen, NewTaskDialog)
            assert "own image is not built" in str(stands.render())

            app.screen.query_one("#command").focus()
            await press(pilot, backend, "type:true", "ctrl+b")
            assert isinstance(app.screen, ProjectDialog)
            assert wishes(backend) == []
            await press(pilot, backend, "b")
            await settled(pilot)
            assert isinstance(app.screen, BuildDialog)

    [(verb, body)] = wishes(backend)
    assert verb == "new"
    assert (body["build"], body["own_image"]) == (True, ASKED.image)


@pytest.mark.parametrize("key", ["escape", "n", "q"])
async def test_a_no_changes_nothing(recorded: Recorded, key: str) -> None:
    backend, project = recorded(THREE_RUNNING), Repository()
    options = replace(
        OPTIONS, usual_agent=str, standings=project.standings, project=project.asked
    )
    with shown(backend, options) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, "n", "ctrl+t", key)
            await settled(pilot)
            assert isinstance(app.screen, NewTaskDialog)

    assert not project.is_agreed
    assert wishes(backend) == []


async def test_a_mistake_in_it_is_told_in_the_form(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)

    def broken(_base: str) -> ProjectAsked:
        raise ConfigError("swarm.toml: no such key\x1b[2J")

    with shown(backend, replace(OPTIONS, usual_agent=str, project=broken)) as app:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await press(pilot, backend, "n", "ctrl+t")
            await settled(pilot)
            assert isinstance(app.screen, NewTaskDialog)
            (told,) = app._notifications
            assert told.message == "swarm.toml: no such key\\x1b[2J"
