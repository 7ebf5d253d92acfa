"""The form of a new task: its budget, and what it stands on."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest
from textual.widgets import Button, Input, Select, Static

from swarm.errors import ToolMissing
from swarm.model.standing import COMMAND, Standing
from swarm.tui.app import SwarmApp
from swarm.tui.widgets.agent_picker import AgentPicker
from tests.scenes import OPTIONS, THREE_RUNNING, Scene, press, settled, shown, until
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import wishes

Recorded = Callable[[Scene], FakeBackend]
FIRST_TIME = replace(OPTIONS, usual_agent=str)
"""No agent was used yet."""


async def test_tokens_and_dollars_become_the_tasks_budget(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one("#tokens", Input).value = "500k"
            app.screen.query_one("#dollars", Input).value = "2.50"
            await press(pilot, backend, "ctrl+s")

    [(verb, body)] = wishes(backend)
    assert verb == "new"
    assert (body["tokens"], body["dollars"]) == (500_000, 2.5)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("tokens", "many"),
        ("tokens", "-1"),
        ("dollars", "x"),
        ("dollars", "-1"),
        ("dollars", "inf"),
        ("dollars", "nan"),
        ("copies", "0"),
        ("after", "a"),
    ],
)
async def test_a_field_that_cannot_be_read_is_marked(
    recorded: Recorded, field: str, text: str
) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one(f"#{field}", Input).value = text
            await pilot.pause()
            wrong = [
                line.id
                for line in app.screen.query(Input)
                if "-invalid" in line.classes
            ]
            assert wrong == [field]
            assert app.screen.query_one("#start", Button).disabled
            await press(pilot, backend, "ctrl+s")

    assert wishes(backend) == []


MODES = ("ask", "full")
CLAUDE = Standing("claude-code", key_problem="no secret goes to it", image="agents/x")
CLAUDE = replace(CLAUDE, modes=MODES)
CODEX = Standing("codex", key="env:KEY", image="agents/codex", network="locked: less")
CODEX = replace(CODEX, modes=MODES)
BOTH = {"claude-code": CLAUDE, "codex": CODEX}


def stands(app: SwarmApp) -> str:
    return str(app.screen.query_one("#stands", Static).render())


def picker(app: SwarmApp) -> AgentPicker:
    return app.screen.query_one(AgentPicker)


async def test_what_is_missing_is_where_the_next_key_goes(recorded: Recorded) -> None:
    """The letters of a command do not choose and unchoose agents."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "ctrl+s")
            assert app.focused is app.screen.query_one("#prompt")
            await press(pilot, backend, "type:go")
            picker = app.screen.query_one(AgentPicker)
            before = picker.chosen
            picker.focus()
            while COMMAND not in picker.chosen:
                await press(pilot, backend, "space", "down")
            await press(pilot, backend, "ctrl+s")
            assert app.focused is app.screen.query_one("#command")
            chosen = picker.chosen
            await press(pilot, backend, "type:a b c")
            assert picker.chosen == chosen != before
            app.screen.query_one("#tokens", Input).value = "many"
            await press(pilot, backend, "ctrl+s")
            assert app.focused is app.screen.query_one("#tokens")

    assert wishes(backend) == []


async def test_an_agent_that_can_run_is_offered_first(recorded: Recorded) -> None:
    """What a task stands on is shown before it starts, what is missing too."""
    backend = recorded(THREE_RUNNING)
    options = replace(FIRST_TIME, standings=lambda: BOTH)
    with shown(backend, options) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            assert picker(app).chosen == ("codex",)
            assert stands(app) == (
                "✓ key env:KEY, image agents/codex, network locked: less"
            )
            picker(app).choose("claude-code")
            await pilot.pause()
            assert stands(app) == "✕ no secret goes to it"
            await press(pilot, backend, "ctrl+s")

    [(_, body)] = wishes(backend)
    assert (body["agent"], body["agents"]) == ("claude-code", [])


NONE = {"claude-code": CLAUDE, "codex": replace(CODEX, key_problem="no key")}
TWO = {**BOTH, "claude-code": replace(CODEX, agent="claude-code")}
ALONE = {**NONE, "command": Standing("command")}


