"""Recognises what an agent's screen shows, by the cues of its data.

What is on the screen is the agent's: it may hold the prompt, old answers and lies. So a
cue counts in its place alone (`screen_lines`), and a dialog's only together with its
footer. The answer is a claim, to raise attention with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from swarm.agents import reset_time, screen_lines
from swarm.agents.description import Agent, Cue, Input
from swarm.agents.patterns import compiled
from swarm.agents.screen_lines import WIDTH, Line, Parts
from swarm.model.agent_state import ASKING, AgentState, Source

FIRST_PAGE = "nothing is drawn yet"
_EXIT = re.compile(r"^(?:\[exit (\d+)\]$|Pane is dead \((?:status|signal) (\d+))")
_DIALOGS = ASKING | {AgentState.FIRST_RUN, AgentState.NEEDS_LOGIN}
_GOES_ON = re.compile(r"^[a-z·,/&↑↓)]")
"""How a line begins that is the rest of a wrapped one."""
_STATES = {state.value: state for state in AgentState}
_TIMED = frozenset({AgentState.LIMITED, AgentState.OVERLOADED})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a screen or a stream says of its agent, and which rule decided."""

    state: AgentState | None
    """None if no rule fits."""
    rule: str = ""
    line: str = ""
    """The line that showed it: the agent's bytes."""
    until: float | None = None
    """The time that the line names, seconds since the epoch; for limits and retries."""
    source: Source = Source.SCREEN


def read_screen(agent: Agent, text: str, title: str = "", now: float = 0) -> Reading:
    """What the screen shows; `now` is when it did, in seconds since the epoch.

    Without `now`, a time of day is read, but not turned into an `until`. No screen is
    refused.
    """
    return recognise(agent.cues, text, title, field=agent.input, now=now)


def recognise(
    cues: Mapping[str, Sequence[Cue]],
    screen: str,
    title: str = "",
    *,
    field: Input | None = None,
    now: float = 0,
) -> Reading:
    """The first cue that the screen fits, in the table's order; titles count last."""
    lines = screen_lines.shown_lines(screen)
    if not lines:
        return Reading(AgentState.STARTING, FIRST_PAGE)
    if ended := _EXIT.match(lines[-1].text):
        code = ended[1] or ended[2]
        state = AgentState.FAILED if int(code[:9]) else AgentState.ENDED
        return Reading(state, "the pane's program ended", lines[-1].text)
    parts = screen_lines.parts(lines, field or Input())
    if parts.has_field and _is_dialog(cues, lines, field or Input(), parts):
        parts = screen_lines.without_field(lines, field or Input())
    for state, rule, cue in _rules(cues):
        line = _fits(cue, parts)
        if line is not None and _has_title(cue, title):
            until = _until(line, parts, now) if state in _TIMED else None
            return Reading(state, rule, line, until)
    for state, rule, cue in _rules(cues):
        if cue.title and not (cue.text or cue.footer) and _has_title(cue, title):
            return Reading(state, rule, title.strip()[:WIDTH], source=Source.TITLE)
    return Reading(None)


def _is_dialog(
    cues: Mapping[str, Sequence[Cue]], lines: list[Line], field: Input, parts: Parts
) -> bool:
    """True if a dialog ends below what looks like the field: that is quoted in it.

    Its footer stands there, and its text, too; that of a permission may be above.
    """
    whole = screen_lines.without_field(lines, field).dialog
    for state, _, cue in _rules(cues):
        if state not in _DIALOGS or not (cue.text and cue.footer):
            continue
        if cue.place != "dialog" or _foot(cue, parts.below) is None:
            continue
        is_permission = state is AgentState.ASKS_PERMISSION
        if _fits_dialog(cue, whole if is_permission else parts.below) is not None:
            return True
    return False


def state_of(name: str) -> AgentState | None:
    """The state that a table `[cues.NAME]` is about, such as `first_run`."""
    return _STATES.get(name.replace("_", "-"))


def _rules(
    cues: Mapping[str, Sequence[Cue]],
) -> Iterator[tuple[AgentState, str, Cue]]:
    for name, several in cues.items():
        state = state_of(name)
        for number, cue in enumerate(several):
            if state is not None:
                place = f"cues.{name}" + (f"[{number}]" if len(several) > 1 else "")
                yield state, f"{place}: {cue.rule}" if cue.rule else place, cue


def _until(line: str, parts: Parts, now: float) -> float | None:
    """The time that the line names, or the two that go on with it."""
    everything = (*parts.above, *parts.below, *parts.dialog)
    at = everything.index(line) if line in everything else len(everything)
    return reset_time.read(" ".join((line, *everything[at + 1 : at + 3])), now)


def _has_title(cue: Cue, title: str) -> bool:
    return not cue.title or bool(compiled(cue.title).search(title[:WIDTH]))


def _fits(cue: Cue, parts: Parts) -> str | None:
    """The line that shows it, or None; a cue of a title alone fits no screen."""
    if cue.place == "dialog":
        return _fits_dialog(cue, parts.dialog) if cue.text or cue.footer else None
    if not parts.has_field:
        return None
    regions = {"above": parts.above, "field": parts.field, "below": parts.below}
    region = regions[cue.place]
    region = region[-cue.near :] if cue.place == "above" else region[: cue.near]
    if not cue.text:
        return (region or ("",))[-1] if not cue.title else None
    line = _last(cue.text, region)
    return None if line is None or _is_over(cue, region, line) else line


def _is_over(cue: Cue, region: Sequence[str], line: str) -> bool:
    """True if what stands after the line says that it counts no more."""
    after = region[region.index(line) + 1 :]
    return bool(cue.unless) and any(compiled(cue.unless).search(each) for each in after)


def _fits_dialog(cue: Cue, region: tuple[str, ...]) -> str | None:
    """The line with the text, if the footer stands below it at the dialog's end."""
    last = len(region) - 1
    if cue.footer:
        found = _foot(cue, region)
        if found is None:
            return None
        last = found
    if not cue.text:
        return region[last]
    return _last(cue.text, region[max(0, last - cue.near) : last + 1])


def _foot(cue: Cue, region: tuple[str, ...]) -> int | None:
    """The line of the footer, which a narrow screen draws as two or three."""
    footer = compiled(cue.footer)
    last = len(region) - 1
    for index in range(last, max(-1, last - cue.foot), -1):
        if footer.search(region[index]):
            return index
    for index in range(last - 1, max(-1, last - 3), -1):
        rest = region[index + 1 :]
        if not all(_GOES_ON.match(line) for line in rest):
            return None
        if footer.search(" ".join(region[index:])):
            return index
    return None


def _last(texts: Sequence[str], region: Sequence[str]) -> str | None:
    """The last line that the first fitting expression fits."""
    for text in texts:
        expression = compiled(text)
        for line in reversed(region):
            if expression.search(line):
                return line
    return None
