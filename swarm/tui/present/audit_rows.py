"""Lines of the audit, one for each entry; every foreign text is made harmless."""

import dataclasses
from collections.abc import Mapping

from textual.content import Content

from swarm.model import activity_text, events, format
from swarm.model.activity import DESTRUCTIVE
from swarm.model.audit_query import Entry, group_of
from swarm.model.safe_text import plain, safe_line
from swarm.tui.present import event_text, formatting
from swarm.tui.present.formatting import ERROR, GOOD, HEADING, MUTED, WARNING

NAME = 16
HEAD = f" {'TIME':<9}{'TASK':<{NAME + 1}}{'KIND':<8}WHAT"


def head() -> Content:
    """The columns' names."""
    return Content.styled(HEAD, HEADING)


def row(entry: Entry, names: Mapping[int, str], width: int) -> Content:
    """The entry's time, task, kind and sentence in one line of so many cells."""
    task_name = names.get(entry.task, f"#{entry.task}") if entry.task else "swarm"
    kind, glyph, words, reason, tone = _describe(entry)
    room = max(20, width - NAME - 22)
    if reason:
        room = max(20, room - len(reason) - 2)
    return Content.assemble(
        (f" {format.clock(entry.at)} ", MUTED),
        f"{formatting.fit(task_name, NAME)} ",
        (f"{kind:<7} ", MUTED),
        (f"{glyph} ", tone),
        (words if len(words) <= room else f"{words[: room - 1]}…", tone),
        (f"  {reason}" if reason else "", MUTED),
    )


def _describe(entry: Entry) -> tuple[str, str, str, str, str]:
    """Kind, glyph, sentence, reason and tone."""
    if entry.event:
        kind = group_of(entry.event.event)
        return (kind, *_describe_event(entry.event.event))
    if entry.action:
        glyph, tone = _glyph_and_tone(entry)
        kind = "exec" if entry.action.kind == "call" else entry.action.kind
        return (
            kind,
            glyph,
            activity_text.action_text(entry.action),
            activity_text.reason_text(entry.action),
            tone,
        )
    size = (
        format.size(entry.activity.size)
        if entry.activity and entry.activity.size
        else ""
    )
    return "file", "·", activity_text.entry_text(entry), size, ""


def _glyph_and_tone(entry: Entry) -> tuple[str, str]:
    assert entry.action is not None
    if entry.action.result < 0:
        return "⊘", WARNING
    if entry.action.level == DESTRUCTIVE:
        return "⚑", ERROR
    if entry.action.level:
        return "⚑", WARNING
    return "·", ERROR if entry.action.code else ""


def _describe_event(event: events.Event) -> tuple[str, str, str, str]:
    text = event_text.describe(event)
    if text:
        glyph, words, tone = text
        return glyph, words, "", tone if tone in (ERROR, WARNING, GOOD) else ""
    match event:
        case events.NetAllowed() | events.NetClosed():
            destination = f"{safe_line(event.host, 80)}:{event.port}"
            return "✓", destination, safe_line(event.rule, 60), ""
        case events.NetDenied():
            return "⊘", f"{safe_line(event.host, 80)}:{event.port}", "quiet", MUTED
        case _:
            return "·", _name_and_fields(event), "", MUTED


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


def detail(entry: Entry) -> Content:
    """All fields of one entry."""
    if entry.event:
        fields = entry.event.event.to_json()
    else:
        record = entry.action or entry.activity
        fields = dataclasses.asdict(record) if record else {}
    moment = format.date_time(entry.at)
    head = f"{moment}.{int(entry.at * 1000) % 1000:03}"
    parts: list[str | tuple[str, str]] = [(f" {head}", HEADING)]
    for key, value in fields.items():
        if key != "plan" and value not in ("", None, (), 0):
            parts += [(f"  {key} ", MUTED), plain(str(value), 600).replace("\n", "⏎")]
    return Content.assemble(*parts)
