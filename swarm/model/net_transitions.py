"""What the network's events teach about a task."""

from dataclasses import replace

from swarm.model import net_events as n
from swarm.model.task import Task


def learn(task: Task, at: float, event: object) -> Task:
    """The task after the event; the same one where it teaches nothing."""
    match event:
        case n.NetReady():
            return replace(task, net=event.net, cut=False)
        case n.NetDenied():
            quiet = event.quiet
            return task if quiet else replace(task, denied=task.denied + event.count)
        case n.NetClosed():
            return replace(
                task, sent=task.sent + event.up, received=task.received + event.down
            )
        case n.PolicyApplied():
            return replace(task, gate_open=event.open)
        case n.NetCut() | n.NetMended():
            return replace(task, cut=isinstance(event, n.NetCut))
        case n.ModelAsked():
            return replace(task, asking=task.asking + 1)
        case n.ModelAnswered():
            return _answered(task, at, event)
        case _:
            return _learn_budget(task, event)


def _learn_budget(task: Task, event: object) -> Task:
    match event:
        case n.BudgetSet():
            told = replace(task, unpriced=0, budget_tokens=event.tokens)
            return replace(told, budget_dollars=event.dollars)
        case n.BudgetSpent():
            return replace(task, over=event.why)
        case _:
            return task


def _answered(task: Task, at: float, event: n.ModelAnswered) -> Task:
    return replace(
        task,
        asking=max(0, task.asking - 1),
        answered=at,
        model=event.model or task.model,
        tokens_in=task.tokens_in + event.tokens_in + event.tokens_cached,
        tokens_out=task.tokens_out + event.tokens_out,
        cost=round(task.cost + event.cost, 6),
        unpriced=task.unpriced + (0 if event.priced else _tokens(event)),
    )


def _tokens(event: n.ModelAnswered) -> int:
    return event.tokens_in + event.tokens_cached + event.tokens_out
