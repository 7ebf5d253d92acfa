"""What a human allows, denies and takes back, while agents are at work."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.config import load, policy_files, policy_writer
from swarm.engine.context import EngineContext
from swarm.engine.egress import policy_resolver, task_network
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

    Refused is what is never approvable: addresses, local names, other resolvers.
    """
    rule, scope = _rule(body), _scope(body)
    if scope in OF_TASK:
        task = _live(context, body)
        with context.locks.of(task.id):
            given = events.PolicyGranted(asdict(rule), scope)
            context.journal.record(task.id, given)
            _renew(context, task, f"{rule.id} ({scope})")
        return {"rule": rule.id, "file": ""}
    file = _file(context, body, scope)
    policy_writer.add(file, rule, scope)
    context.journal.record(None, events.PolicyGranted(asdict(rule), scope, str(file)))
    _renew_all(context, f"{rule.id} ({scope})")
    return {"rule": rule.id, "file": str(file)}


def revoke(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Take back every rule about a host in one scope; what was taken, in words."""
    scope, host = _scope(body), str(body.get("host", "")).lower()
    if scope in OF_TASK:
        task = context.read().tasks.get(int(body["task"]))
        with context.locks.of(task.id):
            taken = [
                r
                for r in policy_resolver.grants(context.read(), task.id)
                if r.host == host
            ]
            for rule in taken:
                context.journal.record(
                    task.id, events.PolicyRevoked(asdict(rule), "task")
                )
            if taken and task.state is State.LIVE:
                _renew(context, task, f"took back {host}")
        return {"taken": [rule.id for rule in taken]}
    file = _file(context, body, scope)
    found = policy_writer.remove(file, host, scope)
    if found:
        gone = events.PolicyRevoked({"host": host}, scope, str(file))
        context.journal.record(None, gone)
        _renew_all(context, f"took back {host}")
    return {"taken": found}


def trust(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """The human wants what the repository's own policy file asks for."""
    at = policy_resolver.PolicySubject(
        Path(str(body["repo"])), str(body["base"]), "command"
    )
    policy_resolver.trust(context.places, at)
    _renew_all(context, f"{policy_files.REPO_FILE} is trusted")
    return {}


def panic(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Cut every live task's egress and freeze it; one that fails stops no other."""
    done, failed = [], []
    for task in context.read().tasks.all():
        if task.state is State.LIVE:
            try:
                _stop_short(context, task)
            except SwarmError as error:
                failed.append(f"#{task.id}: {error.message}")
            else:
                done.append(task.id)
    return {"tasks": done, "failed": failed}


def _stop_short(context: EngineContext, task: Task) -> None:
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
    """The rule must be one, and lead where a dashboard may lead."""
    try:
        PolicyEvaluator(Policy(rules=(rule,)))
        name = hosts.parse(rule.host.removeprefix("*."))
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


def _live(context: EngineContext, body: dict[str, Any]) -> Task:
    task = context.read().tasks.get(int(body["task"]))
    if task.state is not State.LIVE:
        raise Refused(
            f"task {task.id} is {task.state}: it needs no rule any more",
            hint="give it to the project: `--project`",
        )
    return task


def _file(context: EngineContext, body: dict[str, Any], scope: str) -> Path:
    if scope == "user":
        return policy_files.beside(load.user_file())
    repo = body.get("repo") or context.read().tasks.get(int(body["task"])).repo
    return policy_resolver.project_file(context.places, Path(str(repo)))


def _renew(context: EngineContext, task: Task, why: str) -> None:
    task_network.renew(context, task, why)


def _renew_all(context: EngineContext, why: str) -> None:
    for task in context.read().tasks.all():
        if task.state is State.LIVE and task.net.name:
            with context.locks.of(task.id):
                policy_resolver.try_apply(context, task, why)
                task_network.tell(context, task)
