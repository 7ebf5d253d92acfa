"""Describes the files of a task's newest snapshot, as the Diff tab shows them."""

from collections.abc import Sequence

from textual.content import Content

from swarm.model import format
from swarm.model.review import Change, Hidden
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ERROR, GOOD, MUTED, WARNING


def diff_tab(changes: Sequence[Change], hidden: Sequence[Hidden]) -> list[Content]:
    """The files of the newest snapshot, flagged ones first."""
    ordered = sorted(changes, key=lambda change: (not change.gating, change.path))
    out = [change_line(change) for change in ordered]
    for title, optional in (("LEFT OUT", True), ("NOT SHOWN BY git status", False)):
        entries = [entry for entry in hidden if entry.optional is optional]
        if entries:
            out += [Content(""), Content.styled(title, "bold")]
            out += [hidden_line(entry) for entry in entries]
    return out or [Content.styled(" nothing differs from the base", MUTED)]


def change_line(change: Change) -> Content:
    """One changed file, with its flags in words."""
    flags = "  ".join(f"{f.level} {safe_line(f.reason, 80)}" for f in change.flags)
    numbers = (
        [(f"{'binary':>11}", MUTED)]
        if change.binary
        else [
            (f"{'+' + format.count(change.added):>6}", GOOD),
            (f"{'−' + format.count(change.deleted):>6}", ERROR),
        ]
    )
    return Content.assemble(
        ("⚑" if change.flags else " ", WARNING if change.gating else MUTED),
        *numbers,
        f"  {path_of(change)}",
        (f"  {flags}" if flags else "", WARNING),
    )


def hidden_line(entry: Hidden) -> Content:
    """One entry that the tree does not hold."""
    many = f" ({entry.count} entries)" if entry.count > 1 else ""
    return Content.assemble(
        ("✕ " if entry.blocks else "◇ ", ERROR if entry.blocks else WARNING),
        f"{safe_line(entry.path, 200)}{many}",
        (f"  {safe_line(entry.reason, 120)}, {format.size(entry.size)}", MUTED),
    )


def path_of(change: Change, limit: int = 200) -> str:
    """The path, harmless, and before it the old path of a renamed file."""
    before = f"{safe_line(change.old_path, limit)} → " if change.old_path else ""
    return f"{before}{safe_line(change.path, limit)}"
