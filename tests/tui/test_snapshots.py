"""What the scenes look like, at two sizes and in every kind of terminal."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.scenes import (
    AGENT_STATES,
    ALL_STATES,
    BUDGET,
    CHECKPOINTS,
    DENIALS,
    EMPTY,
    FAILED_LAUNCH,
    HOSTILE,
    IMAGE_BUILDING,
    IMAGE_FAILED,
    LANDING_SCENE,
    MANY_DENIALS,
    MEASURED,
    NIGHT,
    NO_ENGINE,
    OBSERVED,
    OPTIONS,
    PORTS,
    QUESTIONS,
    REFUSED_LANDING,
    REVIEW_COVERED,
    REVIEW_WITH_FLAGS,
    SECRETS,
    SETUP_FAILED,
    SEVERAL_QUESTIONS,
    THREE_RUNNING,
    TOOLS_MISSING,
    TWENTY,
    WANTED,
    WITH_SERVICES,
    Scene,
    press,
    shown,
)
from tests.tui import screen_snapshots
from tests.tui.fakes import FakeBackend
from tests.tui.screen_snapshots import FOLDER, check, screenshot

Recorded = Callable[[Scene], FakeBackend]
CheckScreen = Callable[[str], None]

SHOTS: dict[str, tuple[Scene, tuple[str, ...]]] = {
    "dashboard": (ALL_STATES, ()),
    "twenty": (TWENTY, ()),
    "marked": (ALL_STATES, ("j", "x", "j", "x", "x")),
    "marked-question": (ALL_STATES, ("X", "D")),
    "services": (WITH_SERVICES, ("left_square_bracket",)),
    "image-building": (IMAGE_BUILDING, ("B",)),
    "image-failed": (IMAGE_FAILED, ("B",)),
    "services-tab": (WITH_SERVICES, ("left_square_bracket",) * 2),
    "services-tab-starting": (WITH_SERVICES, ("j", "j", *("left_square_bracket",) * 2)),
    "empty": (EMPTY, ()),
    "no-engine": (NO_ENGINE, ()),
    "new-task": (THREE_RUNNING, ("n",)),
    "new-task-missing": (
        THREE_RUNNING,
        ("n", "tab", "tab", "down", "down", "down", "enter"),
    ),
    "new-task-several": (THREE_RUNNING, ("n", "tab", "tab", "down", "space", "tab")),
    "failed-launch": (FAILED_LAUNCH, ()),
    "setup-failed": (SETUP_FAILED, ()),
    "setup-at-work": (SETUP_FAILED, ("j",)),
    "review": (REVIEW_WITH_FLAGS, ("r", "keeper")),
    "review-covered": (REVIEW_COVERED, ("r", "keeper")),
    "merge": (REVIEW_WITH_FLAGS, ("r", "keeper", "M")),
    "landing": (LANDING_SCENE, ("r", "keeper", "L")),
    "landing-bytes": (LANDING_SCENE, ("r", "keeper", "J", "J", "J", "b")),
    "merge-landing": (LANDING_SCENE, ("r", "keeper", "M")),
    "merge-refused": (REFUSED_LANDING, ("r", "keeper", "M", "pagedown")),
    "merge-asking": (LANDING_SCENE, ("r", "keeper", "late", "M")),
    "denied": (DENIALS, ("w",)),
    "denied-card": (DENIALS, ("exclamation_mark",)),
    "denied-card-wanted": (WANTED, ("exclamation_mark",)),
    "denied-card-service": (WANTED, ("exclamation_mark", "right_square_bracket")),
    "denied-list": (MANY_DENIALS, ("exclamation_mark", "x", "j", *"njtkkk")),
    "policy": (DENIALS, ("j", "P")),
    "policy-secrets": (SECRETS, ("j", "P")),
    "agent-states": (AGENT_STATES, ("plus",)),
    "agent-states-first": (AGENT_STATES, ()),
    "night": (NIGHT, ()),
    "evidence": (AGENT_STATES, ("slash", "type:i18n", "enter", "i")),
    "evidence-limit": (NIGHT, (*"jjj", "i")),
    "reply": (NIGHT, ("slash", "type:i18n", "enter", "space")),
    "question-command": (QUESTIONS, ("exclamation_mark",)),
    "question-edit": (QUESTIONS, ("exclamation_mark", "right_square_bracket")),
    "question-reason": (QUESTIONS, ("exclamation_mark", "x", "type:use pnpm")),
    "question-choice": (QUESTIONS, ("j", "exclamation_mark", "down")),
    "question-text": (QUESTIONS, ("j", "j", "exclamation_mark")),
    "question-in-its-terminal": (QUESTIONS, (*"jjj", "exclamation_mark")),
    "question-several": (SEVERAL_QUESTIONS, ("exclamation_mark", "2", "1")),
    "secret-card": (DENIALS, ("exclamation_mark", "right_square_bracket")),
    "budget": (BUDGET, ()),
    "net-tab": (DENIALS, ("j", "right_square_bracket", "right_square_bracket")),
    "files-tab": (OBSERVED, ("right_square_bracket",) * 3),
    "audit": (OBSERVED, ("A",)),
    "measured": (MEASURED, ("j",)),
    "info-tab": (MEASURED, ("j", "left_square_bracket")),
    "info-tab-ended": (MEASURED, ("left_square_bracket",)),
    "tools-missing": (TOOLS_MISSING, ("left_square_bracket",)),
    "add-tools": (TOOLS_MISSING, ("T",)),
    "go-back": (CHECKPOINTS, ("z",)),
    "ports": (PORTS, ("o",)),
    "ports-none": (PORTS, ("j", "o")),
    "info-tab-ports": (PORTS, ("left_square_bracket",)),
    "help": (ALL_STATES, ("question_mark",)),
    "hostile": (HOSTILE, ()),
}


async def still(pilot: Pilot[None]) -> None:
    """Let the last look be drawn, and no cursor blink."""
    await pilot.pause(0.3)
    areas = pilot.app.screen.query(TextArea)
    fields = [field for field in pilot.app.screen.query(Input) if field.display]
    # On a busy machine the focus comes some time after the dialog.
    async with asyncio.timeout(60):
        while (areas or fields) and pilot.app.screen.focused is None:
            await pilot.pause(0.02)
    for field in fields:
        field.cursor_blink = False
    for area in areas:
        # Without `cursor_blink` an area would draw a line from its cache, with the
        # cursor as it was: it goes on, but its timer does not.
        area._pause_blink(visible=area.has_focus)
        area.refresh()
    await pilot.pause(0.3)


@pytest.fixture
def check_screen(request: pytest.FixtureRequest, tmp_path: Path) -> CheckScreen:
    """Compares a screen with the file that is named as the test."""
    update = bool(request.config.getoption("--update-snapshots"))
    return lambda svg: check(request.node.name, svg, update, tmp_path)


SIZES = {"120x36": (120, 36), "80x24": (80, 24)}
TERMINALS = ("ascii", "light", "ansi", "no-color")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("shot", SHOTS)
async def test_a_scene(
    recorded: Recorded, check_screen: CheckScreen, shot: str, size: tuple[int, int]
) -> None:
    """As it was last looked at and found good."""
    scene, keys = SHOTS[shot]
    backend = recorded(scene)

    async def lead(pilot: Pilot[None]) -> None:
        await press(pilot, backend, *keys)
        await still(pilot)

    with shown(backend) as app:
        check_screen(await screenshot(app, size, lead))


@pytest.mark.parametrize("kind", TERMINALS)
async def test_another_terminal(
    recorded: Recorded,
    check_screen: CheckScreen,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """The same fleet where glyphs, colours or darkness are missing."""
    if kind == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    options = {
        "ascii": replace(OPTIONS, ascii=True),
        "light": replace(OPTIONS, theme="swarm-light"),
        "ansi": replace(OPTIONS, theme="ansi-dark"),
    }.get(kind, OPTIONS)
    backend = recorded(ALL_STATES)

    async def lead(pilot: Pilot[None]) -> None:
        await press(pilot, backend)
        await still(pilot)

    with shown(backend, options) as app:
        check_screen(await screenshot(app, (120, 36), lead))


def test_every_snapshot_belongs_to_a_test() -> None:
    """A scene that is renamed leaves no file behind."""
    names = {f"test_a_scene[{shot}-{size}]" for shot in SHOTS for size in SIZES}
    names |= {f"test_another_terminal[{kind}]" for kind in TERMINALS}

    assert {file.stem for file in FOLDER.iterdir()} == names


def test_a_screen_that_changed_is_shown_by_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And by its file, for what words cannot show."""
    monkeypatch.setattr(screen_snapshots, "FOLDER", tmp_path)
    screen = '<text class="a" x="0" y="20" textLength="9">%s&#160;ls</text>'
    check("a", screen % "swarm", True, tmp_path)
    check("a", screen % "swarm", False, tmp_path)

    with pytest.raises(AssertionError, match=r"-swarm ls\n\+hornet ls\n"):
        check("a", screen % "hornet", False, tmp_path)
    with pytest.raises(AssertionError, match="colours or styles differ"):
        check("a", screen % "hornet" + "<rect/>", False, tmp_path)
    with pytest.raises(AssertionError, match=r"\+swarm ls\n"):
        check("new", screen % "swarm", False, tmp_path)
