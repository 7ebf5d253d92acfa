"""The key of a task's warm base; and who may keep what a set-up installed."""

from functools import partial

from swarm.adapters.git import user_refs
from swarm.adapters.warm_bases import History
from swarm.engine.context import EngineContext
from swarm.engine.readers import setup_base
from swarm.model.task import Task
from swarm.plan.specs import Plan


def of(context: EngineContext, task: Task, plan: Plan) -> str:
    """The same for tasks that one set-up is enough for; 64 hex digits."""
    project, box = plan.project, plan.sandbox
    files = setup_base.files_at(context.task_git(task).repo.git, task.base, project)
    subject = setup_base.Subject(task.repo, files, box.image, box.user, project)
    return setup_base.key_of(context.containers.image_id, subject)


def history(context: EngineContext, task: Task) -> History:
    """What the task comes from: a base of another commit is none for it.

    A branch that the user fetched or checked out may be a stranger's work. Opens the
    repository, once for all that is asked.
    """
    repository = context.task_git(task).repo
    return partial(user_refs.is_in_history, repository, task.base)


def may_keep(context: EngineContext, task: Task) -> bool:
    """True if the base commit is the user's: no task may write what others get."""
    branches = {each.branch for each in context.read().tasks.all(removed=True)}
    is_users = partial(user_refs.is_users, context.task_git(task).repo, task.base)
    return is_users(context.config().branch_prefix, branches)
