"""A task's glyph, word and colour, its section in the list, and its allowed actions."""

from collections.abc import Iterable

from swarm.model import needs
from swarm.model.ended_by_you import is_by_you
from swarm.model.needs import since as since
from swarm.model.safe_text import safe_line
from swarm.model.task import (
    CONTINUABLE,
    DISCARDABLE,
    MERGEABLE,
    REVIEWABLE,
    SETTLED,
    State,
    Task,
)
from swarm.tui.present import agent_appearance, reply_destination
from swarm.tui.present.appearance import TITLES as TITLES
from swarm.tui.present.appearance import Appearance as Appearance
from swarm.tui.present.appearance import Need
from swarm.tui.present.appearance import Section as Section
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD, MUTED, WARNING

ATTACHABLE = frozenset({State.LIVE, State.STOPPED})
"""States in which a task may have a pane."""


STOPPABLE = frozenset({State.QUEUED, State.PROVISIONING, State.LIVE})


READY = Appearance("●", "ready", GOOD, Section.REVIEW, "review")
CUT_SHORT = Appearance(
    "◇", needs.CUT_SHORT, WARNING, Section.NEEDS_YOU, "lost", Need.FAILURE
)
"""Neither the agent nor its human ended it."""


SETTING_UP = Appearance("◌", "set-up", ACCENT, Section.QUEUED, "queued")
SETUP_FAILED = Appearance(
    "✕",
    needs.NO_SETUP[0],
    ERROR,
    Section.NEEDS_YOU,
    "error",
    Need.FAILURE,
    needs.NO_SETUP[1],
    "f runs it again",
)


APPEARANCES = {
    State.QUEUED: Appearance("◌", "queued", MUTED, Section.QUEUED),
    State.PROVISIONING: Appearance("◌", "starting", ACCENT, Section.QUEUED, "queued"),
    State.LIVE: Appearance("◐", "working", ACCENT, Section.WORKING),
    State.MERGING: Appearance("◐", "merging", ACCENT, Section.WORKING, "working"),
    State.MERGED: Appearance("✓", "merged", MUTED, Section.MERGED),
    State.REJECTED: Appearance("–", "discarded", MUTED, Section.DISCARDED),
    State.FAILED: Appearance(
        "✕", "failed", ERROR, Section.NEEDS_YOU, "error", Need.FAILURE
    ),
    State.LOST: Appearance("◇", "lost", WARNING, Section.NEEDS_YOU, need=Need.FAILURE),
}


COUNTED = (
    ("✕", "GATE OPEN", ERROR),
    ("◆", "asks", WARNING),
    ("?", "set up", WARNING),
    ("✕", "error", ERROR),
    ("◇", "lost", WARNING),
    ("⊘", "stalled", ERROR),
    ("$", "budget", WARNING),
    ("◔", "limited", WARNING),
    ("●", "review", GOOD),
    ("◐", "working", ACCENT),
    ("‖", "paused", WARNING),
    ("◌", "queued", MUTED),
)
"""Glyph, word and tone of all that the header counts, in its order."""


def appearance(task: Task) -> Appearance:
    """The task's appearance now."""
    if task.awaits_setup_decision:
        return SETUP_FAILED
    if task.is_setting_up:
        return SETTING_UP
    if task.state is State.LIVE and task.budget.exceeded:
        return Appearance("$", "budget", WARNING, Section.NEEDS_YOU, need=Need.BUDGET)
    if task.state is State.LIVE and task.paused:
        return Appearance("‖", "paused", WARNING, Section.PAUSED)
    if task.state is State.LIVE and task.agent_status:
        return agent_appearance.of_agent(task, task.agent_status)
    if task.state is State.STOPPED:
        return _stopped(task)
    if task.state is State.LOST and task.interrupted:
        return CUT_SHORT
    return APPEARANCES[task.state]


def _stopped(task: Task) -> Appearance:
    if task.interrupted:
        return CUT_SHORT
    if task.agent_status and needs.has_failed(task):
        return agent_appearance.of_agent(task, task.agent_status)
    word = needs.ended_badly(task)
    if not word:
        return READY
    if is_by_you(task.reason):
        return Appearance("○", task.reason.split()[0], MUTED, Section.REVIEW, "review")
    return Appearance("✕", word, ERROR, Section.NEEDS_YOU, "error", Need.FAILURE)


