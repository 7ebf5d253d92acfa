"""Describes events in one sentence each; every foreign text is made harmless here.

Dashboard and command line say the same.
"""

import shlex
from collections.abc import Callable
from typing import Any, Literal

from swarm.model import (
    agent_screen,
    agent_state_text,
    events,
    format,
    leftovers,
    limits,
    wanted_tools,
)
from swarm.model.agent_state import NEEDS_YOU, AgentState
from swarm.model.ended_by_you import is_by_you
from swarm.model.format import size
from swarm.model.safe_text import safe_line
from swarm.model.task import SETUP_STEPS
from swarm.policy.reasons import Reason

Tone = Literal["", "error", "warning", "success", "accent", "muted"]
ERROR: Tone = "error"
WARNING: Tone = "warning"
GOOD: Tone = "success"
ACCENT: Tone = "accent"
MUTED: Tone = "muted"

EventText = tuple[str, str, Tone]
"""Glyph, sentence, tone."""


def describe(event: events.Event) -> EventText | None:
    """The event as one sentence, or None if screens leave it out."""
    text = _TEXTS.get(type(event))
    return text(event) if text else None


def progress(event: events.StepProgress) -> str:
    """How far a step is: `3 of 9 files`."""
    unit = "commands" if event.step in SETUP_STEPS else "files"
    return f"{event.done:,} of {event.total:,} {unit}"


def _paused(event: events.TaskPaused) -> EventText:
    why = f": {safe_line(event.reason, 200)}" if event.reason else ""
    return "‖", f"paused by {safe_line(event.by, 40)}{why}", WARNING


def _stopped(event: events.TaskStopped) -> EventText:
    if event.failed_with_0:
        return "✕", safe_line(event.reason, 240), ERROR
    if event.exit_code == 0 and not event.reason:
        return "●", "the agent ended with 0; ready for review", GOOD
    why = f": {safe_line(event.reason, 200)}" if event.reason else ""
    tone = MUTED if is_by_you(event.reason) else ERROR
    return "✕", f"ended with {event.exit_code}{why}", tone


def _continued(event: events.TaskContinued) -> EventText:
    who = "" if event.by == "you" else f" by {safe_line(event.by, 30)}"
    words = f"taken up again{who}, with its files and its conversation"
    if event.is_fresh:
        words = f"taken up again{who}, with its files and a new conversation"
    if event.prompt:
        words = f"{words}: {safe_line(event.prompt, 80)}"
    return "◌", words, MUTED


def _continue_failed(event: events.ContinueFailed) -> EventText:
    return "✕", f"does not go on: {safe_line(event.reason, 200)}", ERROR


def _screen(event: events.ScreenRecognised) -> EventText | None:
    if not event.screen:
        return None
    tone = WARNING if event.screen in agent_screen.BLOCKING else MUTED
    line = f": {safe_line(event.text, 100)}" if event.text else ""
    return "·", f"its screen says {agent_screen.word(event.screen)}{line}", tone


def _agent_state(event: events.AgentStateChanged) -> EventText | None:
    """The requests to models tell of work, unless the agent's claims deny it."""
    status = event.status
    if status.state is AgentState.WORKING and not status.contradiction:
        return None
    said = f"agent {agent_state_text.words(status)}"
    if status.contradiction:
        said = f"{said}: {safe_line(status.contradiction, 120)}"
    needs_you = status.state in NEEDS_YOU or bool(status.contradiction)
    tone = WARNING if needs_you else MUTED
    return "·", f"{said} · {agent_state_text.evidence_words(status)}", tone


def _asked(event: events.QuestionAsked) -> EventText:
    question = event.question
    tool = f"{safe_line(question.tool, 40)}: " if question.tool else ""
    words = f"asks ({question.id}) {tool}{safe_line(question.title, 160)}"
    return "?", words, WARNING


def _answered(event: events.QuestionAnswered) -> EventText:
    if event.by == "gone":
        return "–", f"question {safe_line(event.id, 20)} is gone, unanswered", MUTED
    where = "by you" if event.by == "us" else "in its terminal"
    answer = f": {safe_line(event.answer, 60)}" if event.answer else ""
    text = f" “{safe_line(event.text, 120)}”" if event.text else ""
    words = f"question {safe_line(event.id, 20)} answered {where}{answer}{text}"
    return "✓", words, GOOD


