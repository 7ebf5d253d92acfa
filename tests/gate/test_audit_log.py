"""Lines are numbered, repeated denials counted, and a flood fills no disk."""

import json

import pytest

from swarm.gate.audit_log import DENIALS_LIMIT, LINES_LIMIT, AuditLog
from swarm.gate.denied import Denied
from swarm.policy.reasons import Reason
from swarm.policy.rules import Rule

DENIED = Denied(Reason.NOT_IN_ALLOWLIST)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def log() -> "WrittenLog":
    """An audit, its clock, and the lines it wrote."""
    lines: list[dict[str, object]] = []
    clock = Clock()
    return AuditLog(lambda text: lines.append(json.loads(text)), clock), clock, lines


WrittenLog = tuple[AuditLog, Clock, list[dict[str, object]]]


def test_equal_denials_of_a_second_are_two_lines(log: WrittenLog) -> None:
    """The first at once, the others as one number; none is lost."""
    audit, clock, lines = log
    for _ in range(50):
        audit.denied(DENIED, "n", "connect", host="a.test", port=443)
    clock.now += 2
    audit.flush()

    assert [line["n"] for line in lines] == [1, 49]
    assert [line["seq"] for line in lines] == [1, 2]


def test_a_flood_is_counted_and_not_written(log: WrittenLog) -> None:
    """An agent that tries a thousand names a second fills no disk."""
    audit, clock, lines = log
    for number in range(5000):
        audit.denied(DENIED, "n", "connect", host=f"h{number}.test", port=443)
    clock.now += 2
    audit.flush()

    written = [line for line in lines if line["phase"] == "connect"]
    (over,) = (line for line in lines if line["phase"] == "overflow")
    assert len(written) == LINES_LIMIT
    assert over["n"] == 5000 - LINES_LIMIT
    assert len(audit._repeated) <= DENIALS_LIMIT


def test_numbers_go_on_after_a_restart(log: WrittenLog) -> None:
    """The keeper says where it was; a gap stays a gap."""
    audit, _, lines = log
    audit.resume("n", 41)
    audit.write("n", "connect", verdict="allow")
    audit.resume("n", 7)
    audit.write("n", "connect", verdict="allow")

    assert [line["seq"] for line in lines] == [42, 43]


def test_a_denial_is_written_with_all_that_it_knows(log: WrittenLog) -> None:
    """The detail behind the code, the rule and its place, whether a grant opens it."""
    audit, _, lines = log
    rule = Rule("deny", "a.test", quiet=True, origin="policy.toml:3")
    audit.denied(Denied(Reason.DENY_RULE, rule), "n", "request", host="a.test")
    audit.denied(Denied(Reason.BAD_HEAD, detail="too long"), "n", "connect")

    by_rule, malformed = lines
    assert (by_rule["rule"], by_rule["origin"]) == ("deny a.test", "policy.toml:3")
    assert (by_rule["quiet"], "locked" in by_rule) == (True, False)
    assert (malformed["reason"], malformed["locked"]) == ("bad-head: too long", True)


def test_only_a_deny_is_quiet(log: WrittenLog) -> None:
    """An allow that says `quiet` hides no leak of a secret."""
    audit, _, lines = log
    rule = Rule("allow", "a.test", quiet=True)
    audit.denied(Denied(Reason.SECRET_ELSEWHERE, rule), "n", "request")

    assert "quiet" not in lines[0]
