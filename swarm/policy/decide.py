"""Decides on one attempt: allowed or denied, by a rule, for a reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from swarm.policy import addresses, hosts, request_target
from swarm.policy.hosts import Host, Pattern
from swarm.policy.reasons import Allowance, Reason
from swarm.policy.request_target import Target
from swarm.policy.rules import METHODS, Policy, Rule

LOCKED_NAMES = re.compile(
    r"localhost|metadata|instance-data|.*\.(localhost|local|internal|localdomain"
    r"|home\.arpa|in-addr\.arpa|ip6\.arpa)|host\.docker\.internal"
)
"""Names that mean this machine, its network or the cloud's metadata."""

RESOLVERS = frozenset({
    "chrome.cloudflare-dns.com",
    "cloudflare-dns.com",
    "dns.adguard-dns.com",
    "dns.google",
    "dns.google.com",
    "dns.nextdns.io",
    "dns.quad9.net",
    "dns9.quad9.net",
    "doh.cleanbrowsing.org",
    "doh.opendns.com",
    "mozilla.cloudflare-dns.com",
    "one.one.one.one",
    "security.cloudflare-dns.com",
})  # fmt: skip
"""DNS over HTTPS or TLS: a second way to resolve, past the gate's own."""

TLS_PORT = 443


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something an agent tries: a connection, or one request inside it."""

    host: Host
    port: int
    method: str = ""
    """Empty for a connection whose inside is not known yet."""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer, with its reason."""

    reason: Reason | Allowance
    rule: Rule | None = None
    inspect: bool = False
    """The connection must be intercepted for its rules to hold."""

    @property
    def allow(self) -> bool:
        """Whether it passes."""
        return self.denial is None

    @property
    def denial(self) -> Reason | None:
        """The reason why it does not pass, or None."""
        return self.reason if isinstance(self.reason, Reason) else None

    @property
    def locked(self) -> bool:
        """Whether no grant from a dashboard opens this."""
        return bool(self.denial and self.denial.is_locked)


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    """A rule with its patterns read."""

    rule: Rule
    host: Pattern
    paths: tuple[re.Pattern[str], ...]

    def speaks_of(self, port: int, now: float) -> bool:
        return self.rule.covers(port) and not self.rule.is_expired(now)

    def fits(self, attempt: Attempt) -> bool:
        rule, target = self.rule, attempt.target
        if rule.methods and attempt.method not in rule.methods:
            return False
        if not self.paths and not rule.query:
            return True
        if target is None:
            return False
        if self.paths and not any(p.fullmatch(target.path) for p in self.paths):
            return False
        return all(_only(target, key) == [value] for key, value in rule.query)


def _only(target: Target, name: str) -> list[str]:
    """Every value of one name: a server may take any of several."""
    return [value for key, value in target.query if key == name]


class PolicyEvaluator:
    """Decides for one policy; rules are found by name, however many there are."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._exact: dict[str, list[_CompiledRule]] = {}
        self._below: dict[str, list[_CompiledRule]] = {}
        self._nets = tuple(addresses.network(net) for net in policy.allow_nets)
        for rule in policy.rules:
            pattern = hosts.pattern(rule.host)
            paths = tuple(request_target.glob(path) for path in rule.paths)
            index = self._below if pattern.is_wildcard else self._exact
            compiled = _CompiledRule(rule, pattern, paths)
            index.setdefault(pattern.name, []).append(compiled)

    def decide(self, attempt: Attempt, now: float) -> Verdict:
        """The verdict; a deny beats every allow."""
        kept = [k for k in self._about(attempt.host) if k.speaks_of(attempt.port, now)]
        denies = [k for k in kept if k.rule.kind == "deny"]
        looks = any(k.rule.looks_inside for k in denies)
        for deny in denies:
            if not deny.rule.looks_inside or (attempt.method and deny.fits(attempt)):
                return Verdict(Reason.DENY_RULE, deny.rule)
        if any(k.rule.kind == "tcp" for k in kept) and not attempt.method:
            rule = next(k.rule for k in kept if k.rule.kind == "tcp")
            return Verdict(Allowance.TCP_RULE, rule)
        locked = _locked(attempt)
        if locked:
            return Verdict(locked)
        allows = [k for k in kept if k.rule.kind == "allow"]
        if not allows and not self._lets_unknown_pass(attempt.host):
            return Verdict(Reason.NOT_IN_ALLOWLIST)
        if not attempt.method:
            needs = looks or any(k.rule.looks_inside for k in allows)
            return self._connection(attempt, allows, needs)
        return _request(attempt, allows, looks)

    def vet(self, address: str, rule: Rule | None = None) -> Reason | None:
        """The reason why an allowed name may not lead to this address, or None."""
        if rule and rule.kind == "tcp" and rule.allow_private:
            return None
        return addresses.refuse(address, self._nets)

    def _about(self, host: Host) -> Iterator[_CompiledRule]:
        for kept in self._exact.get(host.name, ()):
            if kept.host.matches(host):
                yield kept
        if not host.is_address:
            rest = host.name.partition(".")[2]
            while rest:
                yield from self._below.get(rest, ())
                rest = rest.partition(".")[2]

    def _lets_unknown_pass(self, host: Host) -> bool:
        return self.policy.default == "log" and not host.is_address

    def _connection(
        self, attempt: Attempt, allows: list[_CompiledRule], needs: bool
    ) -> Verdict:
        rule = allows[0].rule if allows else None
        passes = f"{attempt.host.name}:{attempt.port}" in self.policy.passthrough
        inspect = not passes and (needs or self.policy.inspect == "always")
        if needs and (passes or self.policy.inspect == "never"):
            return Verdict(Reason.RULE_NEEDS_INSPECTION, rule)
        return Verdict(_allowed_by(rule), rule, inspect=inspect)


def _allowed_by(rule: Rule | None) -> Allowance:
    return Allowance.ALLOW_RULE if rule else Allowance.LOGGED_ONLY


def _locked(attempt: Attempt) -> Reason | None:
    if attempt.host.is_address:
        return Reason.RAW_ADDRESS
    if LOCKED_NAMES.fullmatch(attempt.host.name):
        return Reason.LOCAL_NAME
    if attempt.host.name in RESOLVERS or attempt.port in (53, 853):
        return Reason.OTHER_RESOLVER
    return None


def _request(attempt: Attempt, allows: list[_CompiledRule], looks: bool) -> Verdict:
    narrow = looks or any(k.rule.paths or k.rule.query for k in allows)
    first = allows[0].rule if allows else None
    if attempt.method not in METHODS:
        return Verdict(Reason.METHOD_OR_PATH, first)
    if narrow and attempt.target and attempt.target.is_ambiguous:
        return Verdict(Reason.AMBIGUOUS_PATH, first)
    for kept in allows:
        if kept.fits(attempt):
            return Verdict(_allowed_by(kept.rule), kept.rule)
    if not allows:
        return Verdict(_allowed_by(None))
    return Verdict(Reason.METHOD_OR_PATH, first)
