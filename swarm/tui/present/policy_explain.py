"""Puts the gate's answer to an attempt into a sentence; pure."""

import re

from swarm.model.safe_text import safe_line
from swarm.policy import explain, hosts
from swarm.policy.decide import Attempt
from swarm.policy.explain import Explanation
from swarm.policy.hosts import BadHost, Host
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.request_target import BadTarget
from swarm.tui.present.formatting import ERROR, GOOD, WARNING


def explain_attempt(resolved: ResolvedPolicy, text: str, now: float) -> tuple[str, str]:
    """A sentence on an attempt at a host, or on a request, and its tone.

    `host`, `host:port`, or `METHOD https://host:port/path` with the method left out
    for GET; the connection of a request is decided first, as the gate does.
    """
    try:
        attempt, is_plain_http = _attempt(text)
    except (BadHost, BadTarget) as bad:
        return f"{safe_line(text, 80)}: {bad}; the gate denies it always", ERROR
    return _sentence(explain.explain(resolved.policy, attempt, now, is_plain_http))


_REQUEST = re.compile(r"(?:([A-Za-z]+) +)?(https?)://([^/?#]+)(.*)")
_USUAL_PORTS = {"http": 80, "https": 443}


def _attempt(text: str) -> tuple[Attempt, bool]:
    """The attempt, and True if it is plain HTTP; BadHost or BadTarget if invalid."""
    request = _REQUEST.fullmatch(text.strip())
    if not request:
        return Attempt(*parse_host_port(text)), False
    method, scheme, authority, path = request.groups()
    host, port = parse_host_port(authority, _USUAL_PORTS[scheme])
    return explain.attempt(str(host), port, method or "", path or "/"), scheme == "http"


def parse_host_port(text: str, usual: int = 443) -> tuple[Host, int]:
    """The host and port of `host` or `host:port`; BadHost if it is neither."""
    name, colon, port = text.strip().rpartition(":")
    if not colon:
        name, port = port, str(usual)
    host = hosts.parse(name)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadHost("the port is no number from 1 to 65535")
    return host, int(port)


def _sentence(explanation: Explanation) -> tuple[str, str]:
    attempt, verdict = explanation.attempt, explanation.verdict
    target = safe_line(f"{attempt.method} {attempt.host}:{attempt.port}".lstrip(), 100)
    rule = verdict.rule
    source = (
        f" by `{safe_line(rule.id, 80)}`, {safe_line(rule.origin, 120)}" if rule else ""
    )
    if verdict.allow:
        inside = "inspected" if explanation.is_inspected else "not looked into"
        return f"✓ {target} passes{source}; {inside}", GOOD
    locked = "; locked" if verdict.locked else ""
    return f"⊘ {target} is denied: {verdict.reason}{source}{locked}", WARNING
