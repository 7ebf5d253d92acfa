"""Carries out what a human allows, denies and takes back while agents are at work."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.config import load, policy_files, policy_writer, public_suffixes
from swarm.engine.context import EngineContext
from swarm.engine.egress import policy_resolver, repository_policy, task_network
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.errors import Refused, SwarmError
from swarm.model import events, format
from swarm.model.task import State, Task
from swarm.policy import hosts
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.hosts import BadHost
from swarm.policy.rules import Policy, Rule
from swarm.policy.toml_table import BadPolicy

SCOPES = ("once", "task", "project", "user")
OF_TASK = ("once", "task")


def grant(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Carry out the wish for a rule: `kind`, `host`, `port`, `scope`, and of whom.

    Refused for what is never approvable: addresses, local names, other resolvers.
    """
    rule, scope = _rule(body), _scope(body)
    why = f"{rule.id} ({scope})"
    if scope in OF_TASK:
        task = _live_task(context, body)
        with context.locks.of(task.id):
            granted = events.PolicyGranted(asdict(rule), scope)
            context.journal.record(task.id, granted)
            task_network.renew(context, task, why)
        return {"rule": rule.id, "file": ""}
    file = _policy_file(context, body, scope)
    policy_writer.add(file, rule, scope)
    context.journal.record(None, events.PolicyGranted(asdict(rule), scope, str(file)))
    _renew_all(context, why)
    return {"rule": rule.id, "file": str(file)}


def revoke(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Take back every rule about a host in one scope; returns their sentences."""
    scope, host = _scope(body), str(body.get("host", "")).lower()
    if scope in OF_TASK:
        task = context.read().tasks.get(int(body["task"]))
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
                task_network.renew(context, task, f"took back {host}")
        return {"taken": [rule.id for rule in revoked_rules]}
    file = _policy_file(context, body, scope)
    sentences = policy_writer.remove(file, host, scope)
    if sentences:
        revocation = events.PolicyRevoked({"host": host}, scope, str(file))
        context.journal.record(None, revocation)
        _renew_all(context, f"took back {host}")
    return {"taken": sentences}


def trust(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Trust the policy file that a repository holds at one commit."""
    repo, commit = Path(str(body["repo"])), str(body["base"])
    repositories = RepositoryPolicies(context.places)
    text = repositories.text(repo, commit)
    repository_policy.trust(context.places, repo, text)
    _renew_all(context, f"{policy_files.REPO_FILE} is trusted", repositories)
    return {}


def panic(context: EngineContext, _body: dict[str, Any]) -> dict[str, Any]:
    """Cut every live task's egress and freeze it; one that fails stops no other."""
    stopped, failures = [], []
    for task in context.read().tasks.all():
        if task.state is State.LIVE:
            try:
                _cut_and_pause(context, task)
            except SwarmError as error:
                failures.append(f"#{task.id}: {error.message}")
            else:
                stopped.append(task.id)
    return {"tasks": stopped, "failed": failures}


def _cut_and_pause(context: EngineContext, task: Task) -> None:
    with context.locks.of(task.id):
        task_network.cut(context, task.id, "cut by you")
        if not task.paused:
            context.sandboxes.pause(context.names(task.id).sandbox)
            context.journal.record(task.id, events.TaskPaused())


def _rule(body: dict[str, Any]) -> Rule:
    kind, host = str(body.get("kind", "allow")), str(body.get("host", "")).lower()
    port = int(body.get("port") or 443)
    if kind not in ("allow", "deny"):
        raise Refused(f"{kind!r} is neither allow nor deny")
    seconds = float(body.get("seconds") or 0)
    clock = format.date_time(time.time(), seconds=False)
    rule = Rule(
        kind="allow" if kind == "allow" else "deny",
        host=host,
        ports=(port,) if kind == "allow" else (),
        methods=tuple(str(m).upper() for m in body.get("methods") or ()),
        paths=tuple(str(path) for path in body.get("paths") or ()),
        uses=1 if body.get("scope") == "once" else 0,
        expires=time.time() + seconds if seconds else 0.0,
        reason=str(body.get("reason") or ""),
        layer="grant",
        origin=f"granted by you, {clock}",
    )
    _check(rule, port)
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
        verdict = PolicyEvaluator(Policy()).decide(Attempt(name, port), time.time())
        if verdict.locked:
            raise Refused(
                f"{rule.host}:{port} is never allowed from here ({verdict.reason})",
                hint="only a [[tcp]] rule in your own policy file opens such a place: "
                "`swarm policy edit`",
            )


def _scope(body: dict[str, Any]) -> str:
    scope = str(body.get("scope", "task"))
    if scope not in SCOPES:
        raise Refused(f"{scope!r} is no scope", hint=f"it is {', '.join(SCOPES)}")
    return scope


def _live_task(context: EngineContext, body: dict[str, Any]) -> Task:
    task = context.read().tasks.get(int(body["task"]))
    if task.state is not State.LIVE:
        raise Refused(
            f"task {task.id} is {task.state}: it needs no rule any more",
            hint="give it to the project: `--project`",
        )
    return task


def _policy_file(context: EngineContext, body: dict[str, Any], scope: str) -> Path:
    if scope == "user":
        return policy_files.beside(load.user_file())
    repo = body.get("repo") or context.read().tasks.get(int(body["task"])).repo
    return repository_policy.project_file(context.places, Path(str(repo)))


def _renew_all(
    context: EngineContext, why: str, repositories: RepositoryPolicies | None = None
) -> None:
    """Renew every live task's policy; one that fails keeps its last good policy."""
    repositories = repositories or RepositoryPolicies(context.places)
    for task in context.read().tasks.all():
        if task.state is State.LIVE and task.net.name:
            with context.locks.of(task.id):
                try:
                    task_network.renew(context, task, why, repositories)
                except SwarmError as error:
                    trouble = events.Trouble("policy", error.message)
                    context.journal.record(task.id, trouble)
