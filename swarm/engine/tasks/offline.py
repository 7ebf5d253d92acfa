"""`swarm new --offline`: a warm base in place of the set-up, and preset `locked`."""

from swarm.adapters import warm_bases
from swarm.adapters.git.repository import Repository
from swarm.engine.context import EngineContext
from swarm.engine.tasks import warm_key
from swarm.errors import PlanError
from swarm.model.project import ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.model.wishes import NewTasks
from swarm.plan import planner
from swarm.plan.planner import HostFacts
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
    if not choice.setup:
        return
    if not choice.keeps_setup:
        raise PlanError(
            "a set-up beside services is run for each task, and needs the network",
            hint="leave --offline out, or say in swarm.toml what fills the services: "
            "`each_task`",
        )
    uid, gid = planner.sandbox_user(host.uid, host.gid)
    repo = str(repository.root)
    subject = warm_key.Subject(
        repository.git, repo, commit, host.image, f"{uid}:{gid}", choice
    )
    key = warm_key.of_subject(context, subject)
    bases = warm_bases.of_key(context.paths.bases, key)
    if not any(warm_bases.is_whole(context.paths.bases, base) for base in bases):
        raise no_base(repo)


def no_base(repo: str) -> PlanError:
    """The refusal of a task that would have to run its set-up."""
    return PlanError(
        f"there is no warm base for this set-up of {safe_line(repo, 200)}",
        hint="a task without --offline runs the set-up once and leaves one; "
        "`swarm setup` lists them",
    )
