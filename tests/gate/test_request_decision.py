"""One decision on a request, whatever version of HTTP it came in."""

import json
import ssl
from dataclasses import replace
from typing import Any

import pytest

from swarm.gate.audit_log import AuditLog
from swarm.gate.denied import Denied
from swarm.gate.http_relay import TransferMeter
from swarm.gate.request_decision import (
    CurrentRequest,
    Destination,
    RequestDecision,
    key_digest,
)
from swarm.gate.request_head import BadHead, RequestHead
from swarm.gate.task_net import TaskNet
from swarm.policy.decide import Verdict
from swarm.policy.hosts import Host
from swarm.policy.reasons import Allowance, Reason
from swarm.policy.rules import Inject, Policy, Rule, Secret

HOST = Host("ok.example")
RULE = Rule(
    "allow",
    "ok.example",
    methods=("GET",),
    paths=("/v1/**",),
    inject=Inject("Authorization", "Bearer {}", "key"),
)
POLICY = Policy(
    rules=(RULE, Rule("allow", "other.example")),
    secrets=(Secret("key", "env:KEY", ("ok.example",)),),
)


def opened(lines: list[dict[str, Any]]) -> TaskNet:
    """A net with a secret for one host."""
    net = TaskNet(POLICY, AuditLog(lambda text: lines.append(json.loads(text))))
    net.hold_secrets({"key": "the-real-value"}, {"key": "the-placeholder"})
    return net


def decision(host: Host = HOST) -> RequestDecision:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return RequestDecision(opened([]), Destination(host, 443, context))


def head(path: str, host: Host = HOST, method: str = "GET", port: int = 0) -> Any:
    return RequestHead(method, "origin", host, port, path)


def test_what_a_rule_lets_pass_gets_its_secret() -> None:
    decided = decision()
    request = decided.read(head("/v1/x"))

    attempt = decided.require(request, b"GET /v1/x HTTP/1.1\r\n\r\n")

    assert (attempt.method, request.rule) == ("GET", RULE)
    assert decided.injected(request) == (b"Authorization", b"Bearer the-real-value")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (head("/v2"), Reason.METHOD_OR_PATH),
        (head("/v1/x", method="POST"), Reason.METHOD_OR_PATH),
        (head("/v1/..%2fv2"), Reason.AMBIGUOUS_PATH),
        (head("/v1/x", host=Host("other.example")), Reason.HOST_DIFFERS),
        (head("/v1/x", port=8443), Reason.HOST_DIFFERS),
    ],
)
def test_what_no_rule_lets_pass_is_denied(asked: RequestHead, reason: Reason) -> None:
    decided = decision()
    request = decided.read(asked)

    with pytest.raises(Denied) as denied:
        decided.require(request, b"")

    assert denied.value.reason is reason


