"""Which policy each task has: every layer read anew, the last good one kept."""

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters import package_registries, secret_sources
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.repository import Repository
from swarm.agents import registry as agents
from swarm.config import load, policy_files
from swarm.engine.context import EngineContext
from swarm.engine.gate.net_pool import GateConfig
from swarm.errors import ConfigError, SwarmError
from swarm.model import events
from swarm.model.task import ACTIVE, Task
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.policy import layers, rules, services
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.policy_parser import Layer, Service
from swarm.policy.rules import Policy, Rule
from swarm.policy.toml_table import BadPolicy
from swarm.store.queries import Queries

NO_BLOB = 128
"""What git answers where a commit has no such path."""


@functools.cache
def known_registries() -> services.Registries:
    """Asked of the tools once in a process: about a second."""
    return package_registries.registries()


@functools.cache
def _usable() -> frozenset[str]:
    """The services that can be switched on here."""
    found = known_registries()
    return frozenset(
        name
        for name, body in services.catalogue().items()
        if "registry" not in body or body["registry"] in found
    )


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """Whose policy is asked for: a task, or what a new one would be."""

    repo: Path
    base: str
    """The commit whose policy file counts; empty for none."""
    agent: str
    grants: tuple[Rule, ...] = ()


def subject(read: Queries, task: Task) -> PolicySubject:
    """A task as the subject of a policy; what was granted to it ends with it."""
    given = grants(read, task.id) if task.state in ACTIVE else ()
    return PolicySubject(Path(task.repo), task.base, task.agent, given)


def grants(read: Queries, task_id: int) -> tuple[Rule, ...]:
    """What the human granted for as long as the task lives, and did not take back."""
    kept: list[Rule] = []
    for recorded in read.events.grants(task_id):
        match recorded.event:
            case events.PolicyGranted(scope="once" | "task") as given:
                kept.append(rules.rule_from(given.rule))
            case events.PolicyRevoked(scope="once" | "task") as taken:
                gone = rules.rule_from(taken.rule)
                kept = [rule for rule in kept if rule != gone]
            case _:
                pass
    return tuple(kept)


def resolve(places: HomePaths, at: PolicySubject, preset: str) -> ResolvedPolicy:
    """One policy from all layers; ConfigError where a file of any layer is bad."""
    found = list(_layers(places, at, preset))
    paths = tuple(path for layer in found for path in layer.upstream_ca)
    try:
        return layers.resolve(
            found,
            known_registries(),
            policy_files.certificates(paths),
            trust_repo=_is_trusted(places, at),
        )
    except BadPolicy as error:
        raise ConfigError(str(error)) from error


def resolved(context: EngineContext, task: Task) -> ResolvedPolicy:
    """What `resolve` says of a task, grants and all."""
    return resolve(
        context.places, subject(context.read(), task), context.config().gate.preset
    )


def of_task(paths: HomePaths, task_id: int) -> ResolvedPolicy:
    """As `resolve`, for a front end: a task as the file has it."""
    preset = load.load(load.user_file()).gate.preset
    queries = Queries(paths.database)
    try:
        at = subject(queries, queries.tasks.get(task_id))
    finally:
        queries.close()
    return resolve(paths, at, preset)


def _layers(paths: HomePaths, at: PolicySubject, preset: str) -> Iterator[Layer]:
    yield policy_files.preset(preset, _usable())
    user = policy_files.beside(load.user_file())
    for file, name in ((user, "user"), (project_file(paths, at.repo), "project")):
        layer = policy_files.read(file, name)
        if layer:
            yield layer
    text = repo_text(paths, at)
    if text:
        yield policy_files.parsed(text, policy_files.REPO_FILE, "repo")
    agent = agents.find(at.agent)
    origin = f"agent {agent.name}"
    yield Layer(
        "agent", services=tuple(Service(s, origin=origin) for s in agent.services)
    )
    yield Layer("grant", rules=at.grants)


def stamp(paths: HomePaths) -> object:
    """Changes when any policy file of the human's does; a few calls of stat."""
    projects = paths.home / "projects"
    files = [policy_files.beside(load.user_file()), *projects.glob("*/*")]
    return tuple((str(file), _time(file)) for file in sorted(files))


def _time(file: Path) -> tuple[int, int]:
    try:
        known = file.stat()
    except OSError:
        return (0, 0)
    return (known.st_mtime_ns, known.st_size)


def project_file(paths: HomePaths, repo: Path) -> Path:
    """What the human granted for one repository; it lies with us, never in it."""
    digest = hashlib.sha256(str(repo).encode(errors="surrogateescape")).hexdigest()
    return paths.home / "projects" / f"{repo.name}-{digest[:12]}" / "policy.toml"


def repo_text(paths: HomePaths, at: PolicySubject) -> str:
    """The repository's own policy file at the base commit; empty where it has none."""
    if not at.base:
        return ""
    git = Repository.open(at.repo, paths.home).git.accepting(NO_BLOB)
    words = ("blob", f"{at.base}:{policy_files.REPO_FILE}")
    content: bytes
    status, content, _ = git.cat_file(*words, with_extended_output=True, **RAW)
    if status:
        return ""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{policy_files.REPO_FILE}: {error}") from error


def head(paths: HomePaths, repo: Path) -> str:
    """The commit that a new task of this repository would start from."""
    return Repository.open(repo, paths.home).head


def _trust_mark(paths: HomePaths, at: PolicySubject) -> Path:
    text = repo_text(paths, at)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return project_file(paths, at.repo).with_name(f"trusted-{digest}")


def _is_trusted(paths: HomePaths, at: PolicySubject) -> bool:
    return bool(repo_text(paths, at)) and _trust_mark(paths, at).exists()


def trust(paths: HomePaths, at: PolicySubject) -> None:
    """The human has read exactly this text, and wants what it asks for."""
    mark = _trust_mark(paths, at)
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.touch(mode=0o600)


def digest(policy: Policy) -> str:
    """Twelve hex digits that another policy does not have."""
    text = json.dumps(rules.to_json(policy), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def held(context: EngineContext, task: Task) -> GateConfig:
    """The task's policy with its secrets' values; SwarmError where one is missing."""
    return _held(context, task, resolved(context, task).policy)


def _held(context: EngineContext, task: Task, policy: Policy) -> GateConfig:
    plan = specs.from_json(context.read().tasks.plan(task.id))
    environment = plan.sandbox.environment
    used = {rule.inject.secret for rule in policy.rules if rule.inject}
    values = {
        secret.name: secret_sources.fetch(secret.name, secret.source)
        for secret in policy.secrets
        if secret.name in used
    }
    placeholders = {
        secret.name: environment[secret.placeholder]
        for secret in policy.secrets
        if secret.placeholder in environment
    }
    return GateConfig(policy, values, placeholders)


def apply(context: EngineContext, task: Task, why: str) -> None:
    """Put the task's policy in force at the gate, and record it."""
    found = resolved(context, task)
    policy = found.policy
    applied = events.PolicyApplied(
        rules=len(policy.rules),
        digest=digest(policy),
        why=why,
        cut=context.nets.hold(task.net.name, _held(context, task, policy)),
        open=policy_files.is_log_only(policy),
        asked=len(found.requests) + len(found.requested_services),
    )
    context.journal.record(task.id, applied)


def try_apply(context: EngineContext, task: Task, why: str) -> None:
    """As `apply`; what cannot be applied is recorded, and the last good one stays."""
    try:
        apply(context, task, why)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("policy", error.message))
