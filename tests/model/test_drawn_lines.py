"""What rich draws around a program's words is taken off, and nothing of the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.drawn_lines import undrawn

LOG = """\
[12:00:01] INFO     Starting the chat                              cli.py:120
           ERROR    Failed to reach the model at                errors.py:82
                    http://x: connection refused by
                    the other side
bye
"""
TRACE = """\
╭───────────── Traceback (most recent call last) ──────────────╮
│ /opt/lib/site-packages/tool/error_cli.py:33 in main          │
│                                                              │
│ ❱  33 │   │   raise ValueError("no error here")              │
╰──────────────────────────────────────────────────────────────╯
ValueError: the thing was wrong
"""
PANEL = """\
Usage: tool [OPTIONS]
╭─ Error ──────────────────────────────╮
│ Missing argument 'PROMPT', which is  │
│ what to do.                          │
╰──────────────────────────────────────╯
"""


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ("", []),
        ("a\n  b\n", ["a", "  b"]),
        (
            LOG,
            [
                "Starting the chat",
                "Failed to reach the model at http://x: connection refused by the "
                "other side",
                "bye",
            ],
        ),
        (TRACE, ["ValueError: the thing was wrong"]),
        (
            PANEL,
            [
                "Usage: tool [OPTIONS]",
                "Missing argument 'PROMPT', which is what to do.",
            ],
        ),
        ("│ no panel │", ["│ no panel │"]),
        ("╭─ Error ─╮\n│ cut", ["cut"]),
    ],
)
def test_the_words_alone(drawn: str, words: list[str]) -> None:
    assert list(undrawn(drawn.splitlines())) == words


@given(st.lists(st.text(alphabet="╭╮│╰ ERO:.py12[]abc")))
def test_it_makes_no_words(lines: list[str]) -> None:
    found = "".join("".join(undrawn(lines)).split())
    assert len(found) <= len("".join(lines))