def _delivered(event: events.AnswerDelivered) -> EventText:
    answer = f"the answer to question {safe_line(event.id, 20)}"
    if event.failure:
        return "✕", f"{answer} did not arrive: {safe_line(event.failure, 160)}", WARNING
    return "·", f"{answer} is with the agent", MUTED


def _channel_fault(event: events.ChannelFault) -> EventText:
    words = f"{safe_line(event.channel, 40)}: {safe_line(event.reason, 200)}"
    return "⚑", f"its side channel, {words}", WARNING


def _follow_up_settled(event: events.FollowUpSettled) -> EventText:
    failure = safe_line(event.failure, 160)
    if event.failure and event.way:
        return "⚑", f"your text was given, but {failure}", WARNING
    if event.failure:
        return "✕", f"your text was not given: {failure}", WARNING
    way = "through its side channel" if event.way == "channel" else "into its terminal"
    return "·", f"your text was given {way}, and arrived", MUTED


def _shell_opened(event: events.ShellOpened) -> EventText:
    if event.pane:
        return "·", "you opened a shell in the sandbox", MUTED
    words = safe_line(shlex.join(event.command), 200)
    return "·", f"you ran in the sandbox: {words}", MUTED


def _port_opened(event: events.PortOpened) -> EventText:
    how = ", as bytes that anything may call" if event.raw else ""
    other = f"; {event.instead_of} was not free" if event.instead_of else ""
    words = f"its port {event.port} is open at {event.at} of your loopback{how}{other}"
    return "⇄", words, WARNING if event.raw else MUTED


def _port_closed(event: events.PortClosed) -> EventText:
    return "⇄", f"its port {event.port} is closed", MUTED


def _warm_base(event: events.WarmBaseUsed) -> EventText:
    whose = "of its own set-up" if event.is_own else "of an earlier set-up"
    how = "shared until written" if event.is_shared else "copied"
    names = ", ".join(safe_line(each, 60) for each in ("home", *event.folders)[:5])
    amount = format.size(event.bytes)
    return "·", f"has the warm base {whose}: {names}; {amount}, {how}", MUTED


def _failed(event: events.TaskFailed) -> EventText:
    step, reason = safe_line(event.step, 40), safe_line(event.reason, 200)
    return "✕", f"failed at {step}: {reason}", ERROR


def _rejected(event: events.TaskRejected) -> EventText:
    reason = safe_line(event.reason, 200) or "discarded"
    return "–", f"{reason}; u takes it back", MUTED


def _snapshot(event: events.SnapshotTaken) -> EventText:
    flags = f", {event.flags} flagged" if event.flags else ""
    diff = f"+{format.count(event.added)} −{format.count(event.deleted)}"
    words = f"read {format.plural(event.files, 'changed file')}, {diff}{flags}"
    return "·", words, WARNING if flags else MUTED


def _import_refused(event: events.ImportRefused) -> EventText:
    reason = safe_line(event.reason, 200)
    return "⚑", f"commits refused by the quarantine: {reason}", WARNING


def _merged(event: events.TaskMerged) -> EventText:
    target, commit = safe_line(event.target, 80), safe_line(event.commit, 9)[:9]
    kept = ", ".join(safe_line(key, 40) for key in event.acknowledged[:3])
    without = f", acknowledged: {kept}" if kept else ""
    other = event.landing_tree not in ("", event.tree)
    filtered = ", as your git stores it" if other else ""
    return "✓", f"merged into {target} as {commit}{filtered}{without}", GOOD


def _acknowledged(event: events.LandingAcknowledged) -> EventText:
    keys = ", ".join(safe_line(key, 60) for key in event.keys[:5])
    return "✓", f"merges here may go without {keys}: you acknowledged it", MUTED