def by_section(tasks: Iterable[Task]) -> list[tuple[Section, list[Task]]]:
    """The non-empty sections in order; merged and discarded tasks newest first.

    What needs a human is ordered by the need; else the tasks' own order stays.
    """
    parts: dict[Section, list[Task]] = {}
    for task in tasks:
        parts.setdefault(appearance(task).section, []).append(task)
    parts.get(Section.NEEDS_YOU, []).sort(key=lambda task: appearance(task).need)
    for section in (Section.MERGED, Section.DISCARDED):
        parts.get(section, []).sort(key=lambda task: -task.changed)
    return sorted(parts.items())


def counts(tasks: Iterable[Task]) -> list[tuple[str, int, str, str]]:
    """The header's numbers: glyph, number, word, tone; no zeros."""
    numbers: dict[str, int] = {}
    for task in tasks:
        look = appearance(task)
        word = look.counted or look.word
        numbers[word] = numbers.get(word, 0) + 1
        if task.net.is_open and task.state is State.LIVE:
            numbers["GATE OPEN"] = numbers.get("GATE OPEN", 0) + 1
    return [
        (glyph, numbers[word], word, tone)
        for glyph, word, tone in COUNTED
        if word in numbers
    ]


def display_name(task: Task, limit: int = 60) -> str:
    """The task's name, harmless and on one line."""
    return safe_line(task.name, limit)


def numbered_name(task: Task, limit: int = 60) -> str:
    """The name, and the number that the command line takes."""
    return f"{display_name(task, limit)} (#{task.id})"


def name_of(task_id: int, tasks: Iterable[Task]) -> str:
    """The name of the task with that number; the number if it is not among these."""
    names = (display_name(task, 40) for task in tasks if task.id == task_id)
    return next(names, f"#{task_id}")


def disabled_reason(action: str, task: Task | None) -> str:
    """The reason why the action cannot be done to the task now; empty if it can.

    The keeper decides in the end; this only spares the human a refusal.
    """
    if action not in _NEEDS:
        return ""
    if task is None:
        return "no task is selected"
    allowed, need = _NEEDS[action]
    if action == "shell" and task.awaits_setup_decision:
        return ""
    if task.state not in allowed:
        return f"{need}; {display_name(task, 30)} is {appearance(task).word}"
    if action == "reply" and (reason := reply_destination.refusal(task)):
        return reason
    if action == "restart" and not any(known.ended for known in task.services):
        return "no service beside it has ended"
    if action in ("reply", "restart", "shell") and task.paused:
        return f"p resumes it first; {display_name(task, 30)} is paused"
    return ""


_ANY = frozenset(State)


_NEEDS: dict[str, tuple[frozenset[State], str]] = {
    "attach": (ATTACHABLE, "needs a running task"),
    "shell": (frozenset({State.LIVE}), "needs a running task"),
    "ports": (frozenset({State.LIVE}), "needs a running task"),
    "restart": (frozenset({State.LIVE}), "needs a running task"),
    "reply": (frozenset({State.LIVE}), "needs a running task"),
    "review": (REVIEWABLE, "needs a task that has begun"),
    "merge": (MERGEABLE, "needs a stopped task (s stops it)"),
    "stop": (STOPPABLE, "needs a running task"),
    "pause": (frozenset({State.LIVE}), "needs a running task"),
    "kill": (STOPPABLE, "needs a running task"),
    "rewind": (REVIEWABLE, "needs a task that has begun"),
    "policy": (_ANY, ""),
    "story": (_ANY, ""),
    "evidence": (_ANY, ""),
    "after_limit": (
        frozenset(State) - SETTLED,
        "needs a task that may still ask a model",
    ),
    "cut": (frozenset({State.LIVE}), "needs a running task"),
    "discard": (DISCARDABLE, "needs a task that has ended"),
    "remove": (SETTLED, "merge or discard it first"),
    "retry": (_ANY, ""),
    "continue": (CONTINUABLE, "needs a task that has ended"),
    "mark": (_ANY, ""),
    "mark_all": (_ANY, ""),
    "copy": (_ANY, ""),
}
"""The states that each action needs, and the reason to give in the others."""
