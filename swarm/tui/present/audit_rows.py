"""Lines of the audit, one for each entry; every foreign text is made harmless."""

import dataclasses
from collections.abc import Mapping

from textual.content import Content

from swarm.model import audit_text, format
from swarm.model.audit_query import Entry
from swarm.model.safe_text import plain
from swarm.tui.present import formatting
from swarm.tui.present.formatting import HEADING, MUTED

NAME = 16
HEAD = f" {'TIME':<9}{'TASK':<{NAME + 1}}{'KIND':<8}WHAT"


def head() -> Content:
    """The columns' names."""
    return Content.styled(HEAD, HEADING)


def row(entry: Entry, names: Mapping[int, str], width: int) -> Content:
    """The entry's time, task, kind and sentence in one line of so many cells."""
    task_name = names.get(entry.task, f"#{entry.task}") if entry.task else "swarm"
    line = audit_text.line(entry)
    words, tone = line.words, formatting.style(line.tone)
    room = max(20, width - NAME - 22)
    if line.reason:
        room = max(20, room // 2, room - len(line.reason) - 2)
    return Content.assemble(
        (f" {format.clock(entry.at)} ", MUTED),
        f"{formatting.fit_name(task_name, NAME)} ",
        (f"{line.kind:<7} ", MUTED),
        (f"{line.glyph} ", tone),
        (words if len(words) <= room else f"{words[: room - 1]}…", tone),
        (f"  {line.reason}" if line.reason else "", MUTED),
    )


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
