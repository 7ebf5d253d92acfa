"""Describes one task for the preview: facts, steps of a launch, plan, timeline."""

from collections.abc import Iterable
from typing import Any

from textual.content import Content

from swarm.model import (
    agent_state_text,
    cover_text,
    event_text,
    events,
    format,
    refusal_text,
    service_text,
    task_port,
    wanted_tools,
)
from swarm.model.agent_state import AgentState, AgentStatus
from swarm.model.agent_words import agent_words
from swarm.model.safe_text import as_last_written, plain, safe_line
from swarm.model.task import SETUP_STEP, State, Task
from swarm.tui.present import formatting, task_appearance
from swarm.tui.present.formatting import ERROR, GOOD, KEY, MUTED, WARNING

LABEL = 8

_SPOKEN = (event_text.ERROR, event_text.WARNING, event_text.GOOD)
"""Tones in which a whole sentence is shown."""


def facts(task: Task, now: float) -> list[Content]:
    """The task's facts, drawn above the rule of the preview."""
    into = f" → {safe_line(task.target, 40)}" if task.target else ""
    out = [
        _fact("branch", f"{safe_line(task.branch, 80)}{into}"),
        _state_fact(task, now),
    ]
    if task.budget.exceeded:
        out.append(_fact("hint", "p lets it run on, with as much again"))
    if refused := refusal_text.of_live(task):
        out.append(_fact("refused", refused))
    if hint := task.hint or refusal_text.hint_of_live(task):
        out.append(_fact("hint", safe_line(hint, 200)))
    if task.state is State.LIVE and task.agent_status:
        out += _evidence(task.agent_status)
    if task.state is State.LIVE and task.awaits_prompt == "ready":
        out.append(_fact("prompt", "is typed once the agent's screen says it is ready"))
    if task.review.is_counted:
        out.append(_changes_fact(task))
    if _used_network(task):
        out.append(_network_fact(task))
    if task.model.tokens_in or task.model.tokens_out:
        out.append(_model_fact(task))
    if task.ports and task.state is State.LIVE:
        out.append(_ports_fact(task))
    if task.wants:
        names = wanted_tools.summary(task.wants).removeprefix("wants: ")
        way_out = f"`swarm show {task.id}` says what brings them"
        if wanted_tools.can_be_had(task.wants):
            way_out = f"T adds what can be had; {way_out}"
        out.append(_fact("wants", f"{names} — {way_out}"))
    return out


def _state_fact(task: Task, now: float) -> Content:
    look = task_appearance.appearance(task)
    state: list[str | tuple[str, str]] = [
        (f"{'state':<{LABEL}}", MUTED),
        (f"{look.glyph} {look.word} ", look.tone),
        (format.age(now - task_appearance.since(task)), ""),
    ]
    if task.reason or task.budget.exceeded:
        state.append((f" — {safe_line(task.reason or task.budget.exceeded, 200)}", ""))
    elif look.note:
        state.append((f" — {look.note}", ""))
    elif task.state is State.LIVE:
        state.append((_with_model(task, now), MUTED))
    return Content.assemble(*state)


def _evidence(status: AgentStatus) -> list[Content]:
    """One line on the evidence; the Info tab has all of it."""
    if status.contradiction:
        words = (safe_line(status.contradiction, 200), WARNING)
        return [Content.assemble((f"{'but':<{LABEL}}", MUTED), words)]
    if status.state is AgentState.WORKING and status.evidence.is_fact:
        return []
    return [_fact("by", agent_state_text.evidence_words(status))]


def idle(since: float, runs: str, now: float) -> Content:
    """The line about a live task that uses nothing; `runs` is harmless by now."""
    words = f"for {format.age(now - since)}: no processor time, no model"
    return _fact("idle", f"{words}; runs: {runs}" if runs else words)


def _used_network(task: Task) -> bool:
    carried = task.net.denied or task.net.sent or task.net.received
    return bool(carried or task.net.is_cut or task.net.is_open)


def _with_model(task: Task, now: float) -> str:
    """The state of the model as the gate sees it, not as the agent claims it."""
    if task.model.open_requests:
        return " — waits for its model"
    if task.model.answered is None:
        return ""
    return f" — its model answered {format.age(now - task.model.answered)} ago"


