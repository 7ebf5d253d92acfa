"""The keeper's line to qwen's files, and qwen's questions in a person's words.

How both work together stands in `test_qwen_files.py`.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.box import qwen
from tests.box.programs import running

PATIENCE = 60.0
COLOUR = {"questions": [{"question": "Which?", "options": [{"label": "Red"}]}]}


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    """What stands beside qwen's screen."""
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "q"))
        opened.listen()
        opened.settimeout(PATIENCE)
        yield opened


def test_an_edit_is_shown_as_a_diff_and_takes_yes_or_no() -> None:
    given = {"file_path": "/w/a", "old_string": "one", "new_string": "two"}
    asked = qwen.question_of({"id": "r", "tool_name": "edit", "tool_input": given})

    assert (asked["id"], asked["title"]) == ("r", "change /w/a")
    assert (asked["body"], asked["always"]) == ("-one\n+two", False)


def test_a_choice_is_told_and_answered_on_its_screen() -> None:
    asked = qwen.question_of({"id": "r", "tool_name": qwen.ASKER, "tool_input": COLOUR})

    assert (asked["kind"], asked["title"]) == ("choice", "Which?")
    assert asked["answerable"] is False


def test_it_connects_again_and_says_what_it_cannot_read(
    listener: socket.socket, tmp_path: Path
) -> None:
    with running("qwen", str(tmp_path / "q")) as program:
        program.tell()
        for _ in range(2):
            with listener.accept()[0] as wire:
                wire.sendall(b'{"ask": {"id": 1}}\n\xff\n[]\n{"gone": "r"}\n')
                for _ in range(3):
                    assert program.says() == {"unreadable": "ask"}
                assert program.says() == {"gone": "r"}


def test_what_the_keeper_says_is_handed_on(
    listener: socket.socket, tmp_path: Path
) -> None:
    with running("qwen", str(tmp_path / "q")) as program:
        program.tell()
        with listener.accept()[0] as wire, wire.makefile("rb") as lines:
            wire.sendall(b'{"ready": true}\n')
            program.until("ready")
            program.tell(answer="r", **{"with": "once", "text": ""})

            assert json.loads(lines.readline())["answer"] == "r"
