"""Puts a task's policy in force at the gate, with the values of its secrets."""

import time

from swarm.adapters import secret_sources
from swarm.config import policy_files
from swarm.engine.context import EngineContext
from swarm.engine.egress import logins, policy_resolver
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.gate.net_pool import GateConfig
from swarm.engine.host import parent_proxy
from swarm.engine.parts import EngineParts
from swarm.errors import ConfigError
from swarm.model import events
from swarm.model.task import Task
from swarm.plan import specs
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.logins import is_login
from swarm.policy.rules import Policy


def resolve(
    context: EngineContext, task: Task, repositories: RepositoryPolicies | None = None
) -> ResolvedPolicy:
    """The task's policy, grants and all; ConfigError if a file has a mistake.

    Reads every file anew. An operation on many tasks hands in one reader for all.
    """
    return policy_resolver.resolve(
        context.paths,
        policy_resolver.subject(context.read(), task),
        context.config().gate.preset,
        repositories or RepositoryPolicies(context.paths),
    )


def resolve_or_last_good(parts: EngineParts, task: Task) -> ResolvedPolicy:
    """As `resolve`; if a file has a mistake now, the policy that was last in force."""
    context = parts.context
    try:
        return resolve(context, task)
    except ConfigError as error:
        last_good = parts.last_policies.get(task.net.name)
        if last_good is None:
            raise
        context.journal.record(task.id, events.Trouble("policy", error.message))
        return last_good


def gate_config(context: EngineContext, task: Task, policy: Policy) -> GateConfig:
    """The policy with its secrets' values; SwarmError if one cannot be fetched."""
    plan = specs.from_json(context.read().tasks.plan(task.id))
    environment = plan.sandbox.environment
    used, now = (
        {rule.inject.secret for rule in policy.rules if rule.inject},
        time.time(),
    )
    values = {
        secret.name: secret_sources.fetch(secret.name, secret.source)
        for secret in policy.secrets
        if secret.name in used and not is_login(secret) and not secret.is_expired(now)
    }
    login = logins.held(context.paths.home, policy, now)
    placeholders = {
        secret.name: environment[secret.placeholder]
        for secret in policy.secrets
        if secret.placeholder in environment
    }
    parent = parent_proxy.endpoint(context.config().gate)
    return GateConfig(
        policy,
        {**values, **login.values},
        {**placeholders, **login.placeholders},
        parent,
        login.answers,
        login.former,
    )


def apply(
    parts: EngineParts, task: Task, resolved_policy: ResolvedPolicy, why: str
) -> None:
    """Put the policy in force on the task's net, and record it."""
    context = parts.context
    policy = resolved_policy.policy
    config = gate_config(context, task, policy)
    cut_connections = parts.nets.apply_config(task.net.name, config)
    parts.last_policies[task.net.name] = resolved_policy
    applied = events.PolicyApplied(
        rules=len(policy.rules),
        digest=policy_resolver.digest(policy),
        why=why,
        cut=cut_connections,
        open=policy_files.is_log_only(policy),
        asked=len(resolved_policy.requests) + len(resolved_policy.requested_services),
    )
    context.journal.record(task.id, applied)


def hand_over_listeners(
    parts: EngineParts, task: Task, resolved_policy: ResolvedPolicy
) -> None:
    """Give the task's listeners to the gate, with this policy; nothing is recorded."""
    config = gate_config(parts.context, task, resolved_policy.policy)
    parts.nets.hand_over_listeners(task.net.name, config)
    parts.last_policies[task.net.name] = resolved_policy
