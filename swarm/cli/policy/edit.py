"""Changes policies: allow, deny, revoke, trust, edit."""

import os
import shlex
import time
from argparse import Namespace
from dataclasses import replace

from swarm.adapters import listening, name_lookup, terminal
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import needed_repository
from swarm.cli.keeper_client import ask
from swarm.cli.policy import inspect
from swarm.config import load, policy_files, policy_writer
from swarm.engine.readers import policy as policy_reader
from swarm.errors import SwarmError
from swarm.model.wishes import AddService, Grant, Kind, Revoke, Scope, Trust
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy import addresses, explain
from swarm.policy.rules import Rule


def allow(args: Namespace) -> int:
    """Add a rule that allows a host; it is in force when this returns."""
    return _grant(args, "allow")


def deny(args: Namespace) -> int:
    """Add a rule that denies a host; open connections to it end."""
    return _grant(args, "deny")


def _grant(args: Namespace, kind: Kind) -> int:
    host, port = args.host
    scope, task, repo = _subject(args)
    grant = Grant(
        host,
        kind=kind,
        port=port,
        scope=scope,
        task=task,
        repo=repo,
        methods=tuple(getattr(args, "methods", None) or ()),
        paths=tuple(getattr(args, "paths", None) or ()),
        seconds=getattr(args, "seconds", None),
        reason=getattr(args, "reason", None) or "",
        private=getattr(args, "private", False),
    )
    done = ask(home.ensure_paths(), grant)
    where = f" in {done['file']}" if done["file"] else ""
    problem = _still_shut(args, grant) if kind == "allow" else ""
    if kind == "allow" and host == HOST_NAME and listening.is_loopback_only(port):
        output.note(f"{host} leads to {inspect.this_machine(port)}")
    if problem:
        output.note(f"{done['rule']}{where}; it opens nothing yet: {problem}")
        return exit_codes.FAILED
    output.note(f"{done['rule']}{where}; it counts from now on")
    return exit_codes.DONE


def _still_shut(args: Namespace, grant: Grant) -> str:
    """The reason why the gate will not connect in spite of the rule; often empty.

    Only where the name leads, as this machine resolves it.
    """
    if grant.host.startswith("*."):
        return ""
    attempt = explain.attempt(grant.host, grant.port)
    if inspect.parent_of(attempt) and not attempt.host.is_address:
        return ""  # the parent proxy resolves it
    hosts = load.load(load.user_file()).gate.hosts
    found = name_lookup.addresses(attempt.host.name, hosts)
    if all(addresses.refuse(one, private=grant.private) is None for one in found):
        return ""
    given = inspect.policy_of(args).policy
    rule = Rule("allow", grant.host, (grant.port,), allow_private=grant.private)
    policy = replace(given, rules=(*given.rules, rule))
    explanation = explain.explain(policy, attempt, time.time(), found=found)
    denial, address = explanation.verdict.denial, explanation.address
    if denial is None or not address:
        return ""
    words = f"{grant.host} leads to {address}, {addresses.kind(address).value}"
    way_out = explain.way_out(denial, attempt, address)
    return f"{words} ({denial}). {way_out}" if way_out else f"{words} ({denial})"


def service(args: Namespace) -> int:
    """Switch a service on; it is in force when this returns."""
    scope, task, repo = _subject(args)
    wish = AddService(args.service, scope, task, repo, tuple(args.repos or ()))
    done = ask(home.ensure_paths(), wish)
    where = f" in {done['file']}" if done["file"] else ""
    output.note(f"{done['rule']}{where}; it counts from now on")
    return exit_codes.DONE


def revoke(args: Namespace) -> int:
    """Take rules about a host back; SwarmError if there are none."""
    removed = ask(home.ensure_paths(), Revoke(args.host[0], *_subject(args)))["taken"]
    if not removed:
        raise SwarmError(
            f"no rule about {args.host[0]} stands there",
            hint="see `swarm policy show` for where each was written",
        )
    for rule in removed:
        output.note(f"took back: {rule}")
    return exit_codes.DONE


def _subject(args: Namespace) -> tuple[Scope, int | None, str]:
    """The scope, task and repository that the rule counts for."""
    if args.task is not None:
        return "once" if getattr(args, "once", False) else "task", args.task, ""
    if args.user:
        return "user", None, ""
    return "project", None, str(needed_repository(args))


def trust(args: Namespace) -> int:
    """Trust exactly the policy file of the repository's HEAD; another asks again."""
    places, repo = home.ensure_paths(), needed_repository(args)
    base, text = policy_reader.head_policy_file(places, repo)
    if not text:
        raise SwarmError(f"{repo} has no {policy_files.REPO_FILE}")
    ask(places, Trust(str(repo), base))
    output.note(f"{policy_files.REPO_FILE} at {base[:12]} is trusted")
    return exit_codes.DONE


def edit(_args: Namespace) -> int:
    """Open the file in an editor, then check it.

    The last good policy stays in force if the file has a mistake.
    """
    file = policy_files.beside(load.user_file())
    policy_writer.create(file)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    terminal.foreground([*shlex.split(editor), str(file)])
    policy_files.read(file, "user")
    output.note(f"{file}: in order")
    return exit_codes.DONE
