"""Resolves a policy from all of its layers: files, preset, agent and grants."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.agents import login_store
from swarm.agents import registry as agents
from swarm.config import load, policy_files
from swarm.engine.egress import logins, repository_policy, user_network
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.errors import ConfigError
from swarm.model import events
from swarm.model.task import ACTIVE, Task
from swarm.plan.naming import HomePaths
from swarm.policy import layers, rules, services
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.policy_parser import Layer, Service
from swarm.policy.rules import Policy, Rule
from swarm.policy.toml_table import BadPolicy
from swarm.store.queries import Queries


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """The owner of a policy: a task, or a new one that does not exist yet."""

    repo: Path
    base: str
    """The commit whose policy file counts; empty for none."""
    agent: str
    grants: tuple[Rule, ...] = ()
    preset: str = ""
    """Its own, which counts before the settings'; empty for none."""


def subject(queries: Queries, task: Task) -> PolicySubject:
    """A task as the subject of a policy; its grants end with it."""
    task_grants = grants(queries, task.id) if task.state in ACTIVE else ()
    own = queries.tasks.own_preset(task.id)
    return PolicySubject(Path(task.repo), task.base, task.agent, task_grants, own)


def grants(queries: Queries, task_id: int) -> tuple[Rule, ...]:
    """The rules that the human granted to the task and did not take back."""
    granted: list[Rule] = []
    for recorded in queries.events.grants(task_id):
        match recorded.event:
            case events.PolicyGranted(scope="once" | "task") as grant:
                granted.append(rules.rule_from(grant.rule))
            case events.PolicyRevoked(scope="once" | "task") as revocation:
                revoked = rules.rule_from(revocation.rule)
                granted = [rule for rule in granted if rule != revoked]
            case _:
                pass
    return tuple(granted)


def resolve(
    paths: HomePaths,
    subject: PolicySubject,
    preset: str,
    repositories: RepositoryPolicies,
) -> ResolvedPolicy:
    """One policy from all layers; ConfigError if a file of any layer is bad.

    `preset` is the settings'; the subject's own counts before it.
    """
    preset = subject.preset or preset
    repo_text = repositories.text(subject.repo, subject.base)
    network = user_network.current()
    registries = network.endpoints()
    preset_layer = policy_files.preset(preset, services.available(registries))
    all_layers = [preset_layer, *_layers(paths, subject, repo_text)]
    ca_files = tuple(
        path
        for layer in all_layers
        if layer.name != "repo"  # it would choose whom the gate believes
        for path in layer.upstream_ca
    )
    try:
        resolved_policy = layers.resolve(
            all_layers,
            registries,
            policy_files.certificates(ca_files),
            trust_repo=repository_policy.is_trusted(paths, subject.repo, repo_text),
            chosen=network.chosen(),
        )
    except BadPolicy as error:
        raise ConfigError(str(error)) from error
    policy = services.with_known_traffic(resolved_policy.policy, registries)
    policy = replace(policy, quiet=(*policy.quiet, *_quiet(subject.agent)))
    warnings = (
        *resolved_policy.warnings,
        *user_network.warnings(network, policy_files.PRESETS[preset]),
    )
    return replace(
        resolved_policy, policy=policy, warnings=warnings, registries=registries
    )


def _quiet(name: str) -> Iterator[Rule]:
    """What the agent calls by itself, such as telemetry; its denials get no row."""
    for host in agents.find(name).quiet:
        yield Rule("deny", host, (), quiet=True, layer="agent", origin=f"agent {name}")


def _layers(
    paths: HomePaths, subject: PolicySubject, repo_text: str
) -> Iterator[Layer]:
    user_file = policy_files.beside(load.user_file())
    project_file = repository_policy.project_file(paths, subject.repo)
    for file, name in ((user_file, "user"), (project_file, "project")):
        layer = policy_files.read(file, name)
        if layer:
            yield layer
    if repo_text:
        yield policy_files.parsed(repo_text, policy_files.REPO_FILE, "repo")
    agent = agents.find(subject.agent)
    origin = f"agent {agent.name}"
    login = logins.rules_for(paths.home, agent.name)
    yield Layer(
        "agent",
        rules=login.rules,
        services=tuple(Service(s, origin=origin) for s in agent.services),
        secrets=login.secrets,
    )
    yield Layer("grant", rules=subject.grants)


def files_stamp(paths: HomePaths) -> object:
    """A value that changes when the config, a policy file or a login does.

    Takes a few calls of stat and reads no file.
    """
    projects = paths.home / "projects"
    config = load.user_file()
    files = [config, policy_files.beside(config)]
    with suppress(OSError):  # a disk that does not answer
        files += projects.glob("*/*")
        files += login_store.folder(paths.home).glob("*.json")
    return tuple((str(file), _file_stamp(file)) for file in sorted(files))


def _file_stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def digest(policy: Policy) -> str:
    """Twelve hex digits that another policy does not have."""
    text = json.dumps(rules.to_json(policy), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
