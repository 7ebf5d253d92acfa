"""A task's network through its life: claimed, renewed, cut, restored and removed."""

from contextlib import suppress
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.egress import login_refresh, policy_enforcement, user_network
from swarm.engine.egress.java_truststore import jks
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.gate.client import GateInfo
from swarm.engine.host import images
from swarm.engine.parts import EngineParts
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events
from swarm.model.task import RUNNING, Task
from swarm.plan import box_page, package_settings, sandbox_environment, specs
from swarm.plan.specs import Plan
from swarm.policy.rules import Policy


def claim(parts: EngineParts, task: Task, net: str) -> Task:
    """The net is this task's from now on, with its policy; nobody else gets it."""
    parts.nets.log.register(net, task.id, limited_by=_limited_by(task))
    # A login that ends in a moment is renewed first: the agent begins with a good one.
    login_refresh.renew_quietly(parts, task.agent)
    recorded = parts.context.journal.record(task.id, events.NetReady(net))
    assert recorded is not None
    renew(parts, recorded, "launch")
    return recorded


def write_sandbox_files(parts: EngineParts, task: Task, policy: Policy) -> None:
    """Write the files that the sandbox sees at /etc/swarm.

    They are written in place, for a running sandbox has the folder mounted.
    """
    plan = specs.from_json(parts.context.read().tasks.plan(task.id))
    write_box_files(parts, plan, policy)


def write_box_files(parts: EngineParts, plan: Plan, policy: Policy) -> None:
    """Write what the box of this plan sees at /etc/swarm."""
    gate_info = parts.nets.up()
    # The plan of a task from an earlier version mounts a folder of another name.
    folder = sandbox_environment.mounted_folder(plan.sandbox.mounts)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    host_texts = (text.decode() for text in images.host_certificates().values())
    added = (*policy.upstream_ca, *host_texts)
    for name, content in certificate_files(gate_info, added).items():
        _write_if_changed(folder / name, content)
    network = user_network.current()
    texts = package_settings.files(network, sandbox_environment.BUNDLE)
    texts["policy.md"] = sandbox_environment.policy_text(policy, network)
    texts[box_page.PAGE_NAME] = box_page.page(plan.way)
    texts[box_page.SCRIPT_NAME] = box_page.command_not_found()
    for name, text in (*texts.items(), *plan.files.items()):
        _make_folders(folder, name)
        _write_if_changed(folder / name, text.encode("utf-8", "replace"))


def certificate_files(gate_info: GateInfo, added: tuple[str, ...]) -> dict[str, bytes]:
    """The files by which programs in the sandbox trust the gate.

    They trust the `added` authorities, as the gate does: where it does not look inside,
    a mirror's own certificate reaches them, or that of a proxy which signs TLS anew.
    """
    own = "".join(f"{text.strip()}\n" for text in (gate_info.ca, *dict.fromkeys(added)))
    bundle = f"{gate_info.roots.rstrip()}\n{own}"
    return {
        "ca.pem": own.encode(),
        "bundle.pem": bundle.encode(),
        "trust.jks": jks(bundle),
    }


def _make_folders(folder: Path, name: str) -> None:
    """Make the folders of a file that the agent's user can enter, for any umask."""
    for parent in reversed(Path(name).parents[:-1]):
        (folder / parent).mkdir(exist_ok=True)
        (folder / parent).chmod(0o755)


def _write_if_changed(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)
        file.chmod(0o644)


def renew(
    parts: EngineParts,
    task: Task,
    why: str,
    repositories: RepositoryPolicies | None = None,
) -> None:
    """Resolve the task's policy, put it in force and tell the agent of it."""
    resolved_policy = policy_enforcement.resolve(parts.context, task, repositories)
    policy_enforcement.apply(parts, task, resolved_policy, why)
    write_sandbox_files(parts, task, resolved_policy.policy)


