"""Explains what an attempt meets at the gate, for dashboard and command line."""

from dataclasses import dataclass

from swarm.policy import hosts, request_target
from swarm.policy.decide import Attempt, PolicyEvaluator, Verdict
from swarm.policy.rules import Policy

HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict, and the attempt that it is about."""

    attempt: Attempt
    """The connection if it is denied or passes unread, else the request inside it."""
    verdict: Verdict
    is_inspected: bool
    """The gate reads the request, whether inside TLS or in plain HTTP."""


def attempt(name: str, port: int, method: str = "", path: str = "") -> Attempt:
    """A connection, or a request if a method or a path is given.

    A request without a method is a GET, one without a path is for `/`. BadHost or
    BadTarget if the gate would not even read it.
    """
    host = hosts.parse(name)
    if not (method or path):
        return Attempt(host, port)
    target = request_target.parse(path or "/")
    return Attempt(host, port, (method or "GET").upper(), target)


def explain(
    policy: Policy, attempted: Attempt, now: float, is_plain_http: bool = False
) -> Explanation:
    """The gate's answer, step by step as the gate comes to it.

    A request in TLS needs its connection first, and is read only if the connection is
    inspected. A request in plain HTTP that is sent to the proxy by its full URL is
    judged alone, even under `inspect = "never"`, because it can be read as it is.

    Plain HTTP through a tunnel, or from a client that does not know of the proxy, is as
    a request in TLS here (`is_plain_http` is false): the gate decides on the connection
    before it has seen a byte, so a rule that looks inside denies it under "never".
    """
    evaluator = PolicyEvaluator(policy)
    if is_plain_http and attempted.method:
        return Explanation(attempted, evaluator.decide(attempted, now), True)
    connection = Attempt(attempted.host, attempted.port)
    verdict = evaluator.decide(connection, now)
    if not (verdict.inspect and attempted.method):
        return Explanation(connection, verdict, verdict.inspect)
    return Explanation(attempted, evaluator.decide(attempted, now), True)