def _checkpoint(event: events.CheckpointTaken) -> EventText:
    why = f" {safe_line(event.why, 60)}" if event.why else ""
    diff = f"+{format.count(event.added)} −{format.count(event.deleted)}"
    return "·", f"checkpoint {event.number}{why}: {diff}", MUTED


def _restored(event: events.CheckpointRestored) -> EventText:
    done = f"{event.wrote} written, {event.removed} removed"
    aside = f", {event.aside} set aside" if event.aside else ""
    back = f"; checkpoint {event.before} has the files from before"
    return "↶", f"back at checkpoint {event.number}: {done}{aside}{back}", GOOD


def _orphan(event: events.OrphanFound) -> EventText:
    orphan = f"{safe_line(event.what, 40)} {safe_line(event.name, 80)}"
    return "◇", f"no task knows {orphan}; `swarm gc` removes it", WARNING


def _trouble(event: events.Trouble) -> EventText:
    words = f"{safe_line(event.where, 60)}: {safe_line(event.reason, 200)}"
    return "✕", words, ERROR


def _tool_wanted(event: events.ToolWanted) -> EventText:
    command = safe_line(event.command, 60)
    name = safe_line(event.name, 40)
    return "⚑", f"wants {name} ({command}): {wanted_tools.way_out(name)}", WARNING


def _service_preparing(event: events.ServicePreparing) -> EventText:
    service, image = safe_line(event.service, 40), safe_line(event.image, 80)
    return "·", f"the service {service}: its image {image} is being made", MUTED


def _service_ready(event: events.ServiceReady) -> EventText:
    service, what = safe_line(event.service, 40), safe_line(event.what, 80)
    port = f" at localhost:{event.port}" if event.port else ""
    took = format.duration(event.seconds)
    return "·", f"the service {service} ({what}) answers{port} after {took}", MUTED


def _service_ended(event: events.ServiceEnded) -> EventText:
    service, reason = safe_line(event.service, 40), safe_line(event.reason, 200)
    if event.again is None:
        return "✕", f"the service {service} {reason}; it is not started again", ERROR
    again = f"it is started again in {format.duration(event.again)}"
    return "✕", f"the service {service} {reason}; {again}", WARNING


def _image_building(event: events.ImageBuilding) -> EventText:
    image = safe_line(event.image, 80)
    return "◌", f"image {image} is being built: about {event.minutes} min", MUTED


def _image_built(event: events.ImageBuilt) -> EventText:
    took = format.duration(event.seconds)
    return "✓", f"image {safe_line(event.image, 80)} is built after {took}", GOOD


def _image_failed(event: events.ImageBuildFailed) -> EventText:
    image = safe_line(event.image, 80)
    if event.is_cancelled:
        return "·", f"image {image}: its build was cancelled by you", MUTED
    return "✕", f"image {image}: {safe_line(event.reason, 300)}", ERROR


def _service_starting(event: events.ServiceStarting) -> EventText:
    by = " by you" if event.by_you else ""
    return (
        "·",
        f"the service {safe_line(event.service, 40)} is started again{by}",
        MUTED,
    )


def _sensor_up(event: events.SensorUp) -> EventText:
    if event.kind == "ebpf":
        return "✓", "the sensor is at work", GOOD
    kind, blind = safe_line(event.kind, 20), safe_line(event.blind, 200)
    words = f"the {kind} sensor, blind to {blind}: {safe_line(event.why, 200)}"
    return "⚑", words, WARNING


def _sensor_down(event: events.SensorDown) -> EventText:
    words = f"the sensor is down, nothing is seen: {safe_line(event.reason, 160)}"
    return "✕", words, ERROR


def _unobserved(event: events.ObservationGap) -> EventText:
    seconds, since = format.duration(event.seconds), format.clock(event.since)
    gap = f"unobserved for {seconds} since {since}"
    return "✕", f"{gap}; git found {format.plural(event.found, 'change')}", ERROR


def _sensor_gap(event: events.SensorGap) -> EventText:
    words = f"{format.plural(event.missed, 'action')} not reported"
    return "✕", f"{words}: {safe_line(event.why, 120)}", ERROR


