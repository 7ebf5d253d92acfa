"""A task's network through its life: claimed, told of, renewed, and gone."""

from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.egress import policy_resolver
from swarm.engine.egress.java_truststore import jks
from swarm.engine.gate.client import GateInfo
from swarm.engine.gate.net_pool import GateConfig
from swarm.errors import ConfigError, SwarmError, ToolError
from swarm.model import events
from swarm.model.task import RUNNING, State, Task
from swarm.plan import sandbox_environment


def claim(context: EngineContext, task: Task, net: str) -> Task:
    """The net is this task's from now on, with its policy; nobody else gets it."""
    context.nets.log.own(net, task.id)
    recorded = context.journal.record(task.id, events.NetReady(net))
    assert recorded is not None
    policy_resolver.apply(context, recorded, "launch")
    tell(context, recorded)
    return recorded


def tell(context: EngineContext, task: Task) -> None:
    """Write what the sandbox sees at /etc/swarm; in place, for it may be mounted."""
    hello = context.nets.up()
    folder = context.places.told(task.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    policy = policy_resolver.resolved(context, task).policy
    for name, content in _files(hello).items():
        _write(folder / name, content)
    _write(folder / "policy.md", sandbox_environment.policy_text(policy).encode())


def _files(hello: GateInfo) -> dict[str, bytes]:
    bundle = f"{hello.roots.rstrip()}\n{hello.ca}"
    return {
        "ca.pem": hello.ca.encode(),
        "bundle.pem": bundle.encode(),
        "trust.jks": jks(bundle),
    }


def _write(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)
        file.chmod(0o644)


def renew(context: EngineContext, task: Task, why: str) -> None:
    """Files or grants changed: put the policy in force and tell the agent of it."""
    policy_resolver.apply(context, task, why)
    tell(context, task)


def renew_edited(context: EngineContext, task_id: int) -> None:
    """As `renew`, after an edit of a file; mends what a mistake in it had left."""
    task = context.read().tasks.get(task_id)
    if task.net.name not in context.nets.served():
        context.nets.donate(task.net.name, policy_resolver.held(context, task))
    renew(context, task, "a policy file changed")


def drop(context: EngineContext, task: Task) -> None:
    """The task's net goes; trouble is recorded, for its container may be gone."""
    if not task.net.name:
        return
    try:
        context.nets.drop(task.net.name)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("net", error.message))
    context.nets.log.disown(task.net.name)


def reconcile(context: EngineContext) -> None:
    """Bring gate and nets in line with the tasks; blocks for 0.3 s a task.

    Whenever the engine or the gate is back. What no task has is made ready for one.
    """
    holders = [
        task for task in context.read().tasks.all() if task.net.name and _holds(task)
    ]
    for task in holders:
        context.nets.log.own(
            task.net.name, task.id, context.read().events.last_gate_line(task.id)
        )
    known = context.nets.known()
    if not known:
        return
    hello = context.nets.up()
    for task in holders:
        with context.locks.of(task.id):
            _again(context, task, known, hello)
    for net in known - {task.net.name for task in holders}:
        if net in hello.nets:
            context.nets.adopt(net)
        else:
            context.nets.drop(net)


def _holds(task: Task) -> bool:
    return task.state in RUNNING


def _again(
    context: EngineContext, task: Task, known: set[str], hello: GateInfo
) -> None:
    if task.net.name not in known:
        reason = "its network's container is gone: nothing passes any more"
        context.journal.record(task.id, events.Trouble("net", reason))
        return
    try:
        if task.net.name in hello.nets:
            policy_resolver.apply(context, task, "the keeper is back")
        else:
            context.nets.donate(task.net.name, _last_good(context, task))
        if task.net.is_cut:
            context.nets.gate.ask("cut", net=task.net.name)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("net", error.message))


def _last_good(context: EngineContext, task: Task) -> GateConfig:
    """The policy as its files say, or as it last was where one has a mistake now."""
    try:
        return policy_resolver.held(context, task)
    except ConfigError as error:
        kept = context.nets.last_held(task.net.name)
        if kept is None:
            raise
        context.journal.record(task.id, events.Trouble("policy", error.message))
        return kept


def recover(context: EngineContext, reason: str) -> None:
    """The gate has ended: every live task's listeners are given to a new one."""
    context.journal.record(None, events.GateDown(reason))
    for net in context.nets.empty_pool():
        context.nets.drop(net)
    hello = context.nets.up()
    reconcile(context)
    context.journal.record(None, events.GateUp(hello.run))


def cut(context: EngineContext, task_id: int, why: str) -> None:
    """Nothing of the task's passes any more; what is open ends."""
    task = _with_net(context, task_id)
    if not task.net.is_cut:
        context.nets.gate.ask("cut", net=task.net.name)
        context.journal.record(task_id, events.NetCut(why))


def cut_by_human(context: EngineContext, task_id: int) -> None:
    """As `cut`, on a wish."""
    cut(context, task_id, "cut by you")


def mend(context: EngineContext, task_id: int) -> None:
    """The policy counts again."""
    task = _with_net(context, task_id)
    if task.net.is_cut:
        context.nets.gate.ask("mend", net=task.net.name)
        context.journal.record(task_id, events.NetReconnected())


def _with_net(context: EngineContext, task_id: int) -> Task:
    task = context.read().tasks.get(task_id)
    if not task.net.name or task.state is not State.LIVE:
        raise ToolError(f"task {task_id} is {task.state}: it has no network")
    return task
