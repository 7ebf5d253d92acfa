"""A task's network through its life: claimed, told of, renewed, and gone."""

from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.egress import policy_resolver
from swarm.engine.egress.java_truststore import jks
from swarm.engine.gate.client import GateInfo
from swarm.engine.gate.net_pool import GateConfig
from swarm.errors import ConfigError, SwarmError, ToolError
from swarm.model import events as e
from swarm.model.task import State, Task
from swarm.plan import sandbox_environment

HOLDING = frozenset({State.PROVISIONING, State.LIVE})
"""A sandbox may be in the net of such a task."""


def claim(kit: EngineContext, task: Task, net: str) -> Task:
    """The net is this task's from now on, with its policy; nobody else gets it."""
    kit.nets.log.own(net, task.id)
    recorded = kit.journal.record(task.id, e.NetReady(net))
    assert recorded is not None
    policy_resolver.apply(kit, recorded, "launch")
    tell(kit, recorded)
    return recorded


def tell(kit: EngineContext, task: Task) -> None:
    """Write what the sandbox sees at /etc/swarm; in place, for it may be mounted."""
    hello = kit.nets.up()
    folder = kit.places.told(task.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    policy = policy_resolver.resolved(kit, task).policy
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


def renew(kit: EngineContext, task: Task, why: str) -> None:
    """Files or grants changed: put the policy in force and tell the agent of it."""
    policy_resolver.apply(kit, task, why)
    tell(kit, task)


def renew_edited(kit: EngineContext, task_id: int) -> None:
    """As `renew`, after an edit of a file; mends what a mistake in it had left."""
    task = kit.read().task(task_id)
    if task.net not in kit.nets.served():
        kit.nets.donate(task.net, policy_resolver.held(kit, task))
    renew(kit, task, "a policy file changed")


def drop(kit: EngineContext, task: Task) -> None:
    """The task's net goes; trouble is recorded, for its container may be gone."""
    if not task.net:
        return
    try:
        kit.nets.drop(task.net)
    except SwarmError as error:
        kit.journal.record(task.id, e.Trouble("net", error.message))
    kit.nets.log.disown(task.net)


def reconcile(kit: EngineContext) -> None:
    """Bring gate and nets in line with the tasks; blocks for 0.3 s a task.

    Whenever the engine or the gate is back. What no task has is made ready for one.
    """
    holders = [task for task in kit.read().tasks() if task.net and _holds(task)]
    for task in holders:
        kit.nets.log.own(task.net, task.id, kit.read().last_line(task.id))
    known = kit.nets.known()
    if not known:
        return
    hello = kit.nets.up()
    for task in holders:
        with kit.locks.of(task.id):
            _again(kit, task, known, hello)
    for net in known - {task.net for task in holders}:
        if net in hello.nets:
            kit.nets.adopt(net)
        else:
            kit.nets.drop(net)


def _holds(task: Task) -> bool:
    return task.state in HOLDING


def _again(kit: EngineContext, task: Task, known: set[str], hello: GateInfo) -> None:
    if task.net not in known:
        reason = "its network's container is gone: nothing passes any more"
        kit.journal.record(task.id, e.Trouble("net", reason))
        return
    try:
        if task.net in hello.nets:
            policy_resolver.apply(kit, task, "the keeper is back")
        else:
            kit.nets.donate(task.net, _last_good(kit, task))
        if task.cut:
            kit.nets.gate.ask("cut", net=task.net)
    except SwarmError as error:
        kit.journal.record(task.id, e.Trouble("net", error.message))


def _last_good(kit: EngineContext, task: Task) -> GateConfig:
    """The policy as its files say, or as it last was where one has a mistake now."""
    try:
        return policy_resolver.held(kit, task)
    except ConfigError as error:
        kept = kit.nets.last_held(task.net)
        if kept is None:
            raise
        kit.journal.record(task.id, e.Trouble("policy", error.message))
        return kept


def recover(kit: EngineContext, reason: str) -> None:
    """The gate has ended: every live task's listeners are given to a new one."""
    kit.journal.record(None, e.GateDown(reason))
    for net in kit.nets.empty_pool():
        kit.nets.drop(net)
    hello = kit.nets.up()
    reconcile(kit)
    kit.journal.record(None, e.GateUp(hello.run))


def cut(kit: EngineContext, task_id: int, why: str) -> None:
    """Nothing of the task's passes any more; what is open ends."""
    task = _with_net(kit, task_id)
    if not task.cut:
        kit.nets.gate.ask("cut", net=task.net)
        kit.journal.record(task_id, e.NetCut(why))


def cut_by_human(kit: EngineContext, task_id: int) -> None:
    """As `cut`, on a wish."""
    cut(kit, task_id, "cut by you")


def mend(kit: EngineContext, task_id: int) -> None:
    """The policy counts again."""
    task = _with_net(kit, task_id)
    if task.cut:
        kit.nets.gate.ask("mend", net=task.net)
        kit.journal.record(task_id, e.NetMended())


def _with_net(kit: EngineContext, task_id: int) -> Task:
    task = kit.read().task(task_id)
    if not task.net or task.state is not State.LIVE:
        raise ToolError(f"task {task_id} is {task.state}: it has no network")
    return task