def _denied(event: events.NetDenied) -> EventText | None:
    if event.quiet:
        return None
    where = f"{safe_line(event.host, 80)}:{event.port}"
    times = f" ×{event.count}" if event.count > 1 else ""
    if event.reason == Reason.SECRET_ELSEWHERE:
        return "⊘", f"SECRET ON ITS WAY ELSEWHERE: {where}", ERROR
    return "⊘", f"denied {where}{times}  {safe_line(event.reason, 60)}", WARNING


def _masked(event: events.SecretMasked) -> EventText:
    where = f"{safe_line(event.host, 80)}:{event.port}"
    return "✕", f"A SECRET CAME BACK from {where}, masked ×{event.count}", ERROR


def _unanswered(event: events.NetFailed) -> EventText:
    where = f"{safe_line(event.host, 80)}:{event.port}"
    return "·", f"{where} did not answer: {safe_line(event.reason, 200)}", MUTED


def _disk_room(event: events.DiskRoom) -> EventText:
    if event.level == "ok":
        words = f"there is room again on the disk of {safe_line(event.path, 120)}"
        return "✓", words, GOOD
    tone = ERROR if event.level == "full" else WARNING
    return "▲", safe_line(event.words, 200), tone


def _gate_down(event: events.GateDown) -> EventText:
    words = f"the gate is down, nothing passes: {safe_line(event.reason, 160)}"
    return "✕", words, ERROR


def _policy_applied(event: events.PolicyApplied) -> EventText | None:
    if event.why != "launch" or not event.asked:
        return None
    more = "1 more rule" if event.asked == 1 else f"{event.asked} more rules"
    return "?", f"the repository asks for {more}; P shows and grants", WARNING


def _granted(event: events.PolicyGranted) -> EventText:
    host = safe_line(str(event.rule.get("host", "")), 80)
    verb = "denied" if event.rule.get("kind") == "deny" else "allowed"
    scopes = {"once": "once", "task": "for this task", "project": "for the project"}
    scope = scopes.get(event.scope, "for all your tasks")
    return "✓", f"{verb} {host} {scope}", GOOD


def _revoked(event: events.PolicyRevoked) -> EventText:
    host = safe_line(str(event.rule.get("host", "")), 80)
    return "–", f"the rule about {host} was taken back", MUTED


def _budget_set(event: events.BudgetSet) -> EventText:
    parts = [f"{format.count(event.tokens)} tokens"] if event.tokens else []
    parts += [f"${event.dollars:.2f}"] if event.dollars else []
    budget = " and ".join(parts) or "as much as it wants"
    return "$", f"may use {budget} in all", MUTED


def _limited(event: events.ModelLimited) -> EventText:
    limit = limits.ModelLimit(event.kind, event.until, event.host)
    host, text = safe_line(event.host, 80), safe_line(event.text, 160)
    said = f": {text}" if text else ""
    # As it was told: a time that has passed since is still the time it told.
    return "⧖", f"{limits.words(limit, 0.0)} by {host}{said}", WARNING


def _limit_tried(event: events.ModelLimitTried) -> EventText:
    ways = {
        "channel": "told to go on, by its side channel",
        "prompt": "told to go on",
        "sandbox": "taken up again",
    }
    how = ways.get(event.how, "asks its model by itself")
    return "◌", f"the limit is over: {how}", MUTED


def _limit_lifted(event: events.ModelLimitLifted) -> EventText:
    if event.why != "answered":
        return "–", f"waits for no limit any more: {safe_line(event.why, 80)}", MUTED
    return "✓", f"{safe_line(event.host, 80)} answers again", GOOD


def _limit_not_resumed(event: events.ModelLimitNotResumed) -> EventText:
    return "⚑", f"does not go on by itself: {safe_line(event.why, 200)}", WARNING


def _resume_set(event: events.ResumeAfterLimitSet) -> EventText:
    return "·", limits.CHOICE_WORDS.get(event.choice, limits.CHOICE_WORDS[""]), MUTED


def _refused(event: events.ModelRefused) -> EventText:
    words = limits.REFUSED_WORDS.get(event.why, limits.REFUSED_WORDS["forbidden"])
    text = safe_line(event.text, 160)
    said = f": {text}" if text else ""
    host = safe_line(event.host, 80)
    return "✕", f"{words} ({host}, {event.status}){said}", ERROR


