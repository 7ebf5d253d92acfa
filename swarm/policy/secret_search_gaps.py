"""Says what is not searched for secrets on its way back: one text for every view."""

from collections.abc import Iterator

from swarm.policy import hosts
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.hosts import Host, Pattern
from swarm.policy.rules import Policy, Rule, Secret

SEARCHED = (
    "what its hosts send back is searched for the value as it is, and as base64, hex, "
    "percent and JSON escapes"
)
NOT_FOUND = (
    "not found: a part of the value, one of less than 8 characters, and what a program "
    "codes itself (archives, images, encryption)"
)
REFUSED = (
    "refused, because it cannot be searched: an answer in a coding other than gzip and "
    "deflate, a compressed WebSocket, compressed gRPC messages"
)
NOT_SEEN = (
    "not seen: a placeholder that was compressed, encrypted or sent in parts, or that "
    "went where the gate does not look inside"
)
"""What holds of the worthless value on its way out."""
ALWAYS = (SEARCHED, NOT_FOUND, REFUSED)
"""What holds of every secret, on the connections that the gate looks into."""
_HTTP_PORT = 80


def places(policy: Policy, secret: Secret) -> tuple[str, ...]:
    """A sentence for each place of the secret's hosts that the gate does not read."""
    patterns, evaluator = [hosts.pattern(text) for text in secret.hosts], None
    sentences = dict[str, None]()
    for rule in policy.rules:
        own = hosts.pattern(rule.host)
        if rule.kind != "deny" and any(_overlap(own, each) for each in patterns):
            evaluator = evaluator or PolicyEvaluator(policy)
            sentences |= dict.fromkeys(_of_rule(evaluator, rule, own))
    if policy.default == "log" and policy.inspect != "always":
        sentences['what no rule names passes unread: default = "log"'] = None
    return tuple(sentences)


def _of_rule(evaluator: PolicyEvaluator, rule: Rule, own: Pattern) -> Iterator[str]:
    for port in rule.ports or (0,):
        place = f"{rule.host}:{port}" if port else f"every port of {rule.host}"
        how = "is a raw tunnel" if rule.kind == "tcp" else "passes unread"
        if rule.kind == "tcp" or not _is_read(evaluator, rule, own, port):
            yield f"{place} {how}: nothing is injected or searched there"


def _is_read(evaluator: PolicyEvaluator, rule: Rule, own: Pattern, port: int) -> bool:
    """True if the gate reads what passes by this rule."""
    inspect = evaluator.policy.inspect
    if port == _HTTP_PORT:
        return True
    if own.is_wildcard:
        return inspect == "always" or (rule.looks_inside and inspect == "auto")
    attempt = Attempt(Host(own.name, own.is_address), port)
    verdict = evaluator.decide(attempt, now=0.0)
    return verdict.inspect or not verdict.allow


def _overlap(one: Pattern, other: Pattern) -> bool:
    """True if some host is meant by both."""
    if not one.is_wildcard:
        return other.matches(Host(one.name, one.is_address))
    if not other.is_wildcard:
        return one.matches(Host(other.name, other.is_address))
    names = f".{one.name}", f".{other.name}"
    return names[0].endswith(names[1]) or names[1].endswith(names[0])
