"""Why an attempt at a place would end as it would, in words; pure."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from swarm.model.safe_text import safe_line
from swarm.policy import hosts, request_target
from swarm.policy.decide import Attempt, PolicyEvaluator, Verdict
from swarm.policy.hosts import BadHost, Host
from swarm.policy.request_target import BadTarget
from swarm.tui.present.formatting import ERROR, GOOD, WARNING

if TYPE_CHECKING:
    from swarm.policy.layers import ResolvedPolicy


def explained(found: "ResolvedPolicy", text: str, now: float) -> tuple[str, str]:
    """What would happen to an attempt at a place, or to a request, and its tone.

    `host`, `host:port`, or `METHOD https://host:port/path` with the method left out
    for GET; a request is asked for its connection first, as the gate does.
    """
    try:
        attempt, is_plain = _attempt(text)
    except (BadHost, BadTarget) as bad:
        return f"{safe_line(text, 80)}: {bad}; the gate denies it always", ERROR
    judge, where = PolicyEvaluator(found.policy), f"{attempt.host}:{attempt.port}"
    verdict = judge.decide(Attempt(attempt.host, attempt.port), now)
    if verdict.allow and attempt.method and (verdict.inspect or is_plain):
        verdict = replace(judge.decide(attempt, now), inspect=True)
        where = f"{attempt.method} {where}"
    return _words(safe_line(where, 100), verdict)


_REQUEST = re.compile(r"(?:([A-Za-z]+) +)?(https?)://([^/?#]+)(.*)")
_USUAL = {"http": 80, "https": 443}


def _attempt(text: str) -> tuple[Attempt, bool]:
    """And whether it is in plain HTTP; BadHost or BadTarget where it is none."""
    found = _REQUEST.fullmatch(text.strip())
    if not found:
        return Attempt(*place(text)), False
    method, scheme, authority, path = found.groups()
    host, port = place(authority, _USUAL[scheme])
    target = request_target.parse(path or "/")
    return Attempt(host, port, (method or "GET").upper(), target), scheme == "http"


def place(text: str, usual: int = 443) -> tuple[Host, int]:
    """`host` or `host:port`; BadHost where it is neither."""
    name, colon, port = text.strip().rpartition(":")
    if not colon:
        name, port = port, str(usual)
    host = hosts.parse(name)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadHost("the port is none")
    return host, int(port)


def _words(where: str, verdict: Verdict) -> tuple[str, str]:
    rule = verdict.rule
    by = (
        f" by `{safe_line(rule.id, 80)}`, {safe_line(rule.origin, 120)}" if rule else ""
    )
    if verdict.allow:
        inside = "inspected" if verdict.inspect else "not looked into"
        return f"✓ {where} passes{by}; {inside}", GOOD
    locked = "; locked" if verdict.locked else ""
    return f"⊘ {where} is denied: {verdict.reason}{by}{locked}", WARNING
