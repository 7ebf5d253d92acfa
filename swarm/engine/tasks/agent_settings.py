"""Refuses a mode that a repository's own settings for the agent would loosen.

Told when a task is asked for, of its base; and before each start, of its worktree: an
agent that may change files may have written such settings meanwhile.
"""

from swarm.adapters.git import agent_settings
from swarm.adapters.git.repository import Repository
from swarm.agents import project_settings, registry
from swarm.agents.description import Agent
from swarm.engine.context import EngineContext
from swarm.model.task import Task
from swarm.plan.specs import Plan


def notes_on_base(
    repository: Repository,
    commit: str,
    agent: Agent,
    mode: str,
    hidden: tuple[str, ...],
) -> tuple[str, ...]:
    """What is told of a base's settings that the agent does not obey.

    PlanError, with the file and the ways out, if it would obey them.
    """
    wanted = project_settings.watched(agent, mode, hidden)
    found = agent_settings.in_commit(repository.git, commit, wanted)
    if not found:
        return ()
    if project_settings.is_refused(agent):
        raise project_settings.refusal(agent, found, mode)
    return (project_settings.note(agent, found),)


def require_none(context: EngineContext, task: Task, plan: Plan) -> None:
    """PlanError if its worktree has settings that the agent would obey."""
    agent = registry.find(task.agent)
    if not project_settings.is_refused(agent):
        return
    wanted = project_settings.watched(agent, plan.mode, plan.project.hide)
    found = agent_settings.in_worktree(context.worktree(task), wanted)
    if found:
        raise project_settings.refusal(agent, found, plan.mode)
