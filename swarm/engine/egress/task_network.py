"""A task's network through its life: claimed, renewed, cut, restored and removed."""

from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.egress import policy_enforcement
from swarm.engine.egress.java_truststore import jks
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.gate.client import GateInfo
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events
from swarm.model.task import RUNNING, Task
from swarm.plan import sandbox_environment
from swarm.policy.rules import Policy


def claim(context: EngineContext, task: Task, net: str) -> Task:
    """The net is this task's from now on, with its policy; nobody else gets it."""
    context.nets.log.register(net, task.id)
    recorded = context.journal.record(task.id, events.NetReady(net))
    assert recorded is not None
    renew(context, recorded, "launch")
    return recorded


def write_sandbox_files(context: EngineContext, task: Task, policy: Policy) -> None:
    """Write the files that the sandbox sees at /etc/swarm.

    They are written in place, for a running sandbox has the folder mounted.
    """
    gate_info = context.nets.up()
    folder = context.places.etc_swarm(task.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    for name, content in _certificate_files(gate_info).items():
        _write_if_changed(folder / name, content)
    policy_text = sandbox_environment.policy_text(policy)
    _write_if_changed(folder / "policy.md", policy_text.encode())


def _certificate_files(gate_info: GateInfo) -> dict[str, bytes]:
    bundle = f"{gate_info.roots.rstrip()}\n{gate_info.ca}"
    return {
        "ca.pem": gate_info.ca.encode(),
        "bundle.pem": bundle.encode(),
        "trust.jks": jks(bundle),
    }


def _write_if_changed(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)
        file.chmod(0o644)


def renew(
    context: EngineContext,
    task: Task,
    why: str,
    repositories: RepositoryPolicies | None = None,
) -> None:
    """Resolve the task's policy, put it in force and tell the agent of it."""
    resolved_policy = policy_enforcement.resolve(context, task, repositories)
    policy_enforcement.apply(context, task, resolved_policy, why)
    write_sandbox_files(context, task, resolved_policy.policy)


def renew_edited(context: EngineContext, task_id: int) -> None:
    """Renew the policy after an edit of a file.

    Opens the listeners too if the gate does not hold them: a mistake in the file that
    was just edited can have kept the keeper from that.
    """
    task = context.read().tasks.get(task_id)
    resolved_policy = policy_enforcement.resolve(context, task)
    if task.net.name not in context.nets.served():
        policy_enforcement.donate(context, task, resolved_policy)
    policy_enforcement.apply(context, task, resolved_policy, "a policy file changed")
    write_sandbox_files(context, task, resolved_policy.policy)


def drop(context: EngineContext, task: Task) -> None:
    """Remove the task's net; trouble is recorded, for its container may be gone."""
    if not task.net.name:
        return
    try:
        context.nets.drop(task.net.name)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("net", error.message))
    release(context, task.net.name)


def release(context: EngineContext, net: str) -> None:
    """Forget a net that is gone; its lines until now are still recorded."""
    context.nets.log.release(net)
    context.last_policies.pop(net, None)


def reconcile(context: EngineContext) -> None:
    """Bring gate and nets in line with the tasks; blocks for 0.3 s a task.

    Runs whenever the container engine or the gate is back. Nets without a task go
    back to the pool if the gate holds them, and are removed if it does not.
    """
    tasks = [
        task
        for task in context.read().tasks.all()
        if task.net.name and task.state in RUNNING
    ]
    for task in tasks:
        context.nets.log.register(
            task.net.name, task.id, context.read().events.last_gate_line(task.id)
        )
    existing_nets = context.nets.existing()
    if not existing_nets:
        return
    gate_info = context.nets.up()
    for task in tasks:
        with context.locks.of(task.id):
            _restore(context, task, existing_nets, gate_info)
    for net in existing_nets - {task.net.name for task in tasks}:
        if net in gate_info.nets:
            context.nets.adopt(net)
        else:
            context.nets.drop(net)


def _restore(
    context: EngineContext, task: Task, existing_nets: set[str], gate_info: GateInfo
) -> None:
    if task.net.name not in existing_nets:
        reason = "its network's container is gone: nothing passes any more"
        context.journal.record(task.id, events.Trouble("net", reason))
        return
    try:
        if task.net.name in gate_info.nets:
            resolved_policy = policy_enforcement.resolve(context, task)
            policy_enforcement.apply(
                context, task, resolved_policy, "the keeper is back"
            )
        else:
            resolved_policy = policy_enforcement.resolve_or_last_good(context, task)
            policy_enforcement.donate(context, task, resolved_policy)
        if task.net.is_cut:
            context.nets.gate.ask("cut", net=task.net.name)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("net", error.message))


def recover(context: EngineContext, reason: str) -> None:
    """Start a new gate after one has ended, and give it every live task's listeners."""
    context.journal.record(None, events.GateDown(reason))
    for net in context.nets.empty_pool():
        context.nets.drop(net)
    gate_info = context.nets.up()
    reconcile(context)
    context.journal.record(None, events.GateUp(gate_info.run))


def cut(context: EngineContext, task_id: int, why: str) -> None:
    """Let nothing of the task's pass any more, and end its open connections."""
    task = _task_with_net(context, task_id)
    if not task.net.is_cut:
        context.nets.gate.ask("cut", net=task.net.name)
        context.journal.record(task_id, events.NetCut(why))


def cut_by_human(context: EngineContext, task_id: int) -> None:
    """Cut the network because a human asked for it."""
    cut(context, task_id, "cut by you")


def uncut(context: EngineContext, task_id: int) -> None:
    """End a cut: the policy counts again."""
    task = _task_with_net(context, task_id)
    if task.net.is_cut:
        context.nets.gate.ask("mend", net=task.net.name)
        context.journal.record(task_id, events.NetReconnected())


def _task_with_net(context: EngineContext, task_id: int) -> Task:
    task = context.live_task(task_id)
    if not task.net.name:
        raise IllegalMove(f"task {task_id} has no network")
    return task
