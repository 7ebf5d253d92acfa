"""Entries of the audit in words, for dashboard and command line alike."""

from swarm.model import activity_text, event_text, events, format
from swarm.model.activity import DESTRUCTIVE
from swarm.model.audit_query import Entry, group_of
from swarm.model.event_text import ERROR, GOOD, MUTED, WARNING, Tone
from swarm.model.frozen import frozen
from swarm.model.safe_text import safe_line

_BROKEN_PIPE = 128 + 13
"""The status of a command whose reader had enough, as `head` has."""


@frozen
class Line:
    """One entry; every foreign text in it is harmless."""

    kind: str
    glyph: str
    words: str
    reason: str = ""
    """The flag, the refusal, the rule, or what was counted only."""
    tone: Tone = ""


def line(entry: Entry, limit: int = 300) -> Line:
    """The entry in words; a path or a command is cut after `limit` characters."""
    if entry.event:
        return _event(entry.event.event)
    if entry.action:
        glyph, tone = _glyph_and_tone(entry)
        kind = "exec" if entry.action.kind == "call" else entry.action.kind
        words = activity_text.action_text(entry.action, limit)
        reason = activity_text.reason_text(entry.action)
        return Line(kind, glyph, words, reason, tone)
    assert entry.activity is not None
    size = format.size(entry.activity.size) if entry.activity.size else ""
    reason = safe_line(entry.activity.note, 80) or size
    return Line("file", "·", activity_text.path_text(entry.activity, limit), reason)


def _glyph_and_tone(entry: Entry) -> tuple[str, Tone]:
    assert entry.action is not None
    if entry.action.result < 0:
        return "⊘", MUTED if entry.action.quiet else WARNING
    if entry.action.level == DESTRUCTIVE:
        return "⚑", ERROR
    if entry.action.level:
        return "⚑", WARNING
    return "·", ERROR if entry.action.code not in (None, 0, _BROKEN_PIPE) else ""


def _event(event: events.Event) -> Line:
    kind, text = group_of(event), event_text.describe(event)
    if text:
        glyph, words, tone = text
        return Line(
            kind, glyph, words, "", tone if tone in (ERROR, WARNING, GOOD) else ""
        )
    match event:
        case events.NetAllowed() | events.NetClosed():
            destination = f"{safe_line(event.host, 80)}:{event.port}"
            return Line(kind, "✓", destination, safe_line(event.rule, 60))
        case events.NetDenied():
            destination = f"{safe_line(event.host, 80)}:{event.port}"
            return Line(kind, "⊘", destination, "quiet", MUTED)
        case _:
            return Line(kind, "·", _name_and_fields(event), "", MUTED)


def _name_and_fields(event: events.Event) -> str:
    """The name and fields of an event that has no sentence of its own."""
    name = type(event).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    fields = [
        f"{key}={safe_line(str(value), 60)}"
        for key, value in event.to_json().items()
        if value not in ("", None, (), 0) and key not in ("plan", "prompt", "net")
    ]
    return f"{words}  {' '.join(fields)}".strip()
