"""`swarm new --offline`: a warm base in place of the set-up, and preset `locked`."""

from functools import partial

from swarm.adapters.git import user_refs
from swarm.adapters.git.repository import Repository
from swarm.engine.context import EngineContext
from swarm.engine.readers import setup_base
from swarm.model.project import ProjectChoice
from swarm.model.wishes import NewTasks
from swarm.plan.host_facts import HostFacts, sandbox_user
from swarm.plan.specs import OFFLINE_PRESET


def preset(wish: NewTasks) -> str:
    """The preset of the tasks' own; empty for the settings'."""
    return OFFLINE_PRESET if wish.offline else ""


def require_base(
    context: EngineContext,
    repository: Repository,
    commit: str,
    host: HostFacts,
    choice: ProjectChoice,
) -> None:
    """PlanError if the project has a set-up, and no warm base of it is there."""
    uid, gid = sandbox_user(host.uid, host.gid)
    files = setup_base.files_at(repository.git, commit, choice)
    subject = setup_base.Subject(
        str(repository.root), files, host.image, f"{uid}:{gid}", choice
    )
    history = partial(user_refs.is_in_history, repository, commit)
    _, refusal = setup_base.standing(
        context.paths, context.containers.image_id, subject, history
    )
    if refusal is not None:
        raise refusal
