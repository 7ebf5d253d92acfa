"""Explains what an attempt meets at the gate, for dashboard and command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from swarm.policy import addresses, decide, hosts, reasons, request_target
from swarm.policy.addresses import AddressKind
from swarm.policy.decide import Attempt, PolicyEvaluator, Verdict
from swarm.policy.reasons import Reason
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
    address: str = ""
    """The address that is refused, if that is the reason."""


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
    policy: Policy,
    attempted: Attempt,
    now: float,
    is_plain_http: bool = False,
    found: Sequence[str] = (),
) -> Explanation:
    """The gate's answer, step by step as the gate comes to it.

    A request in TLS needs its connection first, and is read only if the connection is
    inspected. A request in plain HTTP that is sent to the proxy by its full URL is
    judged alone, even under `inspect = "never"`, because it can be read as it is.

    Plain HTTP through a tunnel, or from a client that does not know of the proxy, is as
    a request in TLS here (`is_plain_http` is false): the gate decides on the connection
    before it has seen a byte, so a rule that looks inside denies it under "never".

    What passes is vetted by the addresses that were `found` for the name, as the gate
    vets them when it connects.
    """
    evaluator = PolicyEvaluator(policy)
    explanation = _by_rules(evaluator, attempted, now, is_plain_http)
    verdict = explanation.verdict
    for address in found if verdict.allow else ():
        refused = evaluator.vet(address, verdict)
        if refused:
            denial = replace(verdict, reason=refused)
            return replace(explanation, verdict=denial, address=address)
    return explanation


def _by_rules(
    evaluator: PolicyEvaluator, attempted: Attempt, now: float, is_plain_http: bool
) -> Explanation:
    if is_plain_http and attempted.method:
        return Explanation(attempted, evaluator.decide(attempted, now), True)
    connection = Attempt(attempted.host, attempted.port)
    verdict = evaluator.decide(connection, now)
    if not (verdict.inspect and attempted.method):
        return Explanation(connection, verdict, verdict.inspect)
    return Explanation(attempted, evaluator.decide(attempted, now), True)


def way_out(reason: Reason, attempted: Attempt, address: str = "") -> str:
    """What a human does to open it, or what would help where no rule does.

    `address` is the one that the name led to, if that is the reason.
    """
    kind = addresses.kind(address or attempted.host.name)
    place = f"{attempted.host}:{attempted.port}"
    is_never = decide.NEVER_NAMES.fullmatch(attempted.host.name)
    if (reason is Reason.LOCAL_NAME and is_never) or kind not in _OPENED.get(
        reason, (kind,)
    ):
        return reasons.NEVER_OPEN
    if reason is Reason.RAW_ADDRESS and kind.is_inside:
        return Reason.ADDRESS_NOT_PUBLIC.way_out.format(place=place)
    return reason.way_out.format(place=place)


_OPENED = {
    Reason.ADDRESS_NOT_PUBLIC: (AddressKind.PRIVATE, AddressKind.NONE),
    Reason.RAW_ADDRESS: (
        AddressKind.PUBLIC,
        AddressKind.PRIVATE,
        AddressKind.SHARED,
        AddressKind.FAKE,
    ),
}
"""The kinds of address that a rule opens, by the reason of the denial."""
