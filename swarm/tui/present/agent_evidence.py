"""The evidence for what an agent does, for the Info tab: facts, and its claims."""

from collections.abc import Sequence

from textual.content import Content

from swarm.model import agent_state_text, format, limits
from swarm.model.agent_state import AgentStatus
from swarm.model.limits import ModelLimit
from swarm.model.question import Question
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.tui.present import agent_appearance, question_text
from swarm.tui.present.formatting import GOOD, MUTED, WARNING

LABEL = 7
CLAIM = "a claim of the agent's"
FACT = "a fact"


def evidence(task: Task, now: float, seen: Sequence[str] = ()) -> list[Content]:
    """State, since when, by what, and what will happen; empty if nothing is known.

    `seen` holds the versions of its agent whose screens were read.
    """
    status = task.agent_status
    lines = _status(status, now) if status else []
    if lines and seen and task.agent_version and task.agent_version not in seen:
        lines.append(_unseen(task.agent_version, seen))
    if task.state is State.LIVE:
        lines += [_fact("asks", _question(each, now)) for each in task.questions]
    if task.limit:
        lines += _limit(task, task.limit, now)
    if task.refusal:
        words = limits.REFUSED_WORDS.get(task.refusal.why, "its model's host refuses")
        host = safe_line(task.refusal.host, 80)
        lines.append(_fact("refused", f"{words} ({host}: {task.refusal.status})"))
        lines += _quoted(task.refusal.text)
    for text in task.follow_ups:
        waits = "no sign of it yet" if text.way else "until it is ready"
        lines.append(_fact("waits", f"{waits}: {safe_line(text.text, 120)}"))
    return [Content.styled("AGENT", "bold"), *lines, Content("")] if lines else []


def _status(status: AgentStatus, now: float) -> list[Content]:
    look = agent_appearance.LOOKS[status.state]
    star = "*" if status.contradiction else ""
    detail = f" ({safe_line(status.detail, 160)})" if status.detail else ""
    since = (
        f"  for {format.age(now - status.since)}, since {format.clock(status.since)}"
    )
    seen = status.evidence
    is_fact = seen.is_fact
    lines = [
        Content.assemble(
            (f" {'state':<{LABEL}}", MUTED),
            (f"{look.glyph} {agent_state_text.word(status.state)}{star}", look.tone),
            detail,
            (since, MUTED),
        ),
        Content.assemble(
            (f" {'by':<{LABEL}}", MUTED),
            f"{seen.source}: ",
            (FACT if is_fact else CLAIM, GOOD if is_fact else WARNING),
            (f"  rule {safe_line(seen.rule, 60)}", MUTED),
        ),
    ]
    if seen.text:
        lines.append(_fact("seen", f"{format.clock(seen.at)}  {_line(seen.text)}"))
    if status.contradiction:
        words = _line(status.contradiction)
        lines.append(Content.assemble((f" {'but':<{LABEL}}", MUTED), (words, WARNING)))
    return lines


def _unseen(version: str, seen: Sequence[str]) -> Content:
    others = ", ".join(seen[-3:])
    words = f"not read in {safe_line(version, 40)} yet, only in {others}"
    return Content.assemble(
        (f" {'screen':<{LABEL}}", MUTED), (words, WARNING), "; facts hold all the same"
    )


def _limit(task: Task, limit: ModelLimit, now: float) -> list[Content]:
    until = ""
    if limit.until is not None:
        ahead = limit.until - now
        left = f"in {format.age(ahead)}" if ahead > 0 else "that is over"
        until = f" until {agent_appearance.until(limit.until, now)} ({left})"
    kind = "overloaded" if limit.kind == "overload" else f"limited{until}"
    tries = f", met again {format.plural(limit.tries, 'time')}" if limit.tries else ""
    lines = [_fact("limit", f"{safe_line(limit.host, 80)}: {kind}{tries}")]
    lines += _quoted(limit.text)
    if limit.kind != "overload":
        words = limits.CHOICE_WORDS.get(task.resume_after_limit, "")
        lines.append(_fact("then", words))
    return lines


def _question(question: Question, now: float) -> str:
    waits = format.age(now - question.asked_at)
    way = "! answers" if question.is_answerable else "Enter attaches"
    return f"{question_text.summary(question)}  (waits {waits}; {way})"


def _quoted(text: str) -> list[Content]:
    return [_fact("", f"“{_line(text)}”")] if text else []


def _line(text: str) -> str:
    return safe_line(text, 200)


def _fact(label: str, words: str) -> Content:
    return Content.assemble((f" {label:<{LABEL}}", MUTED), words)
