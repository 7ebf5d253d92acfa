"""Tells failed starts that are nobody's fault from those that a human must mend."""

from swarm.errors import ToolError

_WORDS = (
    "already running container",
    "cannot start a stopped process",
    "container process is already dead",
    "cannot join network of a non running container",
    "pthread_create failed",
    "procReady not received",
)
"""Parts of the engine's and its helper's messages, seen on 20.10 under load: the first
process died before the program began. Another try works."""


def is_engines_fault(error: ToolError) -> bool:
    """True if the same start may well work at once, with another net.

    A pane breaks the message anywhere, so blanks do not count.
    """
    message = "".join(error.message.split())
    return any("".join(words.split()) in message for words in _WORDS)