def renew_edited(
    parts: EngineParts, task_id: int, repositories: RepositoryPolicies
) -> None:
    """Renew the policy after an edit of a file.

    Opens the listeners too if the gate does not hold them: a mistake in the file that
    was just edited can have kept the keeper from that.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    resolved_policy = policy_enforcement.resolve(context, task, repositories)
    if task.net.name not in parts.nets.served():
        policy_enforcement.hand_over_listeners(parts, task, resolved_policy)
    policy_enforcement.apply(parts, task, resolved_policy, "a policy file changed")
    write_sandbox_files(parts, task, resolved_policy.policy)


def drop(parts: EngineParts, task: Task) -> None:
    """Remove the task's net; trouble is recorded, for its container may be gone.

    What the gate wrote of it while no keeper read is read first.
    """
    if not task.net.name:
        return
    with suppress(SwarmError):  # a gate that cannot be read is told by its next user
        parts.nets.gate.catch_up()
    try:
        parts.nets.drop(task.net.name)
    except SwarmError as error:
        parts.context.journal.record(task.id, events.Trouble("net", error.message))
    release(parts, task.net.name)


def release(parts: EngineParts, net: str) -> None:
    """Forget a net that is gone; its lines until now are still recorded."""
    parts.nets.log.release(net)
    parts.last_policies.pop(net, None)


def _limited_by(task: Task) -> tuple[str, str] | None:
    """Host and model whose answer lifts the task's limit; None if it has none."""
    return (task.limit.host, task.limit.model) if task.limit else None


def register_nets(parts: EngineParts) -> list[Task]:
    """The tasks that have a net, each credited with the gate's lines of its own.

    Called before any end is recorded: that forgets the task's net, and what the gate
    wrote of it while no keeper read would be nobody's.
    """
    context = parts.context
    tasks = [
        task
        for task in context.read().tasks.all()
        if task.net.name and task.state in RUNNING
    ]
    for task in tasks:
        newest = context.read().events.last_gate_line(task.id)
        limited_by = _limited_by(task)
        parts.nets.log.register(task.net.name, task.id, newest, limited_by)
    return tasks


def reconcile(parts: EngineParts) -> None:
    """Bring gate and nets in line with the tasks; blocks for 0.3 s a task.

    Runs whenever the container engine or the gate is back. Nets without a task go
    back to the pool if the gate holds them, and are removed if it does not.
    """
    context = parts.context
    tasks = register_nets(parts)
    existing_nets = parts.nets.existing()
    if not existing_nets:
        return
    gate_info = parts.nets.up()
    for task in tasks:
        with context.locks.of(task.id):
            _restore(parts, task, existing_nets, gate_info)
    for net in existing_nets - {task.net.name for task in tasks}:
        if net in gate_info.nets:
            parts.nets.adopt(net)
        else:
            parts.nets.drop(net)


def _restore(
    parts: EngineParts, task: Task, existing_nets: set[str], gate_info: GateInfo
) -> None:
    context = parts.context
    if task.net.name not in existing_nets:
        reason = "its network's container is gone: nothing passes any more"
        context.journal.record(task.id, events.Trouble("net", reason))
        return
    try:
        if task.net.name in gate_info.nets:
            resolved_policy = policy_enforcement.resolve(context, task)
            policy_enforcement.apply(parts, task, resolved_policy, "the keeper is back")
        else:
            resolved_policy = policy_enforcement.resolve_or_last_good(parts, task)
            parts.nets.log.forget_open(task.net.name)
            policy_enforcement.hand_over_listeners(parts, task, resolved_policy)
        write_sandbox_files(parts, task, resolved_policy.policy)
        if task.net.is_cut:
            parts.nets.gate.send_command("cut", net=task.net.name)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("net", error.message))


def recover(parts: EngineParts, reason: str) -> None:
    """Start a new gate after one has ended, and give it every live task's listeners."""
    context = parts.context
    context.journal.record(None, events.GateDown(reason))
    for net in parts.nets.empty_pool():
        parts.nets.drop(net)
    gate_info = parts.nets.up()
    reconcile(parts)
    context.journal.record(None, events.GateUp(gate_info.run))


def cut(parts: EngineParts, task_id: int, why: str) -> None:
    """Let nothing of the task's pass any more, and end its open connections."""
    context = parts.context
    task = _task_with_net(context, task_id)
    if not task.net.is_cut:
        parts.nets.gate.send_command("cut", net=task.net.name)
        context.journal.record(task_id, events.NetCut(why))


def cut_by_human(parts: EngineParts, task_id: int) -> None:
    """Cut the network because a human asked for it."""
    cut(parts, task_id, "cut by you")


def uncut(parts: EngineParts, task_id: int) -> None:
    """End a cut: the policy counts again."""
    context = parts.context
    task = _task_with_net(context, task_id)
    if task.net.is_cut:
        parts.nets.gate.send_command("uncut", net=task.net.name)
        context.journal.record(task_id, events.NetReconnected())


def _task_with_net(context: EngineContext, task_id: int) -> Task:
    task = context.live_task(task_id)
    if not task.net.name:
        raise IllegalMove(f"task {task_id} has no network")
    return task
