"""Carries out what a human allows, denies and takes back while agents are at work."""

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from swarm.config import load, policy_files, policy_writer, public_suffixes
from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.engine.egress import (
    policy_resolver,
    repository_policy,
    task_network,
    user_network,
)
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.parts import EngineParts
from swarm.errors import Refused, SwarmError
from swarm.model import events, format
from swarm.model.task import State, Task
from swarm.model.wishes import AddService, Grant, Panic, Revoke, Trust
from swarm.policy import decide, explain, hosts
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.hosts import BadHost
from swarm.policy.policy_parser import Service
from swarm.policy.rules import Policy, Rule
from swarm.policy.services import expand
from swarm.policy.toml_table import BadPolicy

OF_TASK = ("once", "task")


def grant(parts: EngineParts, wish: Grant) -> dict[str, Any]:
    """Add the wish's rule, which is in force when this returns.

    Refused for what is never approvable, and for addresses and local names unless the
    wish says that it means the user's own network.
    """
    context = parts.context
    rule, scope = _rule(wish), wish.scope
    why = f"{rule.id} ({scope})"
    if scope in OF_TASK:
        task = context.live_task(
            _task_id(wish), hint="give it to the project: `--project`"
        )
        with context.locks.of(task.id):
            rule = _made_distinct(rule, policy_resolver.grants(context.read(), task.id))
            granted = events.PolicyGranted(asdict(rule), scope)
            context.journal.record(task.id, granted)
            task_network.renew(parts, task, why)
        return {"rule": rule.id, "file": ""}
    file = _policy_file(context, wish)
    policy_writer.add(file, rule, scope)
    context.journal.record(None, events.PolicyGranted(asdict(rule), scope, str(file)))
    _renew_all(parts, why)
    return {"rule": rule.id, "file": str(file)}


def add_service(parts: EngineParts, wish: AddService) -> dict[str, Any]:
    """Switch a service on, whose rules are in force when this returns.

    Refused for a service that there is not, and for one that the policy has already.
    """
    context, scope = parts.context, wish.scope
    options: dict[str, Any] = {"repos": list(wish.repos)} if wish.repos else {}
    clock = format.date_time(time.time(), seconds=False)
    service = Service(wish.service, options, f"granted by you, {clock}")
    try:
        network = user_network.current()
        service_rules = expand(service, network.endpoints(), chosen=network.chosen())
    except BadPolicy as error:
        raise Refused(str(error)) from error
    allowed = [rule for rule in service_rules if rule.kind == "allow"]
    why = f"service {wish.service} ({scope})"
    if scope in OF_TASK:
        task = context.live_task(
            _task_id(wish), hint="give it to the project: `--project`"
        )
        granted = [replace(rule, layer="grant") for rule in allowed]
        with context.locks.of(task.id):
            context.journal.record(
                task.id,
                *(events.PolicyGranted(asdict(rule), "task") for rule in granted),
            )
            task_network.renew(parts, task, why)
        return {"rule": f"service {wish.service}", "file": ""}
    file = _policy_file(context, wish)
    policy_writer.add_service(file, wish.service, options, scope)
    context.journal.record(
        None,
        *(events.PolicyGranted(asdict(rule), scope, str(file)) for rule in allowed),
    )
    _renew_all(parts, why)
    return {"rule": f"service {wish.service}", "file": str(file)}


def revoke(parts: EngineParts, wish: Revoke) -> dict[str, Any]:
    """Take back every rule about a host in one scope; returns their sentences."""
    context = parts.context
    scope, host = wish.scope, wish.host.lower()
    if scope in OF_TASK:
        task = context.read().tasks.get(_task_id(wish))
        with context.locks.of(task.id):
            revoked_rules = [
                rule
                for rule in policy_resolver.grants(context.read(), task.id)
                if rule.host == host
            ]
            for rule in revoked_rules:
                context.journal.record(
                    task.id, events.PolicyRevoked(asdict(rule), "task")
                )
            if revoked_rules and task.state is State.LIVE:
                task_network.renew(parts, task, f"took back {host}")
        return {"taken": [rule.id for rule in revoked_rules]}
    file = _policy_file(context, wish)
    sentences = policy_writer.remove(file, host, scope)
    if sentences:
        revocation = events.PolicyRevoked({"host": host}, scope, str(file))
        context.journal.record(None, revocation)
        _renew_all(parts, f"took back {host}")
    return {"taken": sentences}


