"""The end of what a service beside a task printed."""

from swarm.model.frozen import frozen
from swarm.model.safe_text import as_last_written, plain

LIMIT = 16 << 20
"""The most characters of one service's output."""


@frozen
class ServiceLog:
    """The last lines of one service; harmless, without colours."""

    name: str
    text: str
    is_past: bool = False
    """Of its last life: its container is gone."""


def last_lines(raw: bytes, lines: int) -> str:
    """The last lines of what was printed, as a terminal would show them in the end."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    shown = plain(as_last_written(text), LIMIT).rstrip("\n")
    return "\n".join(shown.split("\n")[-lines:])
