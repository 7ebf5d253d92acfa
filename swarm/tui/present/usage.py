"""Describes a sandbox's use of its limits; numbers only, no foreign text."""

from textual.content import Content

from swarm.model import disk_use
from swarm.model import usage as use
from swarm.model.disk_use import TaskSize
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.usage import Usage
from swarm.tui.present.formatting import ACCENT, MUTED, WARNING
from swarm.tui.present.task_detail import LABEL


def fact(usage: Usage) -> Content:
    """One line above the rule of the preview; the Info tab has more."""
    tone = WARNING if use.limit_warnings(usage, is_live=True) else ""
    return Content.assemble(
        _label("box"), (use.current_text(usage, with_disk=False), tone)
    )


def facts(task: Task, usage: Usage | None, now: float) -> list[Content]:
    """Lines for the Info tab: use now, in the last minute, at its peak, and limits."""
    if usage is None:
        return []
    limits = _limits(usage, task.state is State.LIVE)
    if task.state is not State.LIVE:
        return [Content.assemble(_label("box"), use.final_text(usage)), *limits]
    bars = (use.spark(usage, now), ACCENT)
    return [
        Content.assemble(_label("box"), use.current_text(usage)),
        Content.assemble(_label("cpu"), bars, (" the last minute", MUTED)),
        Content.assemble(_label("peak"), use.peak_text(usage)),
        *limits,
    ]


def size(measured: TaskSize) -> Content:
    """What the task takes on its disk, part by part."""
    return Content.assemble(_label("disk"), disk_use.details(measured))


def unknown_size(reason: str) -> Content:
    """Why that is not known."""
    return Content.assemble(_label("disk"), f"not known: {safe_line(reason, 120)}")


def _limits(usage: Usage, is_live: bool) -> list[Content]:
    out = []
    for words, hint in use.limit_warnings(usage, is_live):
        out.append(Content.assemble(_label("limit"), (words, WARNING)))
        out.append(Content.assemble(_label("hint"), f"{hint}, for the next task"))
    return out


def _label(word: str) -> tuple[str, str]:
    return f"{word:<{LABEL}}", MUTED