_TEXTS: dict[type[events.Event], Callable[[Any], EventText | None]] = {
    # A task's life.
    events.TaskQueued: lambda event: (
        "◌",
        f"queued for {safe_line(event.agent, 30)}",
        MUTED,
    ),
    events.BranchChosen: lambda event: (
        "·",
        f"on the branch {safe_line(event.branch, 80)}: "
        f"{safe_line(event.taken, 80)} is taken",
        MUTED,
    ),
    events.RepositoryMoved: lambda event: (
        "·",
        f"the repository is at {safe_line(event.new, 200)} now",
        MUTED,
    ),
    events.StepProgress: lambda event: (
        "·",
        f"{safe_line(event.step, 40)}: {progress(event)}",
        MUTED,
    ),
    events.StepDone: lambda event: (
        "·",
        f"{safe_line(event.step, 40)} done in {format.duration(event.seconds)}",
        MUTED,
    ),
    events.WarmBaseUsed: _warm_base,
    events.SetupFailed: lambda event: ("✕", safe_line(event.reason, 300), ERROR),
    events.SetupDecided: lambda event: (
        "◌",
        "goes on without its set-up"
        if event.choice == "skip"
        else "its set-up is run again",
        MUTED,
    ),
    events.TaskLive: lambda _: ("◐", "the agent is at work", ACCENT),
    events.TaskRequeued: lambda event: (
        "◌",
        f"queued again: {safe_line(event.reason, 200)}",
        WARNING,
    ),
    events.ConversationFound: lambda event: (
        "·",
        f"its conversation is {safe_line(event.conversation, 80)}",
        MUTED,
    ),
    events.TaskInterrupted: lambda event: (
        "⚑",
        f"interrupted: {safe_line(event.why, 200)}",
        WARNING,
    ),
    events.TaskContinued: _continued,
    events.ContinueFailed: _continue_failed,
    events.ScreenRecognised: _screen,
    events.PromptTyped: lambda event: (
        "·",
        f"its prompt was typed, {format.plural(event.length, 'character')}",
        MUTED,
    ),
    events.TaskPaused: _paused,
    events.TaskResumed: lambda _: ("◐", "runs again", ACCENT),
    events.TaskFailed: _failed,
    events.TaskStopped: _stopped,
    events.LeftoversEnded: lambda event: ("·", leftovers.sentence(event), WARNING),
    events.TaskLost: lambda event: (
        "◇",
        f"lost: {safe_line(event.what, 200)}",
        WARNING,
    ),
    events.TaskRejected: _rejected,
    events.TaskRestored: lambda _: ("●", "discard taken back", GOOD),
    events.WorkKept: lambda event: (
        "·",
        f"its work is kept as {safe_line(event.ref, 120)}",
        MUTED,
    ),
    events.BuildOutputRemoved: lambda event: (
        "–",
        f"build output removed, {size(event.bytes)}: "
        f"{safe_line(' '.join(event.paths), 200)}; tools make it again",
        MUTED,
    ),
    events.TaskRemoved: lambda _: (
        "–",
        "worktree, branch and container removed",
        MUTED,
    ),
    events.TextSent: lambda event: (
        "·",
        f"you typed {format.plural(event.length, 'character')}",
        MUTED,
    ),
    events.AgentStateChanged: _agent_state,
    events.QuestionAsked: _asked,
    events.QuestionAnswered: _answered,
    events.AnswerDelivered: _delivered,
    events.ChannelFault: _channel_fault,
    events.FollowUpQueued: lambda event: (
        "·",
        f"your text of {format.plural(len(event.text), 'character')} waits until its "
        "agent is ready",
        MUTED,
    ),
    events.FollowUpSettled: _follow_up_settled,
    events.ShellOpened: _shell_opened,
    events.PaneReopened: lambda _: ("·", "terminal reopened", MUTED),
    # Its work.
    events.SnapshotTaken: _snapshot,
    events.CommitsImported: lambda event: (
        "·",
        f"{format.plural(event.commits, 'commit')} passed the quarantine",
        MUTED,
    ),
    events.ImportRefused: _import_refused,
    events.MergeRefused: lambda event: (
        "✕",
        f"merge refused: {safe_line(event.reason, 200)}",
        ERROR,
    ),
    events.TaskMerged: _merged,
    events.LandingAcknowledged: _acknowledged,
    events.AcknowledgementsForgotten: lambda _: (
        "·",
        "merges in this repository ask again about all that differs",
        MUTED,
    ),
    events.PatchWritten: lambda event: (
        "✓",
        f"patch written to {safe_line(event.path, 200)}",
        GOOD,
    ),
    events.CheckpointTaken: _checkpoint,
    events.CheckpointRestored: _restored,
    events.CheckpointsDropped: lambda event: (
        "·",
        f"checkpoints up to {event.upto} were dropped",
        MUTED,
    ),
    # Keeper and container engine.
    events.KeeperStarted: lambda event: (
        "✓",
        f"keeper started (pid {event.pid})",
        MUTED,
    ),
    events.QueueLimit: lambda event: (
        "·",
        f"at most {format.plural(event.max_running, 'task')} at work",
        MUTED,
    ),
    events.ContainerEngineUp: lambda event: (
        "✓",
        f"engine {safe_line(event.version, 40)} answers",
        GOOD,
    ),
    events.ContainerEngineDown: lambda event: (
        "✕",
        f"engine does not answer: {safe_line(event.reason, 200)}",
        ERROR,
    ),
    events.OrphanFound: _orphan,
    events.ServicePreparing: _service_preparing,
    events.ServiceReady: _service_ready,
    events.ServiceEnded: _service_ended,
    events.ServiceStarting: _service_starting,
    events.ImageBuilding: _image_building,
    events.ImageBuilt: _image_built,
    events.ImageBuildFailed: _image_failed,
    events.Trouble: _trouble,
    # The sensor.
    events.SensorUp: _sensor_up,
    events.SensorDown: _sensor_down,
    events.Observed: lambda event: (
        "·",
        f"observed by {safe_line(event.sensor, 20)}",
        MUTED,
    ),
    events.ObservationGap: _unobserved,
    events.SensorGap: _sensor_gap,
    events.ToolWanted: _tool_wanted,
    events.SensorLogDropped: lambda event: (
        "·",
        f"{event.lines} raw lines were dropped to save space",
        WARNING,
    ),
    # The network.
    events.NetDenied: _denied,
    events.NetFailed: _unanswered,
    events.SecretMasked: _masked,
    events.NetGap: lambda event: (
        "✕",
        f"{event.missed} lines of the gate's log are missing",
        ERROR,
    ),
    events.DiskRoom: _disk_room,
    events.GateDown: _gate_down,
    events.GateUp: lambda _: (
        "✓",
        "the gate is back; every task has its listeners",
        GOOD,
    ),
    events.PolicyApplied: _policy_applied,
    events.PortOpened: _port_opened,
    events.PortClosed: _port_closed,
    events.PolicyGranted: _granted,
    events.PolicyRevoked: _revoked,
    events.NetCut: lambda event: (
        "⊘",
        f"cut from the network: {safe_line(event.why, 80)}",
        ERROR,
    ),
    events.NetReconnected: lambda _: ("✓", "the policy counts again", GOOD),
    events.BudgetSpent: lambda event: (
        "$",
        f"{safe_line(event.why, 120)}; p gives it as much again",
        WARNING,
    ),
    events.BudgetSet: _budget_set,
    # Limits of model services.
    events.ModelLimited: _limited,
    events.ModelLimitTried: _limit_tried,
    events.ModelLimitLifted: _limit_lifted,
    events.ModelLimitNotResumed: _limit_not_resumed,
    events.ModelRefused: _refused,
    events.ResumeAfterLimitSet: _resume_set,
    events.StartHeld: lambda event: (
        "⧖",
        safe_line(event.why, 200) or "waits for no limit any more",
        MUTED,
    ),
}
"""The sentence of each event type; screens leave other types out."""
