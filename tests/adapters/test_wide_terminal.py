"""Tests of a terminal that breaks no line."""

import os
import sys

from swarm.adapters import wide_terminal

PROGRAM = """
import os, sys
print("x" * 1500, os.get_terminal_size().columns, sys.stdin.isatty(), flush=True)
print("answer:", input("? "))
sys.exit(7)
"""


def test_a_program_is_shown_whole_and_answered() -> None:
    """What it writes comes as text; what is typed goes to it; its status is told."""
    source, typed = os.pipe()
    heard: list[str] = []

    def on_text(text: str) -> None:
        if "? " in text and not any("answer" in each for each in heard):
            os.write(typed, b"hello\n")
        heard.append(text)

    argv = [sys.executable, "-c", PROGRAM]
    status = wide_terminal.converse(argv, on_text, lambda line: f"{line}!\r", source)
    text = "".join(heard)

    assert status == 7
    assert f"{'x' * 1500} {wide_terminal.COLUMNS} True\r\n" in text
    assert "answer: hello!" in text
