"""The app: failures of workers, wherever they were started."""

import logging
from collections.abc import Callable
from typing import NoReturn

import pytest
from textual.widgets import Static, TextArea

from swarm.engine.readers.audit import AuditReader
from swarm.tui.widgets.message_line import MessageLine
from swarm.tui.widgets.preview import Preview
from tests.scenes import THREE_RUNNING, Scene, press, shown
from tests.tui.fakes import FakeBackend, FakePanes

Recorded = Callable[[Scene], FakeBackend]
HOSTILE = "no \x1b[31mluck‮ \n[bold]here"


def _fail(*_arguments: object) -> NoReturn:
    raise RuntimeError(HOSTILE)


@pytest.mark.parametrize(
    ("owner", "method", "keys", "group"),
    [
        (FakePanes, "capture", (), "pane"),
        (AuditReader, "places", ("right_square_bracket",) * 3, "files"),
        (FakeBackend, "keeper_pid", (), "keeper"),
        (FakeBackend, "project", (), "project"),
        (FakeBackend, "submit", ("p",), "wishes"),
        (FakeBackend, "resolve_policy", ("P",), "policy"),
        (AuditReader, "entries", ("A",), "audit"),
    ],
)
async def test_a_worker_that_fails_says_so_and_logs_its_traceback_once(
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: type[object],
    method: str,
    keys: tuple[str, ...],
    group: str,
) -> None:
    monkeypatch.setattr(owner, method, _fail)
    monkeypatch.setattr("swarm.tui.failures._logged", set())
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app, caplog.at_level(logging.ERROR):
        async with app.run_test(size=(160, 40)) as pilot:
            await press(pilot, backend, *keys)
            line = app.screen.query_one(MessageLine)
            assert isinstance(line, Static)
            text = str(line.content)

    assert f"{group} failed: RuntimeError: no \\x1b[31mluck<U+202E> ⏎[bold]here" in text
    logged = [r for r in caplog.records if r.name == "swarm.tui.failures"]
    assert len(logged) == 1
    assert "in _fail" in logged[0].getMessage()
    assert "\x1b" not in logged[0].getMessage()


@pytest.mark.parametrize("letter", ["т", "ν", "מ"])
async def test_a_key_of_another_layout_acts(recorded: Recorded, letter: str) -> None:
    """As the Latin letter of that key; a text field takes it as it is."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, letter)
            dialog = app.screen
            await press(pilot, backend, letter)
            texts = [area.text for area in dialog.query(TextArea)]

    assert type(dialog).__name__ == "NewTaskDialog"
    assert letter in texts


async def test_a_sign_of_another_layout_acts(recorded: Recorded) -> None:
    """Signs are keys by name: the Russian letter of `]` shows the next tab."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            before = app.screen.query_one(Preview).tab
            await press(pilot, backend, "ъ")
            assert app.screen.query_one(Preview).tab != before


async def test_a_letter_that_is_no_key_is_explained_once(recorded: Recorded) -> None:
    """In a script that no layout of ours has."""
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "ก")
            line = app.screen.query_one(MessageLine)
            assert "switch the keyboard's layout" in str(line.content)
            line.say("other", "")
            await press(pilot, backend, "ก")
            assert "other" in str(line.content)
