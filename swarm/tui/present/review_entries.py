"""Describes a review's files: as a sum, and each one before its lines."""

from collections.abc import Sequence

from textual.content import Content

from swarm.model import format
from swarm.model.review import Change, Hidden
from swarm.model.safe_text import safe_line
from swarm.tui.present.diff_tab import hidden_line
from swarm.tui.present.formatting import ERROR, GOOD, KEY, MUTED, WARNING

Entry = Change | Hidden
"""One line of the file list."""


def summary(
    changes: Sequence[Change], hidden: Sequence[Hidden]
) -> list[str | tuple[str, str]]:
    """The sum of all files, for the title."""
    flagged = sum(change.gating for change in changes)
    files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
    parts: list[str | tuple[str, str]] = [
        (f"+{format.count(sum(change.added for change in changes))}", GOOD),
        " ",
        (f"−{format.count(sum(change.deleted for change in changes))}", ERROR),
        f" {files}  ",
    ]
    if flagged:
        parts.append((f"⚑{flagged} flagged  ", WARNING))
    if hidden:
        parts.append((f"{len(hidden)} hidden  ", WARNING))
    return parts


def title(entry: Entry) -> Content:
    """The frame's title."""
    return Content(f"2 {safe_line(entry.path, 80)}")


def head(change: Change) -> list[Content]:
    """The facts of the file that stand before its lines."""
    out = []
    if change.old_path:
        out.append(Content.styled(f" renamed from {safe_line(change.old_path)}", MUTED))
    if change.old_mode and change.new_mode and change.old_mode != change.new_mode:
        modes = f" mode {change.old_mode:o} → {change.new_mode:o}"
        out.append(Content.styled(modes, WARNING))
    elif change.kind == "added":
        out.append(Content.styled(f" new file, mode {change.new_mode:o}", MUTED))
    for flag in change.flags:
        tone = WARNING if change.gating else MUTED
        out.append(
            Content.styled(f" ⚑{flag.level} {safe_line(flag.reason, 200)}", tone)
        )
    out += _about_checkout(change)
    if change.binary:
        out.append(Content.styled(" binary: there are no lines to show", MUTED))
    return out


def _about_checkout(change: Change) -> list[Content]:
    """What is not worth a flag: a checkout's line ends."""
    if not change.checkout or not change.checkout.plain:
        return []
    causes = ", ".join(change.checkout.conversions)
    words = f" a checkout writes other line ends or $Id$ here: {causes}"
    return [Content.styled(safe_line(words, 200), MUTED)]


def included_by(entry: Entry | None, included: Sequence[str]) -> tuple[str, ...]:
    """The paths among those included by a human that the entry stands or lies at."""
    if not isinstance(entry, Change):
        return ()
    return tuple(
        path
        for path in included
        if entry.path == path or entry.path.startswith(f"{path.rstrip('/')}/")
    )


def about_hidden(entry: Hidden) -> list[Content]:
    """The facts of an entry that no diff can show."""
    lines = [hidden_line(entry), Content("")]
    if entry.optional:
        words = " A tool made this, so it is not part of what would be merged: "
        return [*lines, Content.assemble(words, ("i", KEY), " includes it.")]
    words = (
        "This is part of the work and cannot be merged, so no merge is possible."
        if entry.blocks
        else "This is in the agent's worktree and not part of what would be merged."
    )
    return [*lines, Content(f" {words}")]


def about_large(change: Change) -> list[Content]:
    """The size of a diff too large to be read at once, and the key that reads it."""
    number = change.added + change.deleted
    words = Content.assemble(
        f" {number} changed lines: ", ("Enter", KEY), " shows them"
    )
    return [*head(change), Content(""), words]
