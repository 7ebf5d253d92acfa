"""The answers that the card of a question offers, each with its key."""

from collections.abc import Collection

from textual.content import Content

from swarm.model.question import Question
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import ACCENT, KEY, MUTED

OPTIONS_SHOWN = 9
"""Options that are drawn at once; each of the first nine has its digit."""
LABEL = 300
MANY = "     a digit or Space marks · Enter sends all that are marked"
NO_ALWAYS = "its agent takes no lasting answer"


def permission(question: Question) -> list[Content]:
    """What a permission takes beside its options."""
    reason = "with a reason" if question.allows_text else "the agent is told"
    always = question.allows_always
    note = "what the agent counts as the same"
    return [
        _answer("a", "allow once", "this call alone"),
        _answer("A", "always for this task", note if always else NO_ALWAYS, always),
        _answer("x", "reject", reason),
    ]


def options(question: Question, row: int, marked: Collection[int]) -> list[Content]:
    """The options around the one under the cursor; `marked` are places, from 0."""
    offered, is_choice = question.options, question.kind == "choice"
    top = max(0, min(row - OPTIONS_SHOWN // 2, len(offered) - OPTIONS_SHOWN))
    out = []
    for number, option in enumerate(offered[top : top + OPTIONS_SHOWN], top):
        key = str(number + 1) if number < OPTIONS_SHOWN else " "
        is_chosen = is_choice and number == row
        mark = ("▌ " if is_chosen else "  ", ACCENT)
        label = safe_line(option.label or option.id, LABEL)
        style = "bold" if is_chosen else ""
        box = f"{'[x]' if number in marked else '[ ]'} "
        ticked = (box if question.allows_many else "", ACCENT)
        out.append(Content.assemble(mark, (f"{key}  ", KEY), ticked, (label, style)))
    if len(offered) > OPTIONS_SHOWN:
        words = f"     {row + 1} of {len(offered)} · ↑ ↓ Enter"
        out.append(Content.styled(words, MUTED))
    if question.allows_many:
        out.append(Content.styled(MANY, MUTED))
    return out


def others(question: Question) -> list[Content]:
    """What a choice or a question for words takes beside its options."""
    if question.kind == "text":
        return [Content("Your answer, as the agent reads it:")]
    write = _answer("w", "in your own words", "")
    reject = _answer("x", "answer nothing", "the agent is told")
    return [write, reject] if question.allows_text else [reject]


def _answer(key: str, label: str, note: str, can_be: bool = True) -> Content:
    style = KEY if can_be else MUTED
    return Content.assemble((f"  {key}  ", style), f"{label:<22}", (note, MUTED))
