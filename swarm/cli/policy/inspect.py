"""Reads policies without changing them: show, why, check."""

import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.adapters import listening, name_lookup
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import repository
from swarm.cli.keeper_client import tell_differences
from swarm.config import load, policy_files
from swarm.engine.readers import policy as policy_reader
from swarm.errors import Refused, SwarmError
from swarm.model import format, secret_words
from swarm.model.request_purpose import Denial, purpose_of
from swarm.model.safe_text import safe_line
from swarm.model.user_network import ParentProxy
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy import addresses, explain, no_proxy, secret_search_gaps
from swarm.policy.decide import Attempt, Verdict
from swarm.policy.explain import Explanation
from swarm.policy.hosts import BadHost
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.reasons import Reason
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import Policy, Rule


def show(args: Namespace) -> int:
    """Print every rule with its origin, the repository's requests, and warnings."""
    resolved_policy, parent = policy_of(args), policy_reader.parent_proxy()
    tell_differences(home.ensure_paths())
    if args.json:
        policy = resolved_policy.policy
        output.as_json(
            {
                **asdict(policy),
                "requests": [asdict(r) for r in resolved_policy.requests],
                "parent_proxy": asdict(parent) if parent else None,
                "unsearched": {
                    secret.name: secret_search_gaps.places(policy, secret)
                    for secret in policy.secrets
                },
            }
        )
        return exit_codes.DONE
    if resolved_policy.policy.default == "log":
        output.out("default: log — unknown hosts PASS and are only written down")
    if parent:
        excepted = f", but for {' '.join(parent.no_proxy)}" if parent.no_proxy else ""
        output.out(f"way out: by {_parent_text(parent)}{excepted}")
    output.columns(
        ["RULE", "ONLY", "FROM"],
        [
            [_rule_text(rule), _narrowing_text(rule), rule.origin]
            for rule in resolved_policy.policy.rules
        ],
    )
    _print_requests(resolved_policy)
    _print_secrets(resolved_policy.policy)
    for warning in resolved_policy.warnings:
        output.note(f"warning: {warning}")
    tell_expired(resolved_policy.policy)
    return exit_codes.DONE


def tell_expired(policy: Policy) -> None:
    """Warn of secrets whose time is over."""
    for sentence in secret_words.expired(policy.secrets, time.time()):
        output.note(f"warning: {safe_line(sentence)}")


def _print_secrets(policy: Policy) -> None:
    """Print each secret, never its value, and where it is not searched for."""
    if not policy.secrets:
        return
    output.out()
    for secret in policy.secrets:
        variable = f" as {secret.placeholder}" if secret.placeholder else ""
        until = _until_text(secret.expires)
        text = f"secret {secret.name} for {' '.join(secret.hosts)}{variable} {until}"
        output.out(safe_line(f"{text}  {secret.origin}", 300))
        for sentence in secret_search_gaps.places(policy, secret):
            output.out(safe_line(f"  {sentence}", 300))
    for sentence in secret_search_gaps.ALWAYS:
        output.out(f"  {sentence}")


def _parent_text(parent: ParentProxy) -> str:
    place = parent.url or "that makes no sense"
    password = ", with a password" if parent.has_password else ""
    return f"the parent proxy {place} ({parent.origin}{password})"


def _print_requests(resolved_policy: ResolvedPolicy) -> None:
    requests = [
        f"+ {_rule_text(rule)}  {_narrowing_text(rule)}"
        for rule in resolved_policy.requests
    ]
    requests += [
        f"+ service {service.name}" for service in resolved_policy.requested_services
    ]
    if requests:
        output.out()
        output.out(f"{policy_files.REPO_FILE} asks for these; they are not in force:")
        for text in requests:
            output.out(safe_line(text.rstrip(), 200))
        output.out("`swarm policy trust` grants exactly this file")


def why(args: Namespace) -> int:
    """Exit 0 if the attempt would pass, 1 if it would be denied."""
    resolved_policy, (name, port) = policy_of(args), args.host
    tell_differences(home.ensure_paths())
    try:
        attempt = explain.attempt(name, port, args.method, args.path)
    except (BadHost, BadTarget) as error:
        raise Refused(f"{name}: {error}", hint="the gate denies it always") from error
    parent = parent_of(attempt)
    explanation, found = explained(resolved_policy.policy, attempt)
    if args.task is not None and policy_reader.is_cut(home.ensure_paths(), args.task):
        explanation = Explanation(attempt, Verdict(Reason.CUT), False)
    if args.json:
        by_parent = parent.url if parent else None
        output.as_json(
            {
                **_verdict_json(explanation),
                "addresses": found,
                "parent_proxy": by_parent,
            }
        )
    else:
        fields = _verdict_fields(explanation, found, parent)
        output.fields([*fields, *_service_fields(explanation, resolved_policy)])
        rule = explanation.verdict.rule
        used = rule.inject.secret if rule and rule.inject else ""
        secrets = [s for s in resolved_policy.policy.secrets if s.name == used]
        for sentence in secret_words.expired(secrets, time.time()):
            output.note(safe_line(sentence))
    return exit_codes.DONE if explanation.verdict.allow else exit_codes.FAILED


def parent_of(attempt: Attempt) -> ParentProxy | None:
    """The parent proxy that would be asked for this host, or None."""
    parent, name = policy_reader.parent_proxy(), attempt.host.name
    known = (HOST_NAME, *load.load(load.user_file()).gate.hosts)
    if parent is None or name in known:
        return None
    is_direct = no_proxy.matches(parent.no_proxy, name, attempt.port)
    return None if is_direct else parent


