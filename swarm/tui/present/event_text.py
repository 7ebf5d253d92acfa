"""What happened, in a human's words; every foreign text is made harmless here."""

import time

from swarm.model import events as e
from swarm.model.safe_text import line
from swarm.tui.present.formatting import (
    ACCENT,
    ERROR,
    GOOD,
    MUTED,
    WARNING,
    count,
    duration,
)

Told = tuple[str, str, str]
"""Glyph, sentence, tone."""


def clock(at: float, seconds: bool = True) -> str:
    """The local time of day."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))


def told(event: e.Event) -> Told | None:
    """The event as one sentence, or None where no human asks for it."""
    for words in (_launch, _end, _work, _kept, _fleet, _seen):
        found = words(event)
        if found:
            return found
    return None


def _launch(event: e.Event) -> Told | None:
    match event:
        case e.TaskQueued():
            return "◌", f"queued for {line(event.agent, 30)}", MUTED
        case e.StepDone():
            step = line(event.step, 40)
            return "·", f"{step} done in {duration(event.seconds)}", MUTED
        case e.TaskLive():
            return "◐", "the agent is at work", ACCENT
        case e.TaskRequeued():
            return "◌", f"queued again: {line(event.reason, 200)}", WARNING
        case e.TaskPaused():
            return "‖", f"paused by {line(event.by, 40)}", WARNING
        case e.TaskResumed():
            return "◐", "runs again", ACCENT
        case _:
            return None


def _end(event: e.Event) -> Told | None:
    match event:
        case e.TaskFailed():
            where = line(event.step, 40)
            return "✕", f"failed at {where}: {line(event.reason, 200)}", ERROR
        case e.TaskStopped():
            return _stopped(event)
        case e.TaskLost():
            return "◇", f"lost: {line(event.what, 200)}", WARNING
        case e.TaskRejected():
            reason = line(event.reason, 200) or "discarded"
            return "–", f"{reason}; u takes it back", MUTED
        case e.TaskRestored():
            return "●", "discard taken back", GOOD
        case e.TaskRemoved():
            return "–", "worktree, branch and container removed", MUTED
        case _:
            return None


def _stopped(event: e.TaskStopped) -> Told:
    if event.exit_code == 0:
        return "●", "the agent ended with 0; ready for review", GOOD
    why = f": {line(event.reason, 200)}" if event.reason else ""
    tone = MUTED if event.reason.endswith("by you") else ERROR
    return "✕", f"ended with {event.exit_code}{why}", tone


def _work(event: e.Event) -> Told | None:
    match event:
        case e.SnapshotTaken():
            flags = f", {event.flags} flagged" if event.flags else ""
            diff = f"+{count(event.added)} −{count(event.deleted)}"
            text = f"read {_of(event.files, 'changed file')}, {diff}{flags}"
            return "·", text, WARNING if flags else MUTED
        case e.WorkBroughtBack():
            return "·", f"{_of(event.commits, 'commit')} passed the quarantine", MUTED
        case e.BringBackRefused():
            reason = line(event.reason, 200)
            return "⚑", f"commits refused by the quarantine: {reason}", WARNING
        case e.MergeRefused():
            return "✕", f"merge refused: {line(event.reason, 200)}", ERROR
        case e.TaskMerged():
            into = line(event.target, 80)
            return "✓", f"merged into {into} as {line(event.commit, 9)[:9]}", GOOD
        case e.PatchWritten():
            return "✓", f"patch written to {line(event.path, 200)}", GOOD
        case e.TextSent():
            return "·", f"you typed {_of(event.length, 'character')}", MUTED
        case _:
            return None


def _kept(event: e.Event) -> Told | None:
    match event:
        case e.CheckpointTaken():
            why = f" {line(event.why, 60)}" if event.why else ""
            diff = f"+{count(event.added)} −{count(event.deleted)}"
            return "·", f"checkpoint {event.number}{why}: {diff}", MUTED
        case e.CheckpointRestored():
            done = f"{event.wrote} written, {event.removed} removed"
            aside = f", {event.aside} set aside" if event.aside else ""
            back = f"; z {event.before} is what was before"
            return "↶", f"back at checkpoint {event.number}: {done}{aside}{back}", GOOD
        case e.CheckpointsDropped():
            return "·", f"checkpoints up to {event.upto} were given up", MUTED
        case _:
            return None


def _fleet(event: e.Event) -> Told | None:
    match event:
        case e.EngineUp():
            return "✓", f"engine {line(event.version, 40)} answers", GOOD
        case e.EngineDown():
            return "✕", f"engine does not answer: {line(event.reason, 200)}", ERROR
        case e.OrphanFound():
            what = f"{line(event.what, 40)} {line(event.name, 80)}"
            return "◇", f"no task knows {what}; `swarm gc` removes it", WARNING
        case e.Trouble():
            where = line(event.where, 60)
            return "✕", f"{where}: {line(event.reason, 200)}", ERROR
        case e.KeeperStarted():
            return "✓", f"keeper started (pid {event.pid})", MUTED
        case e.QueueLimit():
            return "·", f"at most {_of(event.max_running, 'task')} at work", MUTED
        case e.PaneReopened():
            return "·", "terminal reopened", MUTED
        case _:
            return None


def _seen(event: e.Event) -> Told | None:
    match event:
        case e.SensorUp(kind="ebpf"):
            return "✓", "the sensor is at work", GOOD
        case e.SensorUp():
            words = (
                f"the {line(event.kind, 20)} sensor, blind to {line(event.blind, 200)}"
            )
            return "⚑", f"{words}: {line(event.why, 200)}", WARNING
        case e.SensorDown():
            words = f"the sensor is down, nothing is seen: {line(event.reason, 160)}"
            return "✕", words, ERROR
        case e.Observed():
            return "·", f"observed by {line(event.sensor, 20)}", MUTED
        case e.Unobserved():
            since = (
                f"unobserved for {duration(event.seconds)} since {clock(event.since)}"
            )
            return "✕", f"{since}; git found {_of(event.found, 'change')}", ERROR
        case e.SensorGap():
            missed = f"{_of(event.missed, 'deed')} not told of"
            return "✕", f"{missed}: {line(event.why, 120)}", ERROR
        case e.TrailCut():
            return "·", f"{event.lines} raw lines were given up for room", WARNING
        case _:
            return None


def _of(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
