"""Describes a task's paths as they are written, newest first: the Files tab."""

from collections.abc import Sequence

from textual.content import Content

from swarm.model import format
from swarm.model.activity import DESTRUCTIVE, GROUP, OUTSIDE, PathActivity, relative
from swarm.model.audit_query import Counts, PathRow
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ACCENT, ERROR, HEADING, MUTED, WARNING

GRAVE = frozenset({"X0", "X1", "X2", OUTSIDE, DESTRUCTIVE})
"""Levels that are shown as a warning; the others are only named."""
_WORDS = {GROUP: "many", "symlink": "symlink", "unlink": "delete", "rmdir": "delete"}


def files_tab(
    rows: Sequence[PathRow], counts: Counts, width: int, shows_generated: bool
) -> tuple[list[Content], list[Content]]:
    """The summary and column names; then a row for each path or generated folder."""
    if not counts.paths and not counts.commands and not counts.quiet:
        words = " nothing was written yet; each write is here a moment after it happens"
        return [Content.styled(words, MUTED)], []
    head = f" {'TIME':<9}{'OP':<8}{'SIZE':>7}  {'PATH':<30}"
    heading = Content.styled(head.rstrip(), HEADING)
    lines = [_row(row, width) for row in rows]
    return [*_summary(counts, shows_generated, width), heading], lines


def path_of(row: PathRow) -> str:
    """The file of the worktree that a row stands for; empty if it stands for none."""
    path = relative(row.activity.path)
    is_one = row.files == 1 and row.activity.op != GROUP
    return path if is_one and not path.startswith("/") else ""


def _summary(counts: Counts, shows_generated: bool, width: int) -> list[Content]:
    """One line, or two if the number of what is quiet would be cut off."""
    parts: list[str | tuple[str, str]] = [
        f" {format.plural(counts.paths, 'path')} touched"
    ]
    if counts.flagged:
        parts.append((f" · ⚑{counts.flagged} flagged", WARNING))
    if counts.denied:
        parts.append((f" · ⊘{format.count(counts.denied)} refused", WARNING))
    parts.append((f" · {format.plural(counts.commands, 'command')}", MUTED))
    hidden = ("" if shows_generated else " · generated folders hidden", MUTED)
    if not counts.quiet:
        return [Content.assemble(*parts, hidden)]
    rules = sorted(counts.quiet, key=lambda rule: -rule[1])
    words = ", ".join(f"{format.count(number)} {name}" for name, number in rules)
    brief = f"{format.count(counts.quiet_total)} quiet"
    full = f"{brief}: {safe_line(words, 120)}"
    for quiet in (full, brief):
        line = Content.assemble(*parts, (f" · {quiet}", MUTED), hidden)
        if line.cell_length <= width:
            return [line]
    return [Content.assemble(*parts, hidden), Content.styled(f" {full}", MUTED)]


def _row(row: PathRow, width: int) -> Content:
    activity = row.activity
    verb, tone = _verb(activity)
    size = format.size(activity.size) if activity.size else "–"
    note, note_tone = _note(activity)
    times = f" ×{format.count(activity.count)}" if activity.count > 1 else ""
    if row.files > 1 or activity.op == GROUP:
        name = f"{safe_line(relative(activity.path), 200)}/… {row.files:,} files"
        size, times = format.size(activity.bytes) if activity.bytes else "–", ""
    else:
        name = safe_line(relative(activity.path), 200)
    room = max(16, width - 28 - len(note))
    return Content.assemble(
        (f" {format.clock(activity.last)} ", MUTED),
        (f"{verb:<8}", tone),
        (f"{size:>7}  ", MUTED),
        _shortened(name, room),
        (times, MUTED),
        (f"  {note}" if note else "", note_tone),
    )


def _verb(activity: PathActivity) -> tuple[str, str]:
    if activity.denied and activity.denied >= activity.count:
        return "refused", WARNING
    word = _WORDS.get(activity.op, activity.op)
    tone = {"create": ACCENT, "mkdir": ACCENT, "delete": ERROR}.get(word, "")
    return safe_line(word, 8), tone


def _note(activity: PathActivity) -> tuple[str, str]:
    if activity.level:
        tone = WARNING if activity.level in GRAVE else MUTED
        level = f"{activity.level} " if activity.level[:1] == "X" else ""
        return f"⚑ {level}{safe_line(activity.note, 80)}", tone
    if activity.denied:
        return f"⊘ refused ×{format.count(activity.denied)}", WARNING
    return safe_line(activity.note, 80), MUTED


def _shortened(name: str, room: int) -> str:
    """The end of a long path, which says more than its beginning."""
    return name if len(name) <= room else f"…{name[-(room - 1) :]}"