def test_an_expired_secret_is_denied_and_its_line_is_named() -> None:
    """In the audit for the human; the agent reads the reason alone."""
    secret = Secret("key", "env:K", ("ok.example",), origin="p.toml:9", expires=1.0)
    lines: list[dict[str, Any]] = []
    audit = AuditLog(lambda text: lines.append(json.loads(text)))
    net = TaskNet(Policy(rules=(RULE,), secrets=(secret,)), audit)
    decided = RequestDecision(
        net, Destination(HOST, 443, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    )
    request = decided.read(head("/v1/x"))

    with pytest.raises(Denied) as denied:
        decided.require(request, b"")
    decided.write_denial(denied.value, request)

    assert denied.value.reason is Reason.SECRET_EXPIRED
    assert lines[-1]["reason"] == "secret-expired: key, at p.toml:9"
    assert not lines[-1].get("locked")


def test_a_placeholder_on_its_way_elsewhere_is_denied() -> None:
    decided = decision(Host("other.example"))
    request = decided.read(head("/", host=Host("other.example")))

    with pytest.raises(Denied) as denied:
        decided.require(request, b"x-key: the-placeholder\r\n")

    assert denied.value.reason is Reason.SECRET_ELSEWHERE


@pytest.mark.parametrize("host", ["quiet.example", "unknown.example", "denied.example"])
def test_a_placeholder_on_its_way_to_a_denied_host_is_told_in_red(host: str) -> None:
    """No list of quiet denials hides it."""
    lines: list[dict[str, Any]] = []
    net = opened(lines)
    quiet = Rule("deny", "quiet.example", (), quiet=True)
    rules = (RULE, Rule("deny", "denied.example", (), quiet=True))
    net.replace(replace(POLICY, rules=rules, quiet=(quiet,)))
    decided = RequestDecision(net, Destination(None, 80))
    request = decided.read(RequestHead("GET", "absolute", Host(host), 80, "/"))

    with pytest.raises(Denied) as denied:
        decided.require(request, b"x-key: the-placeholder\r\n")
    decided.write_denial(denied.value, request)

    assert lines[-1]["reason"] == Reason.SECRET_ELSEWHERE
    assert not lines[-1].get("quiet")


def test_a_request_without_a_proxys_form_is_none_for_a_proxy() -> None:
    decided = RequestDecision(opened([]), Destination(None, 80))

    with pytest.raises(BadHead):
        decided.read(head("/"))


@pytest.mark.parametrize(
    ("error", "how"),
    [(None, "done"), (OSError("gone"), "broken"), (Denied(Reason.CUT), "refused")],
)
def test_the_line_about_a_request_says_how_it_ended(
    error: BaseException | None, how: str
) -> None:
    lines: list[dict[str, Any]] = []
    net = opened(lines)
    request = CurrentRequest(HOST, 443, head("/v1/x"))

    RequestDecision(net, Destination(HOST, 443)).write_end(
        request, TransferMeter(net, HOST, RULE), error
    )

    assert [(line["phase"], line["how"], line["path"]) for line in lines] == [
        ("request", how, "/v1/x")
    ]


def test_each_line_of_a_model_says_how_many_requests_are_open() -> None:
    """Those of a host that does not answer end, too; a GET is no question."""
    lines: list[dict[str, Any]] = []
    net = opened(lines)
    decided = RequestDecision(net, Destination(HOST, 443))

    def asked(method: str = "POST") -> tuple[CurrentRequest, TransferMeter]:
        request = CurrentRequest(HOST, 443, head("/v1/x", method=method))
        request.verdict = Verdict(Allowance.ALLOW_RULE, RULE, model="anthropic")
        meter = TransferMeter(net, HOST, RULE, is_model=True)
        decided.write_asked(request)
        return request, meter

    first, second, other = asked(), asked(), asked("GET")
    decided.write_end(*first, OSError("gone"))
    decided.write_end(*other, None)
    decided.write_end(*second, None)

    said = [(one["phase"], one["open"]) for one in lines if "open" in one]
    assert said == [
        ("model", 1),
        ("model", 2),
        ("answer", 1),
        ("answer", 1),
        ("answer", 0),
    ]


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (b"POST / HTTP/1.1\r\nAuthorization: Bearer k1\r\n\r\n", "/"),
        (b"POST / HTTP/1.1\r\nauthorization:Bearer k1  \r\nx: y\r\n\r\n", "/"),
        (b"POST / HTTP/1.1\r\nX: y\r\nAUTHORIZATION: Bearer k1\r\n\r\n", "/"),
    ],
)
def test_equal_keys_have_equal_digests(head: bytes, target: str) -> None:
    same = key_digest(b"x: 1\r\nAuthorization: Bearer k1\r\n\r\n", "/")

    assert key_digest(head, target) == same
    assert len(same) == 12


def test_each_way_to_send_a_key_is_read() -> None:
    """None of them is in the digest, and a request without one has none."""
    digests = {
        key_digest(b"x-api-key: k1\r\n\r\n", "/"),
        key_digest(b"x-goog-api-key: k2\r\n\r\n", "/"),
        key_digest(b"api-key: k3\r\n\r\n", "/"),
        key_digest(b"\r\n", "/v1?alt=sse&key=k4"),
        key_digest(b"authorization: Bearer k5\r\n\r\n", "/"),
    }

    assert len(digests) == 5
    assert key_digest(b"x-other: k1\r\nauthorization:\r\n\r\n", "/?monkey=1") == ""
