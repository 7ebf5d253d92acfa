"""Writes a project's files of variables into a new worktree, without their secrets."""

from collections.abc import Iterator
from secrets import token_hex

from swarm.adapters.git import tree_at
from swarm.adapters.git.safe_fs.writer import SafeWriter
from swarm.config import env_file
from swarm.engine.context import EngineContext
from swarm.engine.egress import repository_project
from swarm.engine.tasks.launch_steps import Steps
from swarm.model import events
from swarm.model.covers import topmost_of
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan.specs import PLACEHOLDER_PREFIX, Plan

_MODE = 0o644


STEP = "env files"


def write(context: EngineContext, task: Task, plan: Plan, steps: Steps) -> None:
    """Write those that the plan's project names, from the human's own checkout.

    One that is tracked, or not there, is left out; that, and what became a placeholder,
    is recorded beside the task. ConfigError for a line that is no variable.
    """
    if not plan.project.env_files:
        return
    with steps.step(STEP):
        for note in _written(context, task, plan):
            steps.note(note)
            context.journal.record(task.id, events.Trouble(STEP, note))


def _written(context: EngineContext, task: Task, plan: Plan) -> Iterator[str]:
    """Write them, and answer what the human should know."""
    task_git = context.task_git(task)
    repository, names = task_git.repo, plan.project.env_files
    tracked = tree_at.named(repository.git, task.base, names)
    found = (
        repository_project.in_checkout(repository.work_tree, names)
        if repository.work_tree
        else {}
    )
    with SafeWriter(task_git.worktree, plan.owner) as writer:
        for name in names:
            shown = safe_line(name, 200)
            if topmost_of(name, plan.project.hide) is not None:
                yield f"{shown} is hidden from the agent, so it is not written"
            elif name in tracked:
                yield f"{shown} is tracked, so it is there as it is; see `hide`"
            elif name not in found:
                yield f"there is no {shown} in your checkout"
            else:
                boxed = env_file.boxed(found[name], shown, _given(plan), _worthless)
                writer.put(name, _MODE, boxed.text.encode(), replace=True)
                if boxed.replaced:
                    yield _replaced(shown, boxed.replaced)


def _given(plan: Plan) -> dict[str, str]:
    """What the policy's secrets and the project itself say of variables."""
    held = {
        name: value
        for name, value in plan.sandbox.environment.items()
        if value.startswith(PLACEHOLDER_PREFIX)
    }
    return {**held, **plan.project.environment}


def _worthless() -> str:
    return f"{PLACEHOLDER_PREFIX}{token_hex(16)}"


def _replaced(name: str, variables: tuple[str, ...]) -> str:
    return (
        f"{name}: {', '.join(variables)} look like secrets, so the box has worthless "
        "values; a secret of the policy with that placeholder is put in by the gate, "
        "and [environment] in swarm.toml gives a plain value"
    )
