"""Transitions of a task: the events each state allows, and the change each makes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from swarm.errors import IllegalMove
from swarm.model import events, limits, service_restart, wanted_tools
from swarm.model.question import MOST_ANSWERS, Answer, FollowUp
from swarm.model.task import (
    CONTINUABLE,
    DISCARDABLE,
    MERGEABLE,
    SETUP_FAILED,
    Budget,
    ServiceState,
    State,
    Task,
)
from swarm.model.task_port import TaskPort

MOVES: dict[type[events.Event], tuple[frozenset[State], State]] = {
    events.TaskProvisioning: (frozenset({State.QUEUED}), State.PROVISIONING),
    events.TaskRequeued: (frozenset({State.PROVISIONING}), State.QUEUED),
    events.SetupFailed: (frozenset({State.PROVISIONING}), State.PROVISIONING),
    events.SetupDecided: (frozenset({State.PROVISIONING}), State.QUEUED),
    events.TaskLive: (frozenset({State.PROVISIONING, State.LOST}), State.LIVE),
    events.TaskFailed: (frozenset({State.QUEUED, State.PROVISIONING}), State.FAILED),
    events.TaskStopped: (frozenset({State.LIVE, State.LOST}), State.STOPPED),
    events.TaskLost: (frozenset({State.LIVE}), State.LOST),
    events.MergeStarted: (MERGEABLE, State.MERGING),
    events.MergeRefused: (frozenset({State.MERGING}), State.STOPPED),
    events.TaskMerged: (frozenset({State.MERGING}), State.MERGED),
    events.TaskRejected: (DISCARDABLE, State.REJECTED),
    events.TaskRestored: (frozenset({State.REJECTED}), State.STOPPED),
    events.TaskContinued: (CONTINUABLE, State.QUEUED),
    events.ContinueFailed: (
        CONTINUABLE | {State.QUEUED, State.PROVISIONING},
        State.STOPPED,
    ),
}
"""Per event the states that allow it and the state it leads to.

