"""What an agent's screen can be recognised as, in one word for the row.

The values are the names of the tables `[cues.NAME]` of the agents' descriptions. More
of them need no more code: one without a word here is shown by its own name.
"""

from swarm.model.safe_text import safe_line

FIRST_RUN = "first_run"
"""A dialog of the agent's own, before it takes a prompt."""
READY = "ready"
"""It takes a prompt."""

_WORDS = {FIRST_RUN: "first-run dialog", READY: "ready for you"}
BLOCKING = frozenset({FIRST_RUN})
"""Screens that would swallow a prompt, and need a human."""


def word(screen: str) -> str:
    """The screen in words; empty for none."""
    return _WORDS.get(screen, safe_line(screen.replace("_", " "), 30))
