"""Decides on one attempt: allowed or denied, by a rule, for a reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from swarm.policy import addresses, hosts, request_target
from swarm.policy.hosts import Host, Pattern
from swarm.policy.reasons import Allowance, Reason
from swarm.policy.request_target import Target
from swarm.policy.rules import METHODS, Kind, Policy, Rule, Secret

LOCKED_NAMES = re.compile(r".*\.(local|internal|localdomain|home\.arpa)")
"""Names of the user's own network: a rule with `allow_private` opens them."""
NEVER_NAMES = re.compile(
    r"(.*\.)?localhost|localhost\.localdomain|.*\.(in-addr|ip6)\.arpa"
    r"|metadata(\.google)?(\.internal)?|instance-data(\..*\.internal)?"
)
"""Names of the gate itself, of the cloud's metadata and of addresses: never open."""

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

_UNLISTED = (Reason.NOT_IN_ALLOWLIST, Reason.METHOD_OR_PATH)
"""Denied because no rule allows it, not because one says so."""


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
    opens_private: bool = False
    """A rule says that this host may be one of the user's own network."""
    model: str = ""
    """The shape of its model traffic, from any rule that fits: the one that decided
    may be a user's line that brings a key."""

    @property
    def allow(self) -> bool:
        """True if the attempt passes."""
        return self.denial is None

    @property
    def denial(self) -> Reason | None:
        """The reason why it does not pass, or None."""
        return self.reason if isinstance(self.reason, Reason) else None

    @property
    def locked(self) -> bool:
        """True if no grant from a dashboard opens this."""
        return bool(self.denial and self.denial.is_locked)


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    """A rule with its patterns compiled."""

    rule: Rule
    host: Pattern
    paths: tuple[re.Pattern[str], ...]

    def is_in_force(self, port: int, now: float) -> bool:
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
        return all(_query_values(target, key) == [value] for key, value in rule.query)


class _RuleIndex:
    """Rules compiled, and found by the name that they are about."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, list[_CompiledRule]] = {}
        self._below: dict[str, list[_CompiledRule]] = {}
        for rule in rules:
            pattern = hosts.pattern(rule.host)
            paths = tuple(request_target.glob(path) for path in rule.paths)
            index = self._below if pattern.is_wildcard else self._exact
            compiled = _CompiledRule(rule, pattern, paths)
            index.setdefault(pattern.name, []).append(compiled)

    def about(self, host: Host) -> Iterator[_CompiledRule]:
        """The rules whose pattern the host fits, in any order of their kinds."""
        for compiled in self._exact.get(host.name, ()):
            if compiled.host.matches(host):
                yield compiled
        if not host.is_address:
            suffix = host.name.partition(".")[2]
            while suffix:
                yield from self._below.get(suffix, ())
                suffix = suffix.partition(".")[2]


def _query_values(target: Target, name: str) -> list[str]:
    """Every value of one key: a server may use any of several."""
    return [value for key, value in target.query if key == name]


class PolicyEvaluator:
    """Decides for one policy; rules are found by name, however many there are."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._rules = _RuleIndex(policy.rules)
        self._quiet = _RuleIndex(policy.quiet)
        self._secrets = {secret.name: secret for secret in policy.secrets}
        self._read_denied = frozenset(policy.read_denied)
        self._nets = tuple(addresses.network(net) for net in policy.allow_nets)

    def decide(self, attempt: Attempt, now: float) -> Verdict:
        """The verdict; a deny beats every allow.

        A denied connection may be one to be read: its verdict has `inspect`, and the
        gate reads its request to name it in the answer, and denies that as well.
        """
        verdict = self._decide(attempt, now)
        if verdict.reason not in _UNLISTED:
            return verdict
        for quiet in self._quiet.about(attempt.host):
            if quiet.is_in_force(attempt.port, now) and quiet.fits(attempt):
                return Verdict(verdict.reason, quiet.rule)
        return replace(verdict, inspect=self._is_read(attempt, verdict))

    def _is_read(self, attempt: Attempt, verdict: Verdict) -> bool:
        host_port = f"{attempt.host.name}:{attempt.port}"
        return (
            verdict.reason is Reason.NOT_IN_ALLOWLIST
            and not attempt.method
            and self.policy.inspect != "never"
            and host_port in self._read_denied
            and host_port not in self.policy.passthrough
        )

    def _decide(self, attempt: Attempt, now: float) -> Verdict:
        compiled_rules = [
            compiled
            for compiled in self._rules.about(attempt.host)
            if compiled.is_in_force(attempt.port, now)
        ]
        denies = _of_kind(compiled_rules, "deny")
        deny_looks_inside = _any_looks_inside(denies)
        for deny in denies:
            if not deny.rule.looks_inside or (attempt.method and deny.fits(attempt)):
                return Verdict(Reason.DENY_RULE, deny.rule)
        opens_private = _opens_private(attempt, compiled_rules)
        lock_reason = lock(attempt, opens_private)
        tunnels = _of_kind(compiled_rules, "tcp")
        if tunnels and not NEVER_NAMES.fullmatch(attempt.host.name):
            verdict = Verdict(Allowance.TCP_RULE, tunnels[0].rule)
        elif lock_reason:
            return Verdict(lock_reason)
        else:
            allows = _of_kind(compiled_rules, "allow")
            verdict = self._decide_by(attempt, allows, deny_looks_inside, now)
        return replace(verdict, opens_private=True) if opens_private else verdict

    def _decide_by(
        self,
        attempt: Attempt,
        allows: list[_CompiledRule],
        deny_looks_inside: bool,
        now: float,
    ) -> Verdict:
        if not allows and not self._lets_unknown_pass(attempt.host):
            return Verdict(Reason.NOT_IN_ALLOWLIST)
        if not attempt.method:
            needs_inspection = deny_looks_inside or _any_looks_inside(allows)
            return self._decide_connection(attempt, allows, needs_inspection)
        verdict = _decide_request(attempt, allows, deny_looks_inside)
        expired = self.expired_secret(verdict.rule, now) if verdict.allow else None
        return replace(verdict, reason=Reason.SECRET_EXPIRED) if expired else verdict

    def expired_secret(self, rule: Rule | None, now: float) -> Secret | None:
        """The secret that the rule puts in, if its time is over."""
        secret = self._secrets.get(rule.inject.secret) if rule and rule.inject else None
        return secret if secret and secret.is_expired(now) else None

    @property
    def opens_resolver(self) -> bool:
        """True if a rule leads to a resolver other than the gate's.

        Such a resolver may tell a client the key under which a server hides names.
        """
        return any(
            rule.kind == "tcp"
            and (
                rule.covers(53)
                or rule.covers(853)
                or any(hosts.pattern(rule.host).matches(Host(n)) for n in RESOLVERS)
            )
            for rule in self.policy.rules
        )

    def vet(self, address: str, verdict: Verdict | None = None) -> Reason | None:
        """The reason why an allowed name may not lead to this address, or None."""
        private = verdict is not None and verdict.opens_private
        return addresses.refuse(address, self._nets, private)

    def _lets_unknown_pass(self, host: Host) -> bool:
        return self.policy.default == "log" and not host.is_address

    def _decide_connection(
        self, attempt: Attempt, allows: list[_CompiledRule], needs_inspection: bool
    ) -> Verdict:
        rule = allows[0].rule if allows else None
        is_passthrough = (
            f"{attempt.host.name}:{attempt.port}" in self.policy.passthrough
        )
        inspect = not is_passthrough and (
            needs_inspection or self.policy.inspect == "always"
        )
        if needs_inspection and (is_passthrough or self.policy.inspect == "never"):
            return Verdict(Reason.RULE_NEEDS_INSPECTION, rule)
        return Verdict(_allowed_by(rule), rule, inspect=inspect)