def _network_fact(task: Task) -> Content:
    up, down = format.size(task.net.sent), format.size(task.net.received)
    parts: list[str | tuple[str, str]] = [
        (f"{'network':<{LABEL}}", MUTED),
        f"↑{up} ↓{down}",
    ]
    if task.net.denied:
        parts.append((f"  ⊘{task.net.denied} denied", WARNING))
    if task.net.is_open:
        parts.append(("  GATE OPEN: unknown hosts pass", ERROR))
    if task.net.is_cut:
        parts.append(("  cut: nothing passes", ERROR))
    return Content.assemble(*parts)


def _ports_fact(task: Task) -> Content:
    first, *others = task.ports
    more = f", and {format.plural(len(others), 'other')} on the Info tab"
    words = task_port.words(task.id, first)
    return _fact("port", f"{words}{more if others else ''} · o opens it")


def _model_fact(task: Task) -> Content:
    tokens_in = format.count(task.model.tokens_in)
    about = "≈" if task.model.estimated_tokens else ""
    used = f"{about}{tokens_in}→{format.count(task.model.tokens_out)} tokens"
    if task.budget.tokens:
        used += f" of {format.count(task.budget.tokens)}"
    most = f" of ${task.budget.dollars:.2f}" if task.budget.dollars else ""
    has_cost = task.model.cost or task.budget.dollars
    cost = f"  about ${task.model.cost:.2f}{most}" if has_cost else ""
    return Content.assemble(
        (f"{'model':<{LABEL}}", MUTED),
        f"{used}{cost}",
        ("  no price" if task.model.unpriced_tokens else "", WARNING),
        (f"  {safe_line(task.model.name, 40)}", MUTED),
    )


def _changes_fact(task: Task) -> Content:
    parts: list[str | tuple[str, str]] = [
        (f"{'changes':<{LABEL}}", MUTED),
        (f"+{task.review.added}", GOOD),
        " ",
        (f"−{task.review.deleted}", ERROR),
        f" in {format.plural(task.review.files, 'file')}",
    ]
    if task.review.commits:
        parts.append(f", {format.plural(task.review.commits, 'commit')}")
    if task.review.flags:
        parts.append((f"  ⚑{task.review.flags} would run on your machine", WARNING))
    if task.review.hidden:
        parts.append((f"  {task.review.hidden} hidden", WARNING))
    return Content.assemble(*parts)


def steps(recorded: Iterable[events.Recorded], task: Task, now: float) -> list[Content]:
    """The steps of the launch so far, each with its time."""
    out: list[Content] = []
    since = task.changed
    for record in recorded:
        if isinstance(record.event, events.TaskProvisioning):
            out, since = [], record.at
        if isinstance(record.event, events.StepDone):
            since = record.at
            time = f"{format.duration(record.event.seconds):>9}"
            out.append(
                Content.assemble(
                    (" ✓ ", GOOD),
                    f"{safe_line(record.event.step, 30):<14}",
                    (time, MUTED),
                )
            )
    if task.state is State.PROVISIONING:
        running = f"{format.age(now - since):>9}"
        has_failed = task.awaits_setup_decision
        glyph = (" ✕ ", ERROR) if has_failed else (" ◌ ", MUTED)
        name = SETUP_STEP if has_failed or task.is_setting_up else "next step"
        out.append(Content.assemble(glyph, f"{name:<14}", (running, MUTED)))
    return out


def setup(task: Task, log: str) -> list[Content]:
    """The end of the set-up's output, and the keys that lead on if it failed."""
    out: list[Content] = []
    if task.awaits_setup_decision:
        out += [Content(""), Content.styled(f" {safe_line(task.reason, 400)}", ERROR)]
        out += [
            Content(""),
            Content.assemble((" f ", KEY), "runs the set-up again"),
            Content.assemble((" S ", KEY), "opens a shell where it failed"),
            Content.assemble((" s ", KEY), "gives the task up"),
            Content(f" `swarm setup {task.id} --skip` starts the agent without it"),
        ]
    if log:
        out += [Content(""), Content.styled(" end of the set-up's output", "bold")]
        lines = as_last_written(log).splitlines()[-40:]
        out += [Content(f" {safe_line(line)}") for line in lines]
    return out


def failure(task: Task, done: list[Content], log: str) -> list[Content]:
    """Step, reason, hint, and the end of the launch log."""
    out = [
        *done,
        Content.assemble(
            (" ✕ ", ERROR), (safe_line(task.step or "launch", 40), "bold")
        ),
        Content(""),
        Content.styled(f" {safe_line(task.reason, 400)}", ERROR),
    ]
    if task.hint:
        out.append(Content.assemble((" way out  ", MUTED), safe_line(task.hint, 400)))
    out += [Content(""), Content.assemble((" f ", KEY), "tries again")]
    if log:
        out += [Content(""), Content.styled(" end of the launch log", "bold")]
        out += [Content(f" {safe_line(line)}") for line in log.splitlines()[-60:]]
    return out


