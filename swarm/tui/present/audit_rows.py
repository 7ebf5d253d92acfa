"""One line of the audit for each entry; every foreign text made harmless here."""

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
    """The entry's time, task, kind, and what it says."""
    whose = names.get(entry.task, f"#{entry.task}") if entry.task else "swarm"
    kind, glyph, words, why, tone = _said(entry)
    room = max(20, width - NAME - 22)
    if why:
        room = max(20, room - len(why) - 2)
    return Content.assemble(
        (f" {format.clock(entry.at)} ", MUTED),
        f"{formatting.fit(whose, NAME)} ",
        (f"{kind:<7} ", MUTED),
        (f"{glyph} ", tone),
        (words if len(words) <= room else f"{words[: room - 1]}…", tone),
        (f"  {why}" if why else "", MUTED),
    )


def _said(entry: Entry) -> tuple[str, str, str, str, str]:
    """Kind, glyph, words, reason, tone."""
    if entry.event:
        kind = group_of(entry.event.event)
        return (kind, *_of_event(entry.event.event))
    if entry.action:
        glyph, tone = _mark(entry)
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


def _mark(entry: Entry) -> tuple[str, str]:
    assert entry.action is not None
    if entry.action.result < 0:
        return "⊘", WARNING
    if entry.action.level == DESTRUCTIVE:
        return "⚑", ERROR
    if entry.action.level:
        return "⚑", WARNING
    return "·", ERROR if entry.action.code else ""


def _of_event(event: events.Event) -> tuple[str, str, str, str]:
    text = event_text.describe(event)
    if text:
        glyph, words, tone = text
        return glyph, words, "", tone if tone in (ERROR, WARNING, GOOD) else ""
    match event:
        case events.NetAllowed() | events.NetClosed():
            where = f"{safe_line(event.host, 80)}:{event.port}"
            return "✓", where, safe_line(event.rule, 60), ""
        case events.NetDenied():
            return "⊘", f"{safe_line(event.host, 80)}:{event.port}", "quiet", MUTED
        case _:
            return "·", _plainly(event), "", MUTED


def _plainly(event: events.Event) -> str:
    """Any event's name and fields, for those without words of their own."""
    name = type(event).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    fields = [
        f"{key}={safe_line(str(value), 60)}"
        for key, value in event.to_json().items()
        if value not in ("", None, (), 0) and key not in ("plan", "prompt", "net")
    ]
    return f"{words}  {' '.join(fields)}".strip()


def detail(entry: Entry) -> Content:
    """Everything that is known of one entry."""
    if entry.event:
        known = entry.event.event.to_json()
    else:
        found = entry.action or entry.activity
        known = dataclasses.asdict(found) if found else {}
    at = format.date_time(entry.at)
    head = f"{at}.{int(entry.at * 1000) % 1000:03}"
    parts: list[str | tuple[str, str]] = [(f" {head}", HEADING)]
    for key, value in known.items():
        if key != "plan" and value not in ("", None, (), 0):
            parts += [(f"  {key} ", MUTED), plain(str(value), 600).replace("\n", "⏎")]
    return Content.assemble(*parts)