def explained(policy: Policy, attempt: Attempt) -> tuple[Explanation, tuple[str, ...]]:
    """The gate's answer, and the addresses that the name leads to here and now.

    Nothing is looked up for what the rules deny, nor for a name that is sent to the
    parent proxy, which resolves it. Blocks for `name_lookup.SECONDS`.
    """
    explanation = explain.explain(
        policy, attempt, time.time(), attempt.port == explain.HTTP_PORT
    )
    is_sent_on = parent_of(attempt) and not attempt.host.is_address
    if not explanation.verdict.allow or is_sent_on:
        return explanation, ()
    hosts = load.load(load.user_file()).gate.hosts
    found = name_lookup.addresses(attempt.host.name, hosts)
    return explain.explain(
        policy, attempt, time.time(), attempt.port == explain.HTTP_PORT, found
    ), found


def _service_fields(
    explanation: Explanation, resolved_policy: ResolvedPolicy
) -> Iterator[tuple[str, str]]:
    """The service that brings what is denied, if there is one."""
    attempt, target = explanation.attempt, explanation.attempt.target
    if explanation.verdict.allow:
        return
    denial = Denial(
        attempt.host.name,
        attempt.port,
        attempt.method,
        target.path if target else "",
        explanation.verdict.reason,
    )
    service = purpose_of(denial, (), resolved_policy.registries).service
    if service:
        yield "service", f"swarm policy service {service} --project"


def _verdict_json(explanation: Explanation) -> dict[str, Any]:
    verdict = explanation.verdict
    return {
        "allow": verdict.allow,
        "reason": verdict.reason,
        "rule": asdict(verdict.rule) if verdict.rule else None,
        "locked": verdict.locked,
        "inspect": explanation.is_inspected,
    }


def this_machine(port: int) -> str:
    """Where `host.docker.internal` leads to, and what containers see there."""
    words = "this machine, by the address of its container bridge"
    found = listening.addresses(port)
    if found is None:
        return words
    if listening.is_loopback_only(port):
        return (
            f"{words}; what listens on {port} does so on 127.0.0.1 alone, which no "
            "container sees: let it listen on the bridge or on 0.0.0.0"
        )
    return words if found else f"{words}; nothing listens on {port} now"


def _verdict_fields(
    explanation: Explanation, found: Sequence[str], parent: ParentProxy | None
) -> Iterator[tuple[str, str]]:
    verdict, attempt = explanation.verdict, explanation.attempt
    host_port = f"{attempt.host}:{attempt.port}"
    yield "attempt", f"{attempt.method} {host_port}".lstrip()
    yield "verdict", "allowed" if verdict.allow else "denied"
    yield "reason", verdict.reason
    if verdict.denial:
        yield "meaning", verdict.denial.sentence
    if verdict.rule:
        yield (
            "rule",
            f"{_rule_text(verdict.rule)}  {_narrowing_text(verdict.rule)}".rstrip(),
        )
        yield "from", verdict.rule.origin
    if verdict.allow:
        inspected = "inspected" if explanation.is_inspected else "not read (SNI only)"
        yield "inside", inspected
    if verdict.allow and parent:
        yield "way out", f"by {_parent_text(parent)}"
    if found:
        words = ", ".join(f"{one} ({addresses.kind(one).value})" for one in found[:8])
        yield "leads to", f"{words}, as this machine resolves it now"
    elif verdict.allow and attempt.host.name == HOST_NAME:
        yield "leads to", this_machine(attempt.port)
    elif verdict.allow and parent:
        yield "leads to", "what the proxy makes of the name: its address is not vetted"
    elif verdict.allow:
        yield "leads to", "nothing that this machine knows of within 2 s"
    if verdict.allow and not parent:
        yield "then", "its addresses are vetted again when the gate connects"
    elif verdict.denial:
        way_out = explain.way_out(verdict.denial, attempt, explanation.address)
        if way_out:
            yield "way out", way_out


def check(args: Namespace) -> int:
    """Check one file by name, or every file that counts here."""
    if args.file:
        layer = policy_files.read(Path(args.file), "user")
        if layer is None:
            raise SwarmError(f"{args.file} is not there")
        for warning in layer.warnings:
            output.note(f"warning: {warning}")
        output.out(f"{args.file}: in order")
        return exit_codes.DONE
    resolved_policy = policy_of(Namespace(repo=args.repo, task=None))
    for warning in resolved_policy.warnings:
        output.note(f"warning: {warning}")
    tell_expired(resolved_policy.policy)
    output.out(f"in order: {len(resolved_policy.policy.rules)} rules")
    output.out(f"your file: {policy_files.beside(load.user_file())}")
    return exit_codes.DONE


def policy_of(args: Namespace) -> ResolvedPolicy:
    """The policy of a task, or of a new one in this repository."""
    places = home.ensure_paths()
    if args.task is not None:
        return policy_reader.task_policy(places, args.task)
    return policy_reader.new_task_policy(places, repository(args))


def _rule_text(rule: Rule) -> str:
    ports = ",".join(str(port) for port in rule.ports)
    return f"{rule.kind} {rule.host}{f':{ports}' if ports else ''}"


def _narrowing_text(rule: Rule) -> str:
    words = [rule.only, "once" if rule.uses else "", _until_text(rule.expires)]
    return " ".join(word for word in words if word)


def _until_text(expires: float) -> str:
    return f"until {format.date_time(expires, seconds=False)}" if expires else ""