An event that is not here is allowed in every state and keeps the state."""


def new_task(task_id: int, at: float, event: events.TaskQueued) -> Task:
    """The task that its first event creates."""
    return Task(
        id=task_id,
        name=event.name,
        repo=event.repo,
        agent=event.agent,
        prompt=event.prompt,
        base_ref=event.base_ref,
        base=event.base,
        target=event.target,
        branch=event.branch,
        state=State.QUEUED,
        created=at,
        changed=at,
        after=event.after,
        group=event.group,
        budget=Budget(event.budget_tokens, event.budget_dollars),
        worktree=event.worktree,
        agent_version=event.agent_version,
        way=event.way,
        mode=event.mode,
        conversation=event.conversation,
        awaits_prompt="ready" if event.types_prompt else "",
        resume_after_limit=event.resume_after_limit,
        ports=tuple(map(TaskPort, event.plan.get("project", {}).get("ports", ()))),
    )


def apply_event(task: Task, at: float, event: events.Event) -> Task:
    """The task after the event; IllegalMove if its state does not allow it."""
    move = MOVES.get(type(event))
    if move:
        allowed, to = move
        if task.state not in allowed:
            raise IllegalMove(
                f"task {task.id} is {task.state}, not {' or '.join(sorted(allowed))}",
                hint=f"see `swarm show {task.id}`",
            )
        task = replace(task, state=to, changed=at)
    change = CHANGES.get(type(event))
    return change(task, at, event) if change else task


def _provisioning(task: Task, _at: float, _event: events.TaskProvisioning) -> Task:
    # After a set-up that failed the earlier steps' work is still there.
    step = task.step if task.setup else ""
    task = replace(task, step=step, step_now="", step_percent=None, services=())
    if not (task.resumes or task.setup):
        task = replace(task, warm_base="", warm_folders=())
    return replace(task, reason="", hint="")


def _warm_base_used(task: Task, _at: float, event: events.WarmBaseUsed) -> Task:
    return replace(task, warm_base=event.base, warm_folders=event.folders)


def _setup_failed(task: Task, _at: float, event: events.SetupFailed) -> Task:
    return replace(
        task,
        setup=SETUP_FAILED,
        step_now="",
        step_percent=None,
        reason=event.reason,
        hint=event.hint,
    )


def _setup_decided(task: Task, _at: float, event: events.SetupDecided) -> Task:
    return replace(task, setup=event.choice, reason="", hint="")


def _live(task: Task, at: float, _event: events.TaskLive) -> Task:
    return replace(
        task,
        started=task.started or at,
        ended=None,
        exit_code=None,
        failed_with_0=False,
        reason="",
        hint="",
        resumes=False,
        setup="",
        interrupted="",
        screen="",
        screen_text="",
        prompted=None,
        agent_status=None,
        model=replace(task.model, open_requests=0, asked=None, first_asked=None),
    )


def _failed(task: Task, at: float, event: events.TaskFailed) -> Task:
    return replace(
        task,
        step=event.step,
        setup="",
        reason=event.reason,
        hint=event.hint,
        ended=at,
        services=(),
    )


def _tool_wanted(task: Task, _at: float, event: events.ToolWanted) -> Task:
    if event.name in task.wants or len(task.wants) >= wanted_tools.MOST:
        return task
    return replace(task, wants=(*task.wants, event.name))


def _service_ready(task: Task, at: float, event: events.ServiceReady) -> Task:
    others = [known for known in task.services if known.name != event.service]
    before = [known for known in task.services if known.name == event.service]
    ends = before[0].ends if before else 0
    ready = ServiceState(event.service, event.what, event.port, since=at, ends=ends)
    services = sorted([*others, ready], key=lambda service: service.name)
    return replace(task, services=tuple(services))


def _service_ended(task: Task, at: float, event: events.ServiceEnded) -> Task:
    def end(known: ServiceState) -> ServiceState:
        return replace(
            known,
            ended=event.reason,
            since=at,
            ends=service_restart.ends_with(known, at),
            again_at=None if event.again is None else at + event.again,
            starting=False,
        )

    return _with_service(task, event.service, end)


def _service_starting(task: Task, _at: float, event: events.ServiceStarting) -> Task:
    def begin(known: ServiceState) -> ServiceState:
        ends = 0 if event.by_you else known.ends
        return replace(known, ended="", ends=ends, again_at=None, starting=True)

    return _with_service(task, event.service, begin)


def _with_service(
    task: Task, name: str, change: Callable[[ServiceState], ServiceState]
) -> Task:
    services = tuple(
        change(known) if known.name == name else known for known in task.services
    )
    return replace(task, services=services)


def _stopped(task: Task, at: float, event: events.TaskStopped) -> Task:
    return replace(
        _ended(task, at),
        exit_code=event.exit_code,
        failed_with_0=event.failed_with_0,
        reason=event.reason,
        hint=event.hint,
    )


def _conversation_found(
    task: Task, _at: float, event: events.ConversationFound
) -> Task:
    return replace(task, conversation=event.conversation)


def _interrupted(task: Task, _at: float, event: events.TaskInterrupted) -> Task:
    return replace(task, interrupted=event.why, reason=event.why, hint=event.hint)


def _continued(task: Task, at: float, event: events.TaskContinued) -> Task:
    return replace(
        task,
        limit=_tried(task, at),
        resumes=True,
        screen="",
        screen_text="",
        conversation=event.conversation,
        awaits_prompt="ready" if event.types_prompt else "",
        step="",
        reason="",
        hint="",
    )


def _continue_failed(task: Task, at: float, event: events.ContinueFailed) -> Task:
    return replace(
        task,
        resumes=False,
        interrupted="",
        awaits_prompt="",
        services=(),
        ended=task.ended or at,
        reason=event.reason,
        hint=event.hint,
    )


def _screen_recognised(task: Task, _at: float, event: events.ScreenRecognised) -> Task:
    return replace(task, screen=event.screen, screen_text=event.text)


def _agent_state(task: Task, _at: float, event: events.AgentStateChanged) -> Task:
    return replace(task, agent_status=event.status)


def _prompt_typing(task: Task, _at: float, _event: events.PromptTyping) -> Task:
    return replace(task, awaits_prompt="typing")


def _prompt_typed(task: Task, at: float, event: events.PromptTyped) -> Task:
    prompted = at if event.length else task.prompted
    return replace(task, awaits_prompt="", prompted=prompted)


def _text_sent(task: Task, at: float, _event: events.TextSent) -> Task:
    return replace(task, prompted=at)


def _lost(task: Task, at: float, event: events.TaskLost) -> Task:
    return replace(_ended(task, at), reason=event.what)


def _ended(task: Task, at: float) -> Task:
    return replace(
        task,
        ended=at,
        paused=False,
        paused_by="",
        questions=(),
        follow_ups=(),
        services=(),
        ports=tuple(replace(port, is_open=False) for port in task.ports),
        model=replace(task.model, open_requests=0),
        budget=replace(task.budget, exceeded=""),
    )


def _question_asked(task: Task, _at: float, event: events.QuestionAsked) -> Task:
    return replace(
        task,
        questions=(*task.questions, event.question),
        questions_asked=task.questions_asked + 1,
    )


def _question_answered(task: Task, _at: float, event: events.QuestionAnswered) -> Task:
    settled = [each for each in task.questions if each.id == event.id]
    if not settled:
        return task
    answer = Answer(
        event.id,
        settled[0].channel_id,
        event.answer,
        event.text,
        event.by,
        is_delivered=event.by != "us",
    )
    return replace(
        task,
        questions=tuple(each for each in task.questions if each.id != event.id),
        answers=(*task.answers, answer)[-MOST_ANSWERS:],
    )


def _answer_delivered(task: Task, _at: float, event: events.AnswerDelivered) -> Task:
    answers = tuple(
        replace(each, is_delivered=True) if each.question == event.id else each
        for each in task.answers
    )
    return replace(task, answers=answers)


def _follow_up_queued(task: Task, _at: float, event: events.FollowUpQueued) -> Task:
    return replace(task, follow_ups=(*task.follow_ups, FollowUp(event.id, event.text)))


def _follow_up_given(task: Task, at: float, event: events.FollowUpGiven) -> Task:
    waiting = tuple(
        replace(each, way=event.way, at=at, asked=task.model.asked)
        if each.id == event.id
        else each
        for each in task.follow_ups
    )
    return replace(task, follow_ups=waiting, prompted=at)


def _follow_up_settled(task: Task, _at: float, event: events.FollowUpSettled) -> Task:
    waiting = tuple(each for each in task.follow_ups if each.id != event.id)
    return replace(task, follow_ups=waiting)


def _held(task: Task, _at: float, event: events.StartHeld) -> Task:
    return replace(task, reason=event.why, hint=event.hint)


def _with_reason(
    task: Task, _at: float, event: events.TaskRequeued | events.TaskRejected
) -> Task:
    return replace(task, reason=event.reason)


def _restored(task: Task, _at: float, event: events.TaskRestored) -> Task:
    return replace(
        task, reason=event.reason, hint=event.hint, interrupted="", resumes=False
    )


def _merge_refused(task: Task, _at: float, event: events.MergeRefused) -> Task:
    return replace(task, reason=event.reason, hint=event.hint, interrupted="")


def _merged(task: Task, _at: float, event: events.TaskMerged) -> Task:
    return replace(task, merge_commit=event.commit, reason="", hint="")


def _paused(task: Task, _at: float, event: events.TaskPaused) -> Task:
    return replace(
        task, paused=True, paused_by=event.by, reason=event.reason, hint=event.hint
    )


def _resumed(task: Task, _at: float, _event: events.TaskResumed) -> Task:
    budget = replace(task.budget, exceeded="")
    return replace(task, paused=False, paused_by="", reason="", hint="", budget=budget)


def _removed(task: Task, _at: float, _event: events.TaskRemoved) -> Task:
    return replace(task, removed=True)


def _work_kept(task: Task, _at: float, event: events.WorkKept) -> Task:
    return replace(task, kept_ref=event.ref)


def _step_done(task: Task, _at: float, event: events.StepDone) -> Task:
    return replace(task, step=event.step, step_now="", step_percent=None)


def _step_progress(task: Task, _at: float, event: events.StepProgress) -> Task:
    percent = 100 * event.done // max(1, event.total)
    return replace(task, step_now=event.step, step_percent=percent)


def _base_moved(task: Task, _at: float, event: events.BaseMoved) -> Task:
    return replace(task, base=event.base)


def _branch_chosen(task: Task, _at: float, event: events.BranchChosen) -> Task:
    return replace(task, branch=event.branch)


def _repository_moved(task: Task, _at: float, event: events.RepositoryMoved) -> Task:
    return replace(task, repo=event.new, moved=True)


def _commits_imported(task: Task, _at: float, event: events.CommitsImported) -> Task:
    review = replace(task.review, commits=event.commits, head=event.head)
    return replace(task, review=review)


def _snapshot_taken(task: Task, at: float, event: events.SnapshotTaken) -> Task:
    task = _checkpoint_taken(task, at, event)
    review = replace(task.review, tree=event.tree, included=event.included)
    return replace(task, review=review)


def _checkpoint_taken(
    task: Task, _at: float, event: events.SnapshotTaken | events.CheckpointTaken
) -> Task:
    review = replace(
        task.review,
        files=event.files,
        added=event.added,
        deleted=event.deleted,
        flags=event.flags,
        hidden=event.hidden,
    )
    return replace(task, review=review)


def _port_opened(task: Task, _at: float, event: events.PortOpened) -> Task:
    opened = TaskPort(event.port, event.at, is_open=True, is_raw=event.raw)
    others = [port for port in task.ports if port.port != event.port]
    return replace(task, ports=tuple(sorted([*others, opened], key=_number)))


def _port_closed(task: Task, _at: float, event: events.PortClosed) -> Task:
    others = tuple(port for port in task.ports if port.port != event.port)
    return replace(task, ports=others)


def _number(port: TaskPort) -> int:
    return port.port


def _net_ready(task: Task, _at: float, event: events.NetReady) -> Task:
    return replace(task, net=replace(task.net, name=event.net, is_cut=False))


def _net_denied(task: Task, _at: float, event: events.NetDenied) -> Task:
    if event.quiet:
        return task
    return replace(task, net=replace(task.net, denied=task.net.denied + event.count))


def _net_closed(task: Task, _at: float, event: events.NetClosed) -> Task:
    net = replace(
        task.net,
        sent=task.net.sent + event.up,
        received=task.net.received + event.down,
    )
    return replace(task, net=net)


def _net_cut(task: Task, _at: float, _event: events.NetCut) -> Task:
    return replace(task, net=replace(task.net, is_cut=True))


def _net_reconnected(task: Task, _at: float, _event: events.NetReconnected) -> Task:
    return replace(task, net=replace(task.net, is_cut=False))


def _policy_applied(task: Task, _at: float, event: events.PolicyApplied) -> Task:
    return replace(task, net=replace(task.net, is_open=event.open))


def _model_asked(task: Task, at: float, event: events.ModelAsked) -> Task:
    open_requests = task.model.open_requests + 1 if event.open is None else event.open
    model = replace(
        task.model,
        open_requests=open_requests,
        asked=at,
        first_asked=task.model.first_asked or at,
        host=event.host,
    )
    return replace(task, model=model)


def _model_requests_lost(
    task: Task, _at: float, _event: events.ModelRequestsLost
) -> Task:
    return replace(task, model=replace(task.model, open_requests=0))


def _model_answered(task: Task, at: float, event: events.ModelAnswered) -> Task:
    before = task.model
    counted = before.open_requests - 1 if event.open is None else event.open
    cache_tokens = event.tokens_cached + event.tokens_cache_written
    tokens_in = event.tokens_in + cache_tokens
    unpriced_tokens = 0 if event.priced else tokens_in + event.tokens_out
    model = replace(
        before,
        name=event.model or before.name,
        open_requests=max(0, counted),
        answered=at,
        tokens_in=before.tokens_in + tokens_in,
        tokens_out=before.tokens_out + event.tokens_out,
        cost=round(before.cost + event.cost, 6),
        unpriced_tokens=before.unpriced_tokens + unpriced_tokens,
        estimated_tokens=before.estimated_tokens
        + (tokens_in + event.tokens_out if event.estimated else 0),
    )
    # Words of a model: what refused the task takes it again.
    refusal = None if event.tokens_out else task.refusal
    return replace(task, model=model, refusal=refusal)


def _limited(task: Task, at: float, event: events.ModelLimited) -> Task:
    before = task.limit
    met_again = before is not None and before.tried is not None
    limit = limits.ModelLimit(
        kind=event.kind,
        until=event.until,
        host=event.host,
        text=event.text,
        key=event.key,
        model=event.model,
        since=before.since if before else at,
        met=at,
        tries=(before.tries if before else 0) + met_again,
    )
    return replace(task, limit=limit)


def _limit_tried(task: Task, at: float, _event: events.ModelLimitTried) -> Task:
    return replace(task, limit=_tried(task, at))


def _tried(task: Task, at: float) -> limits.ModelLimit | None:
    return task.limit and replace(task.limit, tried=at, held="")


def _limit_not_resumed(
    task: Task, _at: float, event: events.ModelLimitNotResumed
) -> Task:
    return replace(task, limit=task.limit and replace(task.limit, held=event.why))


def _limit_lifted(task: Task, _at: float, _event: events.ModelLimitLifted) -> Task:
    return replace(task, limit=None)


def _resume_after_limit(
    task: Task, _at: float, event: events.ResumeAfterLimitSet
) -> Task:
    limit = task.limit and replace(task.limit, held="")
    return replace(task, resume_after_limit=event.choice, limit=limit)


def _refused(task: Task, at: float, event: events.ModelRefused) -> Task:
    before = task.refusal
    since = before.since if before and before.why == event.why else at
    refusal = limits.ModelRefusal(
        event.why, event.status, event.host, event.text, since
    )
    return replace(task, refusal=refusal)


def _budget_set(task: Task, _at: float, event: events.BudgetSet) -> Task:
    # Tokens without a price are held against the budget that was in force.
    return replace(
        task,
        model=replace(task.model, unpriced_tokens=0),
        budget=replace(task.budget, tokens=event.tokens, dollars=event.dollars),
    )


def _budget_spent(task: Task, _at: float, event: events.BudgetSpent) -> Task:
    return replace(task, budget=replace(task.budget, exceeded=event.why))


CHANGES: dict[type[events.Event], Callable[[Task, float, Any], Task]] = {
    events.TaskProvisioning: _provisioning,
    events.WarmBaseUsed: _warm_base_used,
    events.SetupFailed: _setup_failed,
    events.SetupDecided: _setup_decided,
    events.TaskRequeued: _with_reason,
    events.TaskLive: _live,
    events.TaskFailed: _failed,
    events.TaskStopped: _stopped,
    events.TaskLost: _lost,
    events.ConversationFound: _conversation_found,
    events.TaskInterrupted: _interrupted,
    events.TaskContinued: _continued,
    events.ContinueFailed: _continue_failed,
    events.ScreenRecognised: _screen_recognised,
    events.AgentStateChanged: _agent_state,
    events.PromptTyping: _prompt_typing,
    events.PromptTyped: _prompt_typed,
    events.TextSent: _text_sent,
    events.QuestionAsked: _question_asked,
    events.QuestionAnswered: _question_answered,
    events.AnswerDelivered: _answer_delivered,
    events.FollowUpQueued: _follow_up_queued,
    events.FollowUpGiven: _follow_up_given,
    events.FollowUpSettled: _follow_up_settled,
    events.TaskPaused: _paused,
    events.TaskResumed: _resumed,
    events.TaskRejected: _with_reason,
    events.TaskRestored: _restored,
    events.TaskRemoved: _removed,
    events.WorkKept: _work_kept,
    events.StepDone: _step_done,
    events.ServiceReady: _service_ready,
    events.ServiceEnded: _service_ended,
    events.ServiceStarting: _service_starting,
    events.ToolWanted: _tool_wanted,
    events.StepProgress: _step_progress,
    events.BaseMoved: _base_moved,
    events.BranchChosen: _branch_chosen,
    events.RepositoryMoved: _repository_moved,
    events.MergeRefused: _merge_refused,
    events.TaskMerged: _merged,
    events.CommitsImported: _commits_imported,
    events.SnapshotTaken: _snapshot_taken,
    events.CheckpointTaken: _checkpoint_taken,
    events.PortOpened: _port_opened,
    events.PortClosed: _port_closed,
    events.NetReady: _net_ready,
    events.NetDenied: _net_denied,
    events.NetClosed: _net_closed,
    events.NetCut: _net_cut,
    events.NetReconnected: _net_reconnected,
    events.PolicyApplied: _policy_applied,
    events.ModelAsked: _model_asked,
    events.ModelAnswered: _model_answered,
    events.ModelRequestsLost: _model_requests_lost,
    events.ModelLimited: _limited,
    events.ModelLimitTried: _limit_tried,
    events.ModelLimitLifted: _limit_lifted,
    events.ModelLimitNotResumed: _limit_not_resumed,
    events.StartHeld: _held,
    events.ModelRefused: _refused,
    events.ResumeAfterLimitSet: _resume_after_limit,
    events.BudgetSet: _budget_set,
    events.BudgetSpent: _budget_spent,
}
"""Per event the change it makes beyond the state; an event not here makes none."""
