"""What a task's agent may read only, or not even see, at each start of its sandbox."""

from dataclasses import replace

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.snapshot import cover_record
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import covers, misread_covers
from swarm.engine.context import EngineContext
from swarm.errors import ToolError
from swarm.model import events
from swarm.model.covers import Wanted
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan import cover_mounts
from swarm.plan.specs import Plan


def wanted(plan: Plan) -> Wanted:
    """What a task's plan says."""
    return Wanted(plan.project.protect, plan.project.hide)


def notes_on_absent(
    repository: Repository, commit: str, choice: ProjectChoice, written: ProjectChoice
) -> tuple[str, ...]:
    """Notes on what is `written` in the repository's file and is not in the commit.

    `choice` is what counts for a task, with what the settings say. Refused for a path
    that cannot be covered, so that no task is queued for it.
    """
    needed = covers.resolve(repository.git, commit, Wanted(choice.protect, choice.hide))
    misread_covers.refuse(repository.git, commit, needed)
    absent = {cover.path for cover in needed if cover.stands == "nothing"}
    return tuple(
        f"{FILE}: {key}: there is no {safe_line(path, 200)} at the base"
        for key, paths in (("protect", written.protect), ("hide", written.hide))
        for path in paths
        if path in absent
    )


def with_covers(context: EngineContext, task: Task, plan: Plan) -> Plan:
    """The plan with the mounts over the worktree, where everything is in its place.

    It is in a worktree that was just made; else `put_back` comes first.
    """
    if not wanted(plan):
        return plan
    of = context.task_git(task)
    _require_record(of)
    held = cover_record.load(of)
    return replace(
        plan, sandbox=cover_mounts.with_covers(plan.sandbox, of.covers, held)
    )


def put_back(context: EngineContext, task: Task, plan: Plan) -> None:
    """Have what was moved be where it was, before a sandbox starts.

    No process of the task's may run. What is left in the way is renamed, and told.
    """
    if not wanted(plan):
        return
    of = context.task_git(task)
    _require_record(of)
    _, aside = covers.put_back(of, plan.owner)
    if aside:
        names = ", ".join(safe_line(path, 100) for path in aside[:5])
        reason = f"what it may not write was put back; what stood there is now {names}"
        context.journal.record(task.id, events.Trouble("covers", reason))


def _require_record(of: TaskGit) -> None:
    if not cover_record.exists(of):
        raise ToolError(
            f"what the agent of task {of.task} may not write or see is not known any "
            "more",
            hint=f"start it anew: `swarm retry {of.task}`",
        )
