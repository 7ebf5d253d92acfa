"""The appearance of a live task by what its agent does, and the way on."""

from collections.abc import Callable
from dataclasses import replace

from swarm.model import needs
from swarm.model.agent_state import AgentState, AgentStatus
from swarm.model.format import until as until
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.tui.present import question_text
from swarm.tui.present.appearance import Appearance, Need, Section
from swarm.tui.present.formatting import ACCENT, ERROR, GOOD, MUTED, WARNING

NOTE = 120
"""Characters of a note that an agent chose."""

_NEEDS, _WORKS = Section.NEEDS_YOU, Section.WORKING
AFTER_LIMIT = {
    "yes": "goes on by itself",
    "ask": "asks you",
    "no": "waits for you",
}
"""What a task does after a limit, by its choice; the key `L` changes it."""


def _look(
    state: AgentState,
    glyph: str,
    tone: str,
    section: Section,
    counted: str = "",
    need: Need = Need.NONE,
) -> tuple[AgentState, Appearance]:
    """In the words that a notice of it has, too."""
    word, phrase = needs.WORDS[state]
    look = Appearance(glyph, word, tone, section, counted, need)
    return state, look if phrase == word else replace(look, phrase=phrase)


LOOKS = dict(
    (
        _look(AgentState.STARTING, "◌", ACCENT, _WORKS, "working"),
        _look(AgentState.FIRST_RUN, "?", WARNING, _NEEDS, "set up", Need.ANSWER),
        _look(AgentState.WORKING, "◐", ACCENT, _WORKS),
        _look(AgentState.ASKS_PERMISSION, "◆", WARNING, _NEEDS, "asks", Need.ANSWER),
        _look(AgentState.ASKS_QUESTION, "◆", WARNING, _NEEDS, "asks", Need.ANSWER),
        _look(AgentState.READY, "●", GOOD, Section.REVIEW, "review"),
        _look(AgentState.LIMITED, "◔", WARNING, _NEEDS, need=Need.LIMIT),
        _look(AgentState.OVERLOADED, "↻", WARNING, _WORKS, "working"),
        _look(AgentState.STALLED, "⊘", ERROR, _NEEDS, "stalled", Need.STALLED),
        _look(AgentState.NEEDS_LOGIN, "?", WARNING, _NEEDS, "set up", Need.ANSWER),
        _look(AgentState.DONE_RUNNING, "○", GOOD, Section.REVIEW, "review"),
        _look(AgentState.FAILED, "✕", ERROR, _NEEDS, "error", Need.FAILURE),
        _look(AgentState.ENDED, "○", MUTED, Section.REVIEW, "review"),
    )
)
"""Per state; `of_agent` adds times, notes and contradictions."""


def of_agent(task: Task, status: AgentStatus) -> Appearance:
    """The appearance of a live task whose agent has that status."""
    look = LOOKS[status.state]
    if add := _MORE.get(status.state):
        look = add(task, status, look)
    if status.contradiction:
        phrase = f"{look.phrase}*" if look.phrase else ""
        look = replace(look, word=f"{look.word}*", phrase=phrase, sentence="")
    return look


def _asks(task: Task, _status: AgentStatus, look: Appearance) -> Appearance:
    """By its first question; without one, it can only be answered in its pane."""
    answerable = next((each for each in task.questions if each.is_answerable), None)
    if answerable is None:
        sentence = f"{look.phrase or look.word} in its pane: Enter attaches"
        return replace(
            look, note="Enter attaches: it asks in its pane", sentence=sentence
        )
    others = len(task.questions) - 1
    more = f" (+{others})" if others else ""
    asked = question_text.summary(answerable, NOTE)
    sentence = f"{look.word}{more}: {asked}"
    return replace(look, note=f"{asked}{more}", sentence=sentence)


def _first_run(_task: Task, _status: AgentStatus, look: Appearance) -> Appearance:
    sentence = "first-run dialog: Enter attaches"
    return replace(look, note="Enter attaches: answer its dialog", sentence=sentence)


def _login(task: Task, _status: AgentStatus, look: Appearance) -> Appearance:
    command = f"swarm login {safe_line(task.agent, 30)}"
    sentence = f"needs login: {command}"
    return replace(look, note=f"{command}, or Enter attaches", sentence=sentence)


def _stalled(_task: Task, _status: AgentStatus, look: Appearance) -> Appearance:
    return replace(look, note="! decides what was denied")


def _limited(task: Task, status: AgentStatus, look: Appearance) -> Appearance:
    """With what happens after it; it needs nobody if it goes on by itself then."""
    then = AFTER_LIMIT.get(task.resume_after_limit, AFTER_LIMIT["ask"])
    if task.resume_after_limit == "yes":
        look = replace(look, section=_WORKS, need=Need.NONE)
    when = needs.limited_until(status)
    if when:
        look = replace(look, phrase=f"{look.word} {when}")
    words = f"{when or 'no time known'}, then {then}"
    return replace(look, note=words, sentence=f"limited {words}")


def _done(_task: Task, _status: AgentStatus, look: Appearance) -> Appearance:
    return replace(look, note="s ends it")


def _why(_task: Task, status: AgentStatus, look: Appearance) -> Appearance:
    return replace(look, note=_reason(status))


def _reason(status: AgentStatus) -> str:
    return safe_line(status.detail, NOTE)


_MORE: dict[AgentState, Callable[[Task, AgentStatus, Appearance], Appearance]] = {
    AgentState.ASKS_PERMISSION: _asks,
    AgentState.ASKS_QUESTION: _asks,
    AgentState.FIRST_RUN: _first_run,
    AgentState.NEEDS_LOGIN: _login,
    AgentState.STALLED: _stalled,
    AgentState.LIMITED: _limited,
    AgentState.DONE_RUNNING: _done,
    AgentState.FAILED: _why,
}
