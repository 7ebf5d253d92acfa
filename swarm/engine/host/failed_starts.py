"""Starts a container once more if the failure is nobody's fault, and no other time."""

from collections.abc import Callable
from typing import TypeVar

from swarm.errors import ToolError

Done = TypeVar("Done")

_WORDS = (
    "already running container",
    "cannot start a stopped process",
    "container process is already dead",
    "cannot join network of a non running container",
    "pthread_create failed",
    "procReady not received",
    "getting the final child's pid from pipe caused",
    "can't get final child's PID from pipe",
    "read init-p: connection reset by peer",
    "error joining network namespace",
    "cannot join network namespace",
    "cannot get namespace path unless container",
    "ttrpc: closed",
    "conmon exited prematurely",
    "resource temporarily unavailable",
)
"""Parts of the engine's and its helpers' messages, seen on Docker 20.10 under load or
written in their sources: the first process died before the program began, or the net
did while it was joined. Another try works."""


def is_engines_fault(error: ToolError) -> bool:
    """True if the same start may well work at once, with another net.

    A pane breaks the message anywhere, so blanks do not count.
    """
    message = "".join(error.message.split())
    return any("".join(words.split()) in message for words in _WORDS)


def once_more(
    attempt: Callable[[], Done], between: Callable[[ToolError], None] | None = None
) -> Done:
    """What `attempt` returns; a second time if the engine stumbled in the first.

    `between` puts right what the first attempt leaves in the second one's way.
    """
    try:
        return attempt()
    except ToolError as error:
        if not is_engines_fault(error):
            raise
        if between:
            between(error)
    return attempt()