def _of_kind(compiled_rules: list[_CompiledRule], kind: Kind) -> list[_CompiledRule]:
    return [compiled for compiled in compiled_rules if compiled.rule.kind == kind]


def _any_looks_inside(compiled_rules: list[_CompiledRule]) -> bool:
    return any(compiled.rule.looks_inside for compiled in compiled_rules)


def _allowed_by(rule: Rule | None) -> Allowance:
    return Allowance.ALLOW_RULE if rule else Allowance.LOGGED_ONLY


def _opens_private(attempt: Attempt, compiled_rules: list[_CompiledRule]) -> bool:
    """True if a rule opens the host wherever in the user's own network it is.

    A raw tunnel to an address says so by naming it.
    """
    return any(
        compiled.rule.allow_private
        or (compiled.rule.kind == "tcp" and attempt.host.is_address)
        for compiled in compiled_rules
        if compiled.rule.kind != "deny"
    )


def lock(attempt: Attempt, opens_private: bool) -> Reason | None:
    """The reason why no `[[allow]]` opens this, or None."""
    name = attempt.host.name
    if attempt.host.is_address and not (
        opens_private and addresses.kind(name).is_inside
    ):
        return Reason.RAW_ADDRESS
    is_local = LOCKED_NAMES.fullmatch(name) and not opens_private
    if is_local or NEVER_NAMES.fullmatch(name):
        return Reason.LOCAL_NAME
    if name in RESOLVERS or attempt.port in (53, 853):
        return Reason.OTHER_RESOLVER
    return None


def _speaking(rules: list[Rule]) -> Iterator[Rule]:
    """Those that do something, the ones first that keep most from going out."""
    yield from (rule for rule in rules if rule.answer)
    yield from (rule for rule in rules if rule.inject)
    yield from (rule for rule in rules if rule.model)


def _model(rules: list[Rule]) -> str:
    return next((rule.model for rule in rules if rule.model), "")


def _decide_request(
    attempt: Attempt, allows: list[_CompiledRule], deny_looks_inside: bool
) -> Verdict:
    path_counts = deny_looks_inside or any(
        allow.rule.paths or allow.rule.query for allow in allows
    )
    first_rule = allows[0].rule if allows else None
    if attempt.method not in METHODS:
        return Verdict(Reason.METHOD_OR_PATH, first_rule)
    if path_counts and attempt.target and attempt.target.is_ambiguous:
        return Verdict(Reason.AMBIGUOUS_PATH, first_rule)
    fitting = [allow.rule for allow in allows if allow.fits(attempt)]
    if fitting:
        # One that does something counts before one that only lets pass: a registry's
        # own service must not come before the line that brings its token.
        rule = next(_speaking(fitting), fitting[0])
        return Verdict(_allowed_by(rule), rule, model=rule.model or _model(fitting))
    if not allows:
        return Verdict(_allowed_by(None))
    return Verdict(Reason.METHOD_OR_PATH, first_rule)