def waiting(task: Task) -> list[Content]:
    """The reason why a queued task does not run yet."""
    if task.after:
        others = ", ".join(f"#{number}" for number in task.after)
        return [Content(f" waits until {others} is merged")]
    return [Content(" waits for a free place; s takes it out of the queue")]


def info(
    task: Task,
    plan: dict[str, Any],
    recorded: Iterable[events.Recorded],
    evidence: list[Content],
) -> list[Content]:
    """The evidence for what its agent does, prompt, sandbox, and the events."""
    out = evidence
    out += [Content.styled("PROMPT", "bold")]
    out += [Content(f" {line}") for line in plain(task.prompt).splitlines()[:40]]
    if task.ports:
        lines = (task_port.words(task.id, port) for port in task.ports)
        out += [Content(""), Content.styled("PORTS", "bold")]
        out += [Content(f" {line}") for line in lines]
    if task.services:
        out += [Content(""), Content.styled("SERVICES", "bold"), *_services(task)]
    out += [Content(""), Content.styled("SANDBOX", "bold"), *_sandbox(task, plan)]
    return [*out, Content(""), Content.styled("TIMELINE", "bold"), *timeline(recorded)]


def timeline(recorded: Iterable[events.Recorded]) -> list[Content]:
    """The events of one task, oldest first."""
    texts = ((record.at, event_text.describe(record.event)) for record in recorded)
    return [event_line(moment, "", text) for moment, text in texts if text]


def event_line(moment: float, name: str, text: event_text.EventText) -> Content:
    """One event with its time and, if several tasks are shown, the name of its task."""
    glyph, words, tone = text
    return Content.assemble(
        (f" {format.clock(moment)} ", MUTED),
        f"{formatting.fit_name(name, 18)} " if name else "",
        (f"{glyph} ", formatting.style(tone)),
        (words, formatting.style(tone) if tone in _SPOKEN else ""),
    )


def _sandbox(task: Task, plan: dict[str, Any]) -> list[Content]:
    sandbox = plan.get("sandbox") or {}
    limits = sandbox.get("limits") or {}
    out = [
        _fact(" agent", safe_line(agent_words(task), 120)),
        *_conversation(task),
        _fact(
            " base", f"{safe_line(task.base_ref, 60)} {safe_line(task.base, 40)[:9]}"
        ),
    ]
    if not sandbox:
        return out
    memory = format.size(int(limits.get("memory", 0)))
    out += [
        _fact(" image", safe_line(str(sandbox.get("image", "")), 120)),
        _fact(" user", safe_line(str(sandbox.get("user", "")), 40)),
        _fact(
            " limits",
            f"{limits.get('cpus')} cpus, {memory}, {limits.get('pids')} processes",
        ),
        _fact(" net", safe_line(str(sandbox.get("network", "")), 80)),
    ]
    for mount in sandbox.get("mounts") or ():
        mode = "read-only" if mount.get("read_only") else "writable"
        target, source = (
            safe_line(str(mount["target"]), 80),
            safe_line(str(mount["source"]), 160),
        )
        out.append(_fact(" mount", f"{target} ({mode}) from {source}"))
    if preset := plan.get("preset"):
        out.append(_fact(" preset", f"{safe_line(str(preset), 40)}: begun offline"))
    covered = cover_text.lines(cover_text.of_plan(plan))
    out += [_fact(" tree", line) for line in covered]
    return out


def _services(task: Task) -> list[Content]:
    """Each service with where it answers; another tab has their output."""
    out = [
        Content.assemble(
            (" ✕ ", ERROR) if service.ended else (" ● ", GOOD),
            f"{formatting.fit_name(safe_line(service.name, 40), 14)} ",
            (service_text.state(service), ERROR if service.ended else ""),
        )
        for service in task.services
    ]
    words = f" the Services tab, or `swarm logs {task.id} NAME`, has their output"
    out.append(Content.styled(words, MUTED))
    return out


def _conversation(task: Task) -> list[Content]:
    known = safe_line(task.conversation, 80)
    return [_fact(" id", f"{known} (its conversation)")] if known else []


def _fact(label: str, words: str) -> Content:
    return Content.assemble((f"{label:<{LABEL}}", MUTED), words)
