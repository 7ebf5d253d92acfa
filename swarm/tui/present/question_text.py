"""A question's own words for a screen: all of them are the agent's, none is markup."""

from textual.content import Content

from swarm.model import format
from swarm.model.question import Answer, Question
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import Task
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD

MOST_LINES = 400
"""Lines of a body that a card shows."""
LINE = 1000
"""Characters of each."""
_DIFF = ("--- ", "+++ ", "@@ ")
"""The beginnings of lines of which a diff has one."""


def kind_words(question: Question) -> str:
    """What the agent wants, as the end of a sentence about it."""
    return "asks permission" if question.kind == "permission" else "has a question"


def summary(question: Question, limit: int = 120) -> str:
    """The question on one line: its tool, and what for."""
    first = next((line for line in question.body.splitlines() if line.strip()), "")
    is_named = question.title and question.title != question.tool
    words = question.title if is_named else first or question.title
    parts = (safe_line(part.strip(), limit) for part in (question.tool, words) if part)
    return safe_line(": ".join(dict.fromkeys(parts)), limit)


def body(question: Question) -> list[Content]:
    """Title and body, line by line; the lines of a diff in its colours."""
    lines = [Content.styled(plain(question.title, LINE).expandtabs(4), "bold")]
    raw = _body_lines(question)
    if raw:
        lines.append(Content(""))
    is_diff = any(line.startswith(_DIFF) for line in raw)
    lines += [_line(line, is_diff) for line in raw[:MOST_LINES]]
    return lines


def cut(question: Question) -> str:
    """A sentence on what `body` leaves out; empty if that is nothing."""
    raw = _body_lines(question)
    more = len(raw) - MOST_LINES
    if more > 0:
        return f"{format.plural(more, 'line')} more than is shown here"
    longest = max(map(len, raw), default=0)
    if longest > LINE:
        return f"a line of {longest:,} characters is cut here"
    return ""


def settled(task: Task, question_id: str) -> str:
    """What became of the question; empty while it is open."""
    if any(each.id == question_id for each in task.questions):
        return ""
    answers = (each for each in task.answers if each.question == question_id)
    answer = next(answers, None)
    if answer is None:
        return "it is gone: its agent has ended"
    if answer.by == "gone":
        return "it is gone: its agent does not wait for an answer any more"
    where = "in its terminal" if answer.by == "pane" else "elsewhere"
    return f"it was answered {where}{_answer_words(answer)}"


def _body_lines(question: Question) -> list[str]:
    raw = question.body.replace("\r\n", "\n").split("\n")
    while raw and not raw[-1].strip():
        raw.pop()
    return raw


def _answer_words(answer: Answer) -> str:
    word = safe_line(answer.answer, 40)
    return f": {word}" if word else ""


def _line(raw: str, is_diff: bool) -> Content:
    text = plain(raw, LINE).expandtabs(4)
    if not is_diff:
        return Content(text)
    if raw.startswith("@@"):
        return Content.styled(text, ACCENT)
    tone = {"+": GOOD, "-": ERROR}.get(raw[:1], "")
    return Content.styled(text, tone) if tone else Content(text)
