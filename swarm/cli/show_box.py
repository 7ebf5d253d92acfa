"""`swarm show ID --as …`: a task's sandbox as others would start it."""

from swarm.cli import exit_codes, output
from swarm.engine.readers import box_record
from swarm.errors import SwarmError
from swarm.model.task import State, Task
from swarm.plan import box_text, cover_mounts, specs
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.plan.specs import SandboxSpec
from swarm.store.task_queries import TaskQueries


def show_box(form: str, paths: HomePaths, queries: TaskQueries, task: Task) -> int:
    """Print the sandbox from the stored plan, without the value of any secret."""
    spec = box_text.without_placeholders(_spec(paths, queries, task))
    if form == "seccomp":
        output.out(spec.seccomp.rstrip("\n"))
        return exit_codes.DONE
    write = box_text.docker_command if form == "docker" else box_text.compose_file
    output.out(write(spec, _note(task, spec)).rstrip("\n"))
    return exit_codes.DONE


def _spec(paths: HomePaths, queries: TaskQueries, task: Task) -> SandboxSpec:
    try:
        spec = specs.from_json(queries.plan(task.id)).sandbox
    except (KeyError, TypeError, IndexError) as error:
        raise SwarmError(
            f"the plan of task {task.id} was stored by another version of swarm",
            hint=f"`swarm show {task.id} --json` prints it as it is",
        ) from error
    held = box_record.read(paths, task.id).covers
    spec = cover_mounts.with_covers(spec, paths.covers(task.id), held)
    if task.state is State.LIVE and task.net.name:
        return specs.with_network(spec, GateNames(paths.tag).net(task.net.name))
    return spec


def _note(task: Task, spec: SandboxSpec) -> str:
    lines = [
        f"The sandbox of task {task.id}, as swarm makes it.",
        f"It needs {box_text.SECCOMP_FILE} beside it:"
        f" swarm show {task.id} --as seccomp > {box_text.SECCOMP_FILE}",
    ]
    if task.started and not task.removed:
        lines.append(
            "The task's own container may still have this name: choose another."
        )
    if spec.network == "none":
        lines.append("While a task is live, its network is a namespace of the gate's.")
    else:
        lines.append("Its network is a namespace without interfaces, but for the gate.")
    if any(value == box_text.WORTHLESS for value in spec.environment.values()):
        lines.append(f"{box_text.WORTHLESS!r} stands where the gate puts a secret in.")
    return "\n".join(lines)
