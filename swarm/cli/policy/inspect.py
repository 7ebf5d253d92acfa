"""Reads policies without changing them: show, why, check, suggest."""

import json
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import repository
from swarm.config import load, policy_files
from swarm.engine.readers import policy as policy_reader
from swarm.errors import Refused, SwarmError
from swarm.model import events, format
from swarm.model.safe_text import safe_line
from swarm.policy import explain
from swarm.policy.explain import Explanation
from swarm.policy.hosts import BadHost
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import Rule
from swarm.store.queries import Queries


def show(args: Namespace) -> int:
    """Every rule with its origin; then what the repository asks for, and warnings."""
    found = _resolved(args)
    if args.json:
        policy = found.policy
        output.as_json(
            {**asdict(policy), "requests": [asdict(r) for r in found.requests]}
        )
        return exit_codes.DONE
    if found.policy.default == "log":
        output.out("default: log — unknown hosts PASS and are only written down")
    output.columns(
        ["RULE", "ONLY", "FROM"],
        [[_rule(rule), _only(rule), rule.origin] for rule in found.policy.rules],
    )
    _say_requests(found)
    for warning in found.warnings:
        output.note(f"warning: {warning}")
    return exit_codes.DONE


def _say_requests(found: ResolvedPolicy) -> None:
    asked = [f"+ {_rule(rule)}  {_only(rule)}" for rule in found.requests]
    asked += [f"+ service {service.name}" for service in found.requested_services]
    if asked:
        output.out()
        output.out(f"{policy_files.REPO_FILE} asks for these; they are not in force:")
        for text in asked:
            output.out(safe_line(text.rstrip(), 200))
        output.out("`swarm policy trust` grants exactly this file")


def why(args: Namespace) -> int:
    """Exit 0 if the attempt would pass, 1 if it would be denied."""
    resolved_policy, (name, port) = _resolved(args), args.host
    try:
        attempt = explain.attempt(name, port, args.method, args.path)
    except (BadHost, BadTarget) as error:
        raise Refused(f"{name}: {error}", hint="the gate denies it always") from error
    explanation = explain.explain(
        resolved_policy.policy,
        attempt,
        time.time(),
        is_plain_http=port == explain.HTTP_PORT,
    )
    if args.json:
        output.as_json(_verdict_json(explanation))
    else:
        output.fields(_verdict_fields(explanation))
    return exit_codes.DONE if explanation.verdict.allow else exit_codes.FAILED


def _verdict_json(explanation: Explanation) -> dict[str, Any]:
    verdict = explanation.verdict
    return {
        "allow": verdict.allow,
        "reason": verdict.reason,
        "rule": asdict(verdict.rule) if verdict.rule else None,
        "locked": verdict.locked,
        "inspect": explanation.is_inspected,
    }


def _verdict_fields(explanation: Explanation) -> Iterator[tuple[str, str]]:
    verdict, attempt = explanation.verdict, explanation.attempt
    place = f"{attempt.host}:{attempt.port}"
    yield "attempt", f"{attempt.method} {place}".lstrip()
    yield "verdict", "allowed" if verdict.allow else "denied"
    yield "reason", verdict.reason
    if verdict.denial:
        yield "meaning", verdict.denial.sentence
    if verdict.rule:
        yield "rule", f"{_rule(verdict.rule)}  {_only(verdict.rule)}".rstrip()
        yield "from", verdict.rule.origin
    if verdict.allow:
        inspected = "inspected" if explanation.is_inspected else "not read (SNI only)"
        yield "inside", inspected
        yield "then", "its addresses are vetted when it connects"
    elif verdict.denial and verdict.denial.way_out:
        yield "way out", verdict.denial.way_out.format(place=place)


def check(args: Namespace) -> int:
    """A file by name, else every file that counts here."""
    if args.file:
        layer = policy_files.read(Path(args.file), "user")
        if layer is None:
            raise SwarmError(f"{args.file} is not there")
        for warning in layer.warnings:
            output.note(f"warning: {warning}")
        output.out(f"{args.file}: in order")
        return exit_codes.DONE
    found = _resolved(Namespace(repo=args.repo, task=None))
    for warning in found.warnings:
        output.note(f"warning: {warning}")
    output.out(f"in order: {len(found.policy.rules)} rules")
    output.out(f"your file: {policy_files.beside(load.user_file())}")
    return exit_codes.DONE


def suggest(args: Namespace) -> int:
    """TOML to read and paste; nothing is changed."""
    queries = Queries(home.places().database)
    seen: defaultdict[tuple[str, int], list[events.NetDenied]] = defaultdict(list)
    for known in queries.events.denials(args.task):
        if isinstance(known.event, events.NetDenied) and not known.event.locked:
            seen[known.event.host, known.event.port].append(known.event)
    ordered = sorted(seen.items(), key=lambda item: -sum(d.count for d in item[1]))
    rules = list(filter(None, (_suggested(*place, found) for place, found in ordered)))
    if args.json:
        output.as_json(rules)
        return exit_codes.DONE
    if not rules:
        output.note("nothing was denied that a rule could allow")
    for rule in rules:
        times = rule.pop("times")
        output.out(f"# denied {'once' if times == 1 else f'{times} times'}")
        output.out("[[allow]]")
        for key, value in rule.items():
            output.out(f"{key} = {_toml(value)}")
        output.out()
    return exit_codes.DONE


def _suggested(
    host: str, port: int, found: list[events.NetDenied]
) -> dict[str, Any] | None:
    """No wider than what was tried: its port, and its methods and paths where seen.

    A path with `*` in it is left out, and the rule where there is no other: what an
    agent asked for literally would be a pattern here.
    """
    rule: dict[str, Any] = {"times": sum(one.count for one in found), "host": host}
    if port != 443:
        rule["ports"] = [port]
    inside = [one for one in found if one.method and one.path.startswith("/")]
    if inside and len(inside) == len(found):
        rule["methods"] = sorted({one.method for one in inside})
        paths = {one.path.partition("?")[0] for one in inside}
        rule["paths"] = sorted(path for path in paths if "*" not in path)
        if not rule["paths"]:
            return None
    return rule


def _toml(value: object) -> str:
    """A TOML string of ASCII is a JSON string."""
    return json.dumps(value)


def _resolved(args: Namespace) -> ResolvedPolicy:
    """The policy of a task, or of a new one in this repository."""
    places = home.places()
    if args.task is not None:
        return policy_reader.task_policy(places, args.task)
    return policy_reader.new_task_policy(places, repository(args))


def _rule(rule: Rule) -> str:
    ports = ",".join(str(port) for port in rule.ports)
    return f"{rule.kind} {rule.host}{f':{ports}' if ports else ''}"


def _only(rule: Rule) -> str:
    until = (
        f"until {format.date_time(rule.expires, seconds=False)}" if rule.expires else ""
    )
    words = [rule.only, "once" if rule.uses else "", until]
    return " ".join(word for word in words if word)
