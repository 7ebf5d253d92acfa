"""Answers a front end's questions about policies: a task's, and a repository's."""

from contextlib import closing
from pathlib import Path

from swarm.config import load
from swarm.engine.egress import policy_resolver, user_network
from swarm.engine.egress.policy_resolver import PolicySubject
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.model.user_network import ParentProxy
from swarm.plan.naming import HomePaths
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.services import Registries
from swarm.store.queries import Queries


def task_policy(paths: HomePaths, task_id: int) -> ResolvedPolicy:
    """The policy of a task, grants and all, as its files say now."""
    with closing(Queries(paths.database)) as queries:
        subject = policy_resolver.subject(queries, queries.tasks.get(task_id))
    return _resolve(paths, subject, RepositoryPolicies(paths))


def is_cut(paths: HomePaths, task_id: int) -> bool:
    """True if all egress of the task is cut, whatever its policy says."""
    with closing(Queries(paths.database)) as queries:
        return queries.tasks.get(task_id).net.is_cut


def new_task_policy(paths: HomePaths, repo: Path | None) -> ResolvedPolicy:
    """The policy that a new command task would have; outside a repository if None."""
    repositories = RepositoryPolicies(paths)
    base = repositories.head(repo) if repo else ""
    subject = PolicySubject(repo or Path(), base, "command")
    return _resolve(paths, subject, repositories)


def registries() -> Registries:
    """The user's package registries by tool; the first call takes about a second."""
    return user_network.current().endpoints()


def parent_proxy() -> ParentProxy | None:
    """The proxy that the gate goes out through, as settings and variables say now."""
    return user_network.proxy(load.load(load.user_file()).gate.upstream)


def head_policy_file(paths: HomePaths, repo: Path) -> tuple[str, str]:
    """The commit of a repository's HEAD and the text of its policy file there.

    The text is empty if the commit has no such file.
    """
    repositories = RepositoryPolicies(paths)
    commit = repositories.head(repo)
    return commit, repositories.text(repo, commit)


def _resolve(
    paths: HomePaths, subject: PolicySubject, repositories: RepositoryPolicies
) -> ResolvedPolicy:
    preset = load.load(load.user_file()).gate.preset
    return policy_resolver.resolve(paths, subject, preset, repositories)
