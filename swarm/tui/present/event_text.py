"""What happened, in a human's words; every foreign text is made harmless here."""

import time

from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.tui.present.formatting import (
    ACCENT,
    ERROR,
    GOOD,
    MUTED,
    WARNING,
    count,
    duration,
)

EventText = tuple[str, str, str]
"""Glyph, sentence, tone."""


def clock(at: float, seconds: bool = True) -> str:
    """The local time of day."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))


def describe(event: events.Event) -> EventText | None:
    """The event as one sentence, or None where no human asks for it."""
    for words in (_launch, _end, _work, _kept, _fleet, _seen):
        found = words(event)
        if found:
            return found
    return None


def _launch(event: events.Event) -> EventText | None:
    match event:
        case events.TaskQueued():
            return "◌", f"queued for {safe_line(event.agent, 30)}", MUTED
        case events.StepDone():
            step = safe_line(event.step, 40)
            return "·", f"{step} done in {duration(event.seconds)}", MUTED
        case events.TaskLive():
            return "◐", "the agent is at work", ACCENT
        case events.TaskRequeued():
            return "◌", f"queued again: {safe_line(event.reason, 200)}", WARNING
        case events.TaskPaused():
            return "‖", f"paused by {safe_line(event.by, 40)}", WARNING
        case events.TaskResumed():
            return "◐", "runs again", ACCENT
        case _:
            return None


def _end(event: events.Event) -> EventText | None:
    match event:
        case events.TaskFailed():
            where = safe_line(event.step, 40)
            return "✕", f"failed at {where}: {safe_line(event.reason, 200)}", ERROR
        case events.TaskStopped():
            return _stopped(event)
        case events.TaskLost():
            return "◇", f"lost: {safe_line(event.what, 200)}", WARNING
        case events.TaskRejected():
            reason = safe_line(event.reason, 200) or "discarded"
            return "–", f"{reason}; u takes it back", MUTED
        case events.TaskRestored():
            return "●", "discard taken back", GOOD
        case events.TaskRemoved():
            return "–", "worktree, branch and container removed", MUTED
        case _:
            return None


def _stopped(event: events.TaskStopped) -> EventText:
    if event.exit_code == 0:
        return "●", "the agent ended with 0; ready for review", GOOD
    why = f": {safe_line(event.reason, 200)}" if event.reason else ""
    tone = MUTED if event.reason.endswith("by you") else ERROR
    return "✕", f"ended with {event.exit_code}{why}", tone


def _work(event: events.Event) -> EventText | None:
    match event:
        case events.SnapshotTaken():
            flags = f", {event.flags} flagged" if event.flags else ""
            diff = f"+{count(event.added)} −{count(event.deleted)}"
            text = f"read {_of(event.files, 'changed file')}, {diff}{flags}"
            return "·", text, WARNING if flags else MUTED
        case events.CommitsImported():
            return "·", f"{_of(event.commits, 'commit')} passed the quarantine", MUTED
        case events.ImportRefused():
            reason = safe_line(event.reason, 200)
            return "⚑", f"commits refused by the quarantine: {reason}", WARNING
        case events.MergeRefused():
            return "✕", f"merge refused: {safe_line(event.reason, 200)}", ERROR
        case events.TaskMerged():
            into = safe_line(event.target, 80)
            return "✓", f"merged into {into} as {safe_line(event.commit, 9)[:9]}", GOOD
        case events.PatchWritten():
            return "✓", f"patch written to {safe_line(event.path, 200)}", GOOD
        case events.TextSent():
            return "·", f"you typed {_of(event.length, 'character')}", MUTED
        case _:
            return None


def _kept(event: events.Event) -> EventText | None:
    match event:
        case events.CheckpointTaken():
            why = f" {safe_line(event.why, 60)}" if event.why else ""
            diff = f"+{count(event.added)} −{count(event.deleted)}"
            return "·", f"checkpoint {event.number}{why}: {diff}", MUTED
        case events.CheckpointRestored():
            done = f"{event.wrote} written, {event.removed} removed"
            aside = f", {event.aside} set aside" if event.aside else ""
            back = f"; z {event.before} is what was before"
            return "↶", f"back at checkpoint {event.number}: {done}{aside}{back}", GOOD
        case events.CheckpointsDropped():
            return "·", f"checkpoints up to {event.upto} were given up", MUTED
        case _:
            return None


def _fleet(event: events.Event) -> EventText | None:
    match event:
        case events.ContainerEngineUp():
            return "✓", f"engine {safe_line(event.version, 40)} answers", GOOD
        case events.ContainerEngineDown():
            return "✕", f"engine does not answer: {safe_line(event.reason, 200)}", ERROR
        case events.OrphanFound():
            what = f"{safe_line(event.what, 40)} {safe_line(event.name, 80)}"
            return "◇", f"no task knows {what}; `swarm gc` removes it", WARNING
        case events.Trouble():
            where = safe_line(event.where, 60)
            return "✕", f"{where}: {safe_line(event.reason, 200)}", ERROR
        case events.KeeperStarted():
            return "✓", f"keeper started (pid {event.pid})", MUTED
        case events.QueueLimit():
            return "·", f"at most {_of(event.max_running, 'task')} at work", MUTED
        case events.PaneReopened():
            return "·", "terminal reopened", MUTED
        case _:
            return None


def _seen(event: events.Event) -> EventText | None:
    match event:
        case events.SensorUp(kind="ebpf"):
            return "✓", "the sensor is at work", GOOD
        case events.SensorUp():
            kind, blind = safe_line(event.kind, 20), safe_line(event.blind, 200)
            words = f"the {kind} sensor, blind to {blind}"
            return "⚑", f"{words}: {safe_line(event.why, 200)}", WARNING
        case events.SensorDown():
            words = (
                f"the sensor is down, nothing is seen: {safe_line(event.reason, 160)}"
            )
            return "✕", words, ERROR
        case events.Observed():
            return "·", f"observed by {safe_line(event.sensor, 20)}", MUTED
        case events.ObservationGap():
            since = (
                f"unobserved for {duration(event.seconds)} since {clock(event.since)}"
            )
            return "✕", f"{since}; git found {_of(event.found, 'change')}", ERROR
        case events.SensorGap():
            missed = f"{_of(event.missed, 'deed')} not told of"
            return "✕", f"{missed}: {safe_line(event.why, 120)}", ERROR
        case events.SensorLogDropped():
            return "·", f"{event.lines} raw lines were given up for room", WARNING
        case _:
            return None


def _of(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
