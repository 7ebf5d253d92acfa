"""Describes a landing list: as one line, in groups, and for one file."""

from textual.content import Content

from swarm.model.format import plural
from swarm.model.landing import (
    Conversion,
    LandingItem,
    LandingList,
    Verdict,
    named,
)
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ERROR, HEADING, KEY, MUTED, WARNING

SHOWN_PATHS = 8
"""Paths of an item, or converted files, that a screen names; others are counted."""

_MARKS = {
    Verdict.REFUSED: ("✕", ERROR),
    Verdict.NAMED: ("⚑", WARNING),
    Verdict.DONE: ("✓", MUTED),
}


def summary(listed: LandingList) -> Content:
    """The list as one line of numbers, for the head of a review."""
    parts: list[str | tuple[str, str]] = [(" landing ", MUTED)]
    if listed.refused:
        parts.append((f"✕ refused: {listed.refused[0].line(1)}  ", ERROR))
    missing = listed.unacknowledged()
    if missing:
        keys = ", ".join(safe_line(item.key, 40) for item in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        parts.append((f"⚑ to acknowledge: {keys}{more}  ", WARNING))
    if listed.conversions:
        files = plural(len(listed.conversions), "file")
        parts.append((f"≠ other bytes of {files}  ", WARNING))
    if listed.done and not listed.refused:
        subjects = dict.fromkeys(item.subject.value for item in listed.done)
        parts.append((f"✓ {', '.join(subjects)}", MUTED))
    if len(parts) == 1:
        parts.append(("the reviewed bytes land as they are", MUTED))
    return Content.assemble(*parts)


def groups(listed: LandingList) -> list[Content]:
    """The whole list: what is refused, what is to be known, what is done."""
    lines: list[Content] = []
    for title, items in (
        ("Refused: nothing can be merged while this is so", listed.refused),
        ("To acknowledge: this is not as in a merge of your own", listed.named),
        ("Done: your own git does this, or nothing lands", listed.done),
    ):
        if items:
            lines += [Content.styled(title, HEADING)]
            lines += [item_text(item, listed) for item in items]
            lines += [Content("")]
        if title.startswith("To ") and listed.conversions:
            lines += [*conversions(listed), Content("")]
    if not lines:
        return [Content("The reviewed bytes land as they are.")]
    return lines[:-1]


def item_text(item: LandingItem, listed: LandingList) -> Content:
    """One item: its mark, its sentence and paths, and the way out."""
    mark, tone = _MARKS[item.verdict]
    words = Content.assemble((f"{mark} ", tone), sentence(item, listed))
    if item.hint and item.verdict is not Verdict.DONE:
        return Content.assemble(words, (f"\n  {safe_line(item.hint, 400)}", MUTED))
    return words


def explanation(item: LandingItem, listed: LandingList) -> Content:
    """The words under the box of a named item."""
    hint = f"\n{safe_line(item.hint, 400)}" if item.hint else ""
    return Content.assemble(sentence(item, listed), (hint, MUTED))


def sentence(item: LandingItem, listed: LandingList) -> Content:
    """The sentence with its paths, in the tone of its verdict."""
    tone = _MARKS[item.verdict][1]
    known = "  (acknowledged)" if item.key in listed.acknowledged else ""
    return Content.assemble((item.line(SHOWN_PATHS), tone), (known, MUTED))


def conversions(listed: LandingList) -> list[Content]:
    """The files whose bytes land otherwise than they were reviewed."""
    if not listed.conversions:
        return []
    files = plural(len(listed.conversions), "file")
    trees = f"tree {listed.tree[:9]} → {listed.landing_tree[:9]}"
    shown = listed.conversions[:SHOWN_PATHS]
    rest = len(listed.conversions) - len(shown)
    title = f"Your git stores other bytes of {files} than those reviewed"
    lines = [Content.styled(title, HEADING)]
    lines += [
        Content.assemble(("≠ ", WARNING), f"{named([each.path])}  ", _blobs(each))
        for each in shown
    ]
    if rest:
        lines.append(Content.styled(f"  and {plural(rest, 'more file')}", MUTED))
    lines.append(Content.styled(f"  {trees}", MUTED))
    return lines


def of_file(conversion: Conversion, key: str, *, is_shown: bool = False) -> Content:
    """The line before a file's diff, with the key that shows what changes, or back."""
    return Content.assemble(
        (" ≠ other bytes land: ", WARNING),
        (f"{conversion.reviewed[:9]} → {conversion.landing[:9]}  ", MUTED),
        (key, KEY),
        (" goes back" if is_shown else " shows what your git changes", MUTED),
    )


def _blobs(conversion: Conversion) -> tuple[str, str]:
    words = f"reviewed {conversion.reviewed[:9]} → lands {conversion.landing[:9]}"
    return words, MUTED
