"""Verdicts: a deny beats every allow, and what nobody names is denied."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import hosts, request_target, rules
from swarm.policy.decide import Attempt, PolicyEvaluator, Verdict
from swarm.policy.reasons import Reason
from swarm.policy.rules import Inject, Policy, Rule, Secret

OK = Rule("allow", "ok.example")


def verdict(
    *given_rules: Rule,
    host: str = "ok.example",
    port: int = 443,
    ask: str = "",
    now: float = 0.0,
    **settings: object,
) -> str:
    """`allow` or the reason; `ask` is a method and a target."""
    method, _, target = ask.partition(" ")
    judge = PolicyEvaluator(Policy(rules=given_rules, **settings))  # type: ignore[arg-type]  # settings of any kind
    attempt = Attempt(
        hosts.parse(host),
        port,
        method,
        request_target.parse(target) if target else None,
    )
    found = judge.decide(attempt, now)
    return "allow" if found.allow else found.reason


def test_nothing_is_allowed_by_an_empty_policy() -> None:
    """Empty means nothing, not everything."""
    assert verdict() == "not-in-allowlist"


@pytest.mark.parametrize(
    ("rule", "host", "port", "expected"),
    [
        (OK, "ok.example", 443, "allow"),
        (OK, "ok.example", 80, "not-in-allowlist"),
        (OK, "ok.example", 22, "not-in-allowlist"),
        (OK, "ok.example.evil", 443, "not-in-allowlist"),
        (replace(OK, ports=(80, 8443)), "ok.example", 8443, "allow"),
        (replace(OK, host="*.ok.example"), "a.ok.example", 443, "allow"),
        (replace(OK, host="*.ok.example"), "ok.example", 443, "not-in-allowlist"),
        (replace(OK, host="1.1.1.1"), "1.1.1.1", 443, "raw-address"),
        (replace(OK, host="localhost"), "localhost", 443, "local-name"),
        (replace(OK, host="a.internal"), "a.internal", 443, "local-name"),
        (replace(OK, host="dns.google"), "dns.google", 443, "other-resolver"),
        (replace(OK, ports=(853,)), "ok.example", 853, "other-resolver"),
        (Rule("tcp", "db.internal", (5432,)), "db.internal", 5432, "allow"),
        (Rule("tcp", "10.0.0.5", (5432,)), "10.0.0.5", 5432, "allow"),
    ],
)
def test_a_connection(rule: Rule, host: str, port: int, expected: str) -> None:
    """Exact hosts, ports, and what only an explicit tunnel opens."""
    assert verdict(rule, host=host, port=port) == expected


PRIVATE = replace(OK, allow_private=True)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("git.corp.internal", "allow"),
        ("nas.local", "allow"),
        ("box.localdomain", "allow"),
        ("hub.home.arpa", "allow"),
        ("host.docker.internal", "allow"),
        ("intranet", "allow"),
        ("git.lan", "allow"),
        ("10.0.0.7", "allow"),
        ("192.168.1.1", "allow"),
        ("100.64.1.1", "allow"),
        ("[fd00::7]", "allow"),
        ("8.8.8.8", "raw-address"),
        ("127.0.0.1", "raw-address"),
        ("[::1]", "raw-address"),
        ("169.254.169.254", "raw-address"),
        ("localhost", "local-name"),
        ("a.localhost", "local-name"),
        ("metadata.google.internal", "local-name"),
        ("instance-data.ec2.internal", "local-name"),
        ("1.0.0.10.in-addr.arpa", "local-name"),
        ("dns.google", "other-resolver"),
    ],
)
@pytest.mark.parametrize("ask", ["", "GET /"])
def test_one_line_opens_a_place_of_the_users_own_network(
    host: str, expected: str, ask: str
) -> None:
    """Connections and single requests alike; never the gate itself or metadata."""
    rule = replace(PRIVATE, host=host)
    assert verdict(rule, host=host, ask=ask) == expected
    assert verdict(rule, host=host, port=444, ask=ask) != "allow"


@pytest.mark.parametrize("host", ["db.internal", "10.0.0.5", "db.example"])
@pytest.mark.parametrize("ask", ["", "GET /"])
def test_a_raw_tunnel_opens_single_requests_too(host: str, ask: str) -> None:
    """A client with proxy variables sends `http://` as a request by its full URL."""
    rule = Rule("tcp", host, (8080,), allow_private=True)
    assert verdict(rule, host=host, port=8080, ask=ask) == "allow"


@pytest.mark.parametrize(
    ("rules", "address", "is_refused"),
    [
        ((OK,), "10.0.0.1", True),
        ((PRIVATE,), "10.0.0.1", False),
        ((OK, PRIVATE), "10.0.0.1", False),
        ((PRIVATE, OK), "10.0.0.1", False),
        ((replace(PRIVATE, ports=(80,)), OK), "10.0.0.1", True),
        ((replace(PRIVATE, expires=1.0), OK), "10.0.0.1", True),
        ((replace(PRIVATE, kind="tcp"),), "10.0.0.1", False),
        ((replace(PRIVATE, kind="tcp"),), "127.0.0.1", True),
        ((PRIVATE,), "127.0.0.1", True),
        ((PRIVATE,), "169.254.169.254", True),
    ],
)
def test_the_address_is_vetted_by_every_rule_about_the_place(
    rules: tuple[Rule, ...], address: str, is_refused: bool
) -> None:
    """The line opens the name and port, whichever rule allowed the request."""
    judge = PolicyEvaluator(Policy(rules=rules))

    found = judge.decide(Attempt(hosts.parse("ok.example"), 443), 5.0)

    assert (judge.vet(address, found) is not None) is is_refused


def test_a_raw_tunnel_to_an_address_needs_no_second_word() -> None:
    """The rule names the very address."""
    judge = PolicyEvaluator(Policy(rules=(Rule("tcp", "10.0.0.7", (22,)),)))

    found = judge.decide(Attempt(hosts.parse("10.0.0.7"), 22), 0.0)

    assert found.allow
    assert judge.vet("10.0.0.7", found) is None


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ("GET /v1/a", "allow"),
        ("GET /v1", "allow"),
        ("HEAD /v1/a", "method-or-path-not-allowed"),
        ("GET /v2", "method-or-path-not-allowed"),
        ("GET /v1x", "method-or-path-not-allowed"),
        ("GET /v2/../v1/a", "ambiguous-path"),
        ("GET /v1/%2e%2e/v2", "ambiguous-path"),
        ("GET /v1//a", "ambiguous-path"),
        ("GET /v1/..%2fv2", "ambiguous-path"),
        ("GET /v1/%5c..", "ambiguous-path"),
        ("GET /v1/%252e", "ambiguous-path"),
    ],
)
def test_a_request(ask: str, expected: str) -> None:
    """Methods and paths of one rule belong together."""
    rule = replace(OK, methods=("GET",), paths=("/v1/**",))
    assert verdict(rule, ask=ask) == expected


def test_a_query_counts_only_where_it_comes_once() -> None:
    """`?service=a&service=b`: a server may take either."""
    rule = replace(OK, methods=("GET",), query=(("service", "git-upload-pack"),))
    assert verdict(rule, ask="GET /r?service=git-upload-pack") == "allow"
    for query in (
        "",
        "?service=git-receive-pack",
        "?service=git-upload-pack&service=x",
    ):
        assert verdict(rule, ask=f"GET /r{query}") == "method-or-path-not-allowed"


def test_a_deny_beats_every_allow() -> None:
    """Whatever the order, and however narrow the allow."""
    deny, allow = Rule("deny", "*.ok.example", ports=()), Rule("allow", "a.ok.example")
    for given_rules in ((allow, deny), (deny, allow)):
        assert verdict(*given_rules, host="a.ok.example") == "deny-rule"


def test_a_grant_that_expires_does() -> None:
    """In the second that it says."""
    grant = replace(OK, expires=100.0)
    assert verdict(grant, now=99.9) == "allow"
    assert verdict(grant, now=100.0) == "not-in-allowlist"


def test_a_look_inside_is_had_only_where_a_rule_needs_it() -> None:
    """And where it cannot be had, the rule allows nothing."""
    inject = replace(OK, inject=Inject("Authorization", "Bearer {}", "x"))
    for rule, looks in ((OK, False), (inject, True)):
        found = PolicyEvaluator(Policy(rules=(rule,))).decide(
            Attempt(hosts.parse("ok.example"), 443), 0
        )
        assert (found.allow, found.inspect) == (True, looks)
    assert verdict(inject, inspect="never") == "rule-needs-inspection"
    assert verdict(inject, passthrough=("ok.example:443",)) == "rule-needs-inspection"


MODEL = replace(OK, model="anthropic")
TOKEN = replace(OK, inject=Inject("Authorization", "Bearer {}", "token"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [(99.0, "allow-rule"), (100.0, "secret-expired"), (1e9, "secret-expired")],
)
def test_an_expired_secret_denies_what_it_is_needed_for(
    now: float, expected: str
) -> None:
    """A request without it would be refused by the host, in words that mislead."""
    secret = Secret("token", "env:T", ("ok.example",), expires=100.0)
    other = Secret("other", "env:T", ("ok.example",), expires=1.0)
    evaluator = PolicyEvaluator(Policy(rules=(TOKEN,), secrets=(other, secret)))
    target = request_target.parse("/")
    attempt = Attempt(hosts.parse("ok.example"), 443, "GET", target)

    found = evaluator.decide(attempt, now)

    assert (found.reason, found.rule) == (expected, TOKEN)
    assert evaluator.expired_secret(TOKEN, now) == (
        secret if expected == "secret-expired" else None
    )


def test_a_rule_with_a_secret_counts_before_one_that_only_lets_pass() -> None:
    """A registry's service stands before the user's own line, which has the token."""
    plain = replace(OK, methods=("GET",))
    model = MODEL
    target = request_target.parse("/")
    attempt = Attempt(hosts.parse("ok.example"), 443, "GET", target)

    def chosen(*rules: Rule) -> Rule | None:
        return PolicyEvaluator(Policy(rules=rules)).decide(attempt, 0).rule

    assert chosen(plain, TOKEN) == chosen(TOKEN, plain) == TOKEN
    assert chosen(plain, model, TOKEN) == chosen(TOKEN, model) == TOKEN
    assert chosen(plain, model) == model
    assert chosen(plain, replace(OK, reason="b")) == plain


@pytest.mark.parametrize("several", list(itertools.permutations((OK, MODEL, TOKEN))))
def test_what_a_model_is_asked_is_counted_whichever_rule_decides(
    several: tuple[Rule, ...],
) -> None:
    """A user's own line with a key must not hide the service's line from the budget."""
    target = request_target.parse("/")
    attempt = Attempt(hosts.parse("ok.example"), 443, "POST", target)

    found = PolicyEvaluator(Policy(rules=several)).decide(attempt, 0)

    assert (found.rule, found.model) == (TOKEN, "anthropic")


names = st.sampled_from(["a.x", "b.x", "a.b.x", "x.y", "b.a.x"])
patterns = st.sampled_from(["a.x", "*.b.x", "x.y", "*.a.x", "b.x"])
any_rule = st.builds(
    Rule,
    st.sampled_from(["allow", "deny"]),
    patterns,
    st.sampled_from([(443,), (80,), (443, 80)]),
)


@given(st.lists(any_rule, max_size=12), names, st.sampled_from([80, 443]))
def test_the_index_decides_as_a_plain_loop_would(
    several: list[Rule], name: str, port: int
) -> None:
    """The reference model: look at every rule."""
    host = hosts.parse(name)
    about = [
        rule
        for rule in several
        if hosts.pattern(rule.host).matches(host) and port in rule.ports
    ]
    expected = bool(about) and all(rule.kind == "allow" for rule in about)

    found = PolicyEvaluator(Policy(rules=tuple(several))).decide(Attempt(host, port), 0)

    assert found.allow is expected


@given(st.lists(any_rule, max_size=5))
def test_a_policy_survives_its_journey(several: list[Rule]) -> None:
    """To the gate and into the store, as JSON."""
    policy = Policy(rules=tuple(several), allow_nets=("10.0.0.0/8",))
    assert rules.from_json(rules.to_json(policy)) == policy


DEEP = Rule("deny", "ok.example", (), paths=("/secret/**",))


def test_a_denied_path_is_looked_for_also_where_everything_passes() -> None:
    """Logging only: what a human denied stays denied, so the gate must look inside."""
    judge = PolicyEvaluator(Policy(rules=(DEEP,), default="log"))

    found = judge.decide(Attempt(hosts.parse("ok.example"), 443), 0.0)

    assert (found.allow, found.reason, found.inspect) == (True, "logged-only", True)
    assert verdict(DEEP, ask="GET /secret/a", default="log") == "deny-rule"
    assert verdict(DEEP, ask="GET /x/%2e%2e/secret/a", default="log") != "allow"
    assert verdict(DEEP, ask="GET /other", default="log") == "allow"
    assert verdict(DEEP, default="log", inspect="never") == "rule-needs-inspection"


def _read(host: str = "forge.example", **settings: Any) -> Verdict:
    policy = Policy(read_denied=("forge.example:443",), **settings)
    attempt = Attempt(hosts.parse(host), 443)
    return PolicyEvaluator(policy).decide(attempt, 0.0)


def test_a_denied_connection_is_read_only_if_the_policy_names_it() -> None:
    """It stays denied; a human who switched the look inside off keeps that."""
    read = _read()

    assert (read.allow, read.inspect) == (False, True)
    assert not _read("other.example").inspect
    assert not _read(inspect="never").inspect
    assert not _read(passthrough=("forge.example:443",)).inspect


def test_a_connection_that_a_rule_denies_is_not_read() -> None:
    verdict = _read(rules=(Rule("deny", "forge.example"),))

    assert (verdict.reason, verdict.inspect) == (Reason.DENY_RULE, False)


def test_a_quiet_host_changes_the_row_and_nothing_else() -> None:
    quiet = Rule("deny", "*.telemetry.example", (), quiet=True)
    attempt = Attempt(hosts.parse("a.telemetry.example"), 443)
    denied = PolicyEvaluator(Policy(quiet=(quiet,))).decide(attempt, 0.0)
    allow = Rule("allow", "a.telemetry.example")
    allowed = PolicyEvaluator(Policy((allow,), quiet=(quiet,))).decide(attempt, 0.0)

    assert (denied.reason, denied.rule) == (Reason.NOT_IN_ALLOWLIST, quiet)
    assert (allowed.allow, allowed.rule) == (True, allow)