@pytest.mark.parametrize(
    ("usual", "standings", "marked"),
    [
        ("claude-code", BOTH, "claude-code"),
        ("opencode", {}, "opencode"),
        ("", BOTH, "codex"),
        ("gone", BOTH, "codex"),
        ("", {**BOTH, "command": Standing("command")}, "codex"),
        ("", TWO, ""),
        ("codex", TWO, "codex"),
        ("", ALONE, "command"),
        ("", NONE, "command"),
        ("", {}, "command"),
    ],
)
async def test_one_agent_is_marked_before_a_human_chose(
    recorded: Recorded, usual: str, standings: dict[str, Standing], marked: str
) -> None:
    """The usual one, though it may lack a key; else the only one that can run now.

    Of several that can, none: the keys that start it lead to the list.
    """
    backend = recorded(THREE_RUNNING)
    options = replace(
        FIRST_TIME, standings=lambda: standings, usual_agent=lambda: usual
    )
    with shown(backend, options) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n")

            assert picker(app).chosen == tuple(filter(None, [marked]))
            assert picker(app).pointed == (marked or "claude-code")
            if not marked:
                await press(pilot, backend, "type:go", "ctrl+s")
                assert app.focused is picker(app)
                will = app.screen.query_one("#will", Static)
                assert str(will.render()) == "no agent is chosen: space chooses one"


async def test_several_agents_are_chosen_by_keys(recorded: Recorded) -> None:
    """Space adds one, Enter takes one alone; the mode is sent with them."""
    backend = recorded(THREE_RUNNING)
    options = replace(FIRST_TIME, standings=lambda: BOTH)
    with shown(backend, options) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            picker(app).focus()
            await pilot.press("enter", "G", "space")
            assert picker(app).chosen == ("codex", "claude-code")
            assert stands(app) == "✕ no secret goes to it"
            await pilot.press("space", "space")
            app.screen.query_one("#mode", Select).value = "ask"
            await press(pilot, backend, "ctrl+s")

    [(_, body)] = wishes(backend)
    assert body["agents"] == ["codex", "claude-code"]
    assert body["mode"] == "ask"


async def test_a_chosen_agent_stays_whatever_is_found_out(recorded: Recorded) -> None:
    """The answer may come late, and must not move what the human chose."""
    backend = recorded(THREE_RUNNING)
    known = Event()

    def late() -> dict[str, Standing]:
        known.wait(60)
        return BOTH

    options = replace(FIRST_TIME, standings=late)
    with shown(backend, options) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await pilot.press("n")
            await until(pilot, lambda: bool(app.screen.query("#agents")))
            picker(app).choose("command")
            await pilot.pause()
            known.set()
            await settled(pilot)

            assert picker(app).chosen == ("command",)


async def test_what_cannot_be_known_is_told_in_the_form(recorded: Recorded) -> None:
    """Such as an engine that does not answer: the line below the form is dimmed."""
    backend = recorded(THREE_RUNNING)

    def fail() -> dict[str, Standing]:
        raise ToolMissing("docker does not answer\x1b[2J", "start it: `x`")

    with shown(backend, replace(FIRST_TIME, standings=fail)) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, "n", "type:go")

            told = stands(app)
            assert told == "✕ docker does not answer\\x1b[2J; start it: `x`"
            assert picker(app).chosen == ("command",)


async def test_offline_is_asked_for_and_refused_without_a_base(
    recorded: Recorded,
) -> None:
    """Before it is started, in the keeper's words."""
    backend = recorded(THREE_RUNNING)
    bases = {"codex": replace(CODEX, no_offline="there is no warm base")}
    options = replace(FIRST_TIME, standings=lambda: bases)
    with shown(backend, options) as app:
        async with app.run_test(size=(100, 40)) as pilot:
            await press(pilot, backend, "n", "type:go")
            app.screen.query_one("#network", Select).value = "offline"
            await pilot.pause()
            will = str(app.screen.query_one("#will", Static).render())
            assert will == "it cannot begin offline: there is no warm base"
            await press(pilot, backend, "ctrl+s")
            assert wishes(backend) == []
            bases["codex"] = CODEX
            await press(pilot, backend, "escape", "n")
            assert app.screen.query_one("#network", Select).value == "offline"
            assert "network locked" in stands(app)
            await press(pilot, backend, "ctrl+s")

    [(_, body)] = wishes(backend)
    assert body["offline"] is True