def trust(parts: EngineParts, wish: Trust) -> dict[str, Any]:
    """Trust the policy file that a repository holds at one commit."""
    context = parts.context
    repo, commit = Path(wish.repo), wish.base
    repositories = RepositoryPolicies(context.paths)
    text = repositories.text(repo, commit)
    repository_policy.trust(context.paths, repo, text)
    _renew_all(parts, f"{policy_files.REPO_FILE} is trusted", repositories)
    return {}


def panic(parts: EngineParts, _wish: Panic) -> dict[str, Any]:
    """Cut every live task's egress and freeze it; one that fails stops no other."""
    stopped, failures = [], []
    for task in parts.context.read().tasks.all():
        if task.state is State.LIVE:
            try:
                _cut_and_pause(parts, task)
            except SwarmError as error:
                failures.append(f"#{task.id}: {error.message}")
            else:
                stopped.append(task.id)
    return {"tasks": stopped, "failed": failures}


def _cut_and_pause(parts: EngineParts, task: Task) -> None:
    context = parts.context
    with context.locks.of(task.id):
        task_network.cut(parts, task.id, "cut by you")
        if not task.paused:
            freezing.freeze(context, task.id)
            context.journal.record(task.id, events.TaskPaused())


def _rule(wish: Grant) -> Rule:
    port = wish.port or 443
    clock = format.date_time(time.time(), seconds=False)
    rule = Rule(
        kind=wish.kind,
        host=wish.host.lower(),
        ports=(port,) if wish.kind == "allow" else (),
        methods=tuple(method.upper() for method in wish.methods),
        paths=wish.paths,
        uses=1 if wish.scope == "once" else 0,
        expires=time.time() + wish.seconds if wish.seconds else 0.0,
        reason=wish.reason,
        allow_private=wish.private and wish.kind == "allow",
        layer="grant",
        origin=f"granted by you, {clock}",
    )
    _check(rule, port)
    return rule


def _made_distinct(rule: Rule, granted: tuple[Rule, ...]) -> Rule:
    """The rule, with another origin if one like it was granted in the same minute.

    The gate counts the uses of equal rules as those of one: a second "once" would be
    spent before it was used.
    """
    origin, number = rule.origin, 1
    while rule in granted:
        number += 1
        rule = replace(rule, origin=f"{origin}, {number}.")
    return rule


def _check(rule: Rule, port: int) -> None:
    """Refuse a rule that is malformed, or opens what a dashboard never opens."""
    try:
        PolicyEvaluator(Policy(rules=(rule,)))
        name = hosts.parse(rule.host.removeprefix("*."))
        if rule.kind != "deny":
            public_suffixes.check(hosts.pattern(rule.host))
    except (BadHost, BadPolicy, ValueError) as error:
        raise Refused(f"{rule.host}: {error}") from error
    if rule.kind == "allow":
        attempt = Attempt(name, port)
        reason = decide.lock(attempt, rule.allow_private)
        if reason:
            raise Refused(
                f"{rule.host}:{port} stays shut ({reason}: {reason.sentence})",
                hint=explain.way_out(reason, attempt),
            )


def _task_id(wish: Grant | AddService | Revoke) -> int:
    if wish.task is None:
        raise Refused(f"the wish {wish.verb} names no task")
    return wish.task


def _policy_file(context: EngineContext, wish: Grant | AddService | Revoke) -> Path:
    if wish.scope == "user":
        return policy_files.beside(load.user_file())
    repo = wish.repo or context.read().tasks.get(_task_id(wish)).repo
    return repository_policy.project_file(context.paths, Path(repo))


def _renew_all(
    parts: EngineParts, why: str, repositories: RepositoryPolicies | None = None
) -> None:
    """Renew every live task's policy; one that fails keeps its last good policy."""
    context = parts.context
    repositories = repositories or RepositoryPolicies(context.paths)
    for task in context.read().tasks.all():
        if task.state is State.LIVE and task.net.name:
            with context.locks.of(task.id):
                try:
                    task_network.renew(parts, task, why, repositories)
                except SwarmError as error:
                    trouble = events.Trouble("policy", error.message)
                    context.journal.record(task.id, trouble)
