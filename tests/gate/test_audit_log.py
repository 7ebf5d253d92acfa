"""Repeated denials are counted, noise is shed first, and no answer is lost."""

import json

import pytest

from swarm.gate.audit_log import (
    ANSWERS_LIMIT,
    DENIALS_LIMIT,
    LIMITS_LIMIT,
    LINES_LIMIT,
    NOISE_LIMIT,
    AuditLog,
)
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
    audit = AuditLog(lambda text: lines.append(json.loads(text)), clock=clock)
    return audit, clock, lines


WrittenLog = tuple[AuditLog, Clock, list[dict[str, object]]]


def test_equal_denials_of_a_second_are_two_lines(log: WrittenLog) -> None:
    """The first at once, the others as one number; none is lost."""
    audit, clock, lines = log
    for _ in range(50):
        audit.denied(DENIED, "connect", host="a.test", port=443)
    clock.now += 2
    audit.flush()

    assert [line["n"] for line in lines] == [1, 49]


def test_a_flood_is_counted_and_not_written(log: WrittenLog) -> None:
    """An agent that tries a thousand names a second fills no disk."""
    audit, clock, lines = log
    for number in range(5000):
        audit.denied(DENIED, "connect", host=f"h{number}.test", port=443)
    clock.now += 2
    audit.flush()

    written = [line for line in lines if line["phase"] == "connect"]
    (over,) = (line for line in lines if line["phase"] == "overflow")
    assert len(written) == NOISE_LIMIT
    assert over["n"] == 5000 - NOISE_LIMIT
    assert over["kinds"] == {"connect": 5000 - NOISE_LIMIT}
    assert len(audit._repeated) <= DENIALS_LIMIT


@pytest.mark.parametrize("phase", ["dns", "connect", "request", "name"])
def test_noise_leaves_room_for_what_was_let_through(
    log: WrittenLog, phase: str
) -> None:
    """Refusals go first, and each kind's gap is counted for itself."""
    audit, clock, lines = log
    for number in range(3000):
        if phase == "name":
            audit.write("name", host=f"h{number}.test")
        else:
            audit.denied(DENIED, phase, host=f"h{number}.test")
    for _ in range(LINES_LIMIT):
        audit.write("close", host="ok.test", up=1)
    clock.now += 2
    audit.flush()

    assert sum(line["phase"] == "close" for line in lines) == LINES_LIMIT
    (over,) = (line for line in lines if line["phase"] == "overflow")
    assert over["kinds"] == {phase: 3000 - NOISE_LIMIT}


def test_answers_of_models_are_added_up_and_never_shed(log: WrittenLog) -> None:
    """A budget counts on them: noise of any kind takes no token away."""
    audit, clock, lines = log
    kept: list[dict[str, object]] = []
    audit = AuditLog(
        lambda text: lines.append(json.loads(text)),
        lambda text: kept.append(json.loads(text)),
        clock,
    )
    for number in range(3000):
        audit.write("close", host="ok.test", up=number)
        audit.answered(host="m.test", model="a", tokens_in=number, tokens_out=1)
    clock.now += 2
    audit.flush()

    answers = [line for line in kept if line["phase"] == "answer"]
    assert len(answers) == ANSWERS_LIMIT + 1
    assert sum(line["tokens_in"] for line in answers) == sum(range(3000))  # type: ignore[misc]
    assert sum(line["tokens_out"] for line in answers) == 3000  # type: ignore[misc]


def test_a_storm_of_requests_ends_with_the_right_number(log: WrittenLog) -> None:
    """Few are written, and whoever reads them all knows how many are open at last."""
    _, clock, _ = log
    kept: list[dict[str, object]] = []
    audit = AuditLog(
        lambda text: None, lambda text: kept.append(json.loads(text)), clock
    )
    for number in range(1, 501):
        audit.asked(host="m.test", provider="openai", open=number)
    for number in range(499, 6, -1):
        audit.answered(host="m.test", status=200 + number % 3, open=number)
    clock.now += 2
    audit.flush()

    assert kept[-1]["open"] == 7
    assert len(kept) <= 2 * ANSWERS_LIMIT + 4


@pytest.fixture
def kept() -> "WrittenLog":
    """An audit whose other lines are all shed, and the lines that never are."""
    lines: list[dict[str, object]] = []
    clock = Clock()
    audit = AuditLog(lambda _: None, lambda text: lines.append(json.loads(text)), clock)
    return audit, clock, lines


def test_a_limit_is_never_shed(kept: WrittenLog) -> None:
    """A second of them is the first at once, and the newest with their number."""
    audit, clock, lines = kept
    for number in range(3000):
        audit.write("close", host="ok.test")
        audit.limited(host="m.test", kind="usage", key="k", until=float(number))
    clock.now += 2
    audit.flush()

    limits = [line for line in lines if line["phase"] == "limit"]
    assert [(line["until"], line.get("n")) for line in limits] == [
        (0.0, None),
        (2999.0, 2999),
    ]
    assert audit.limits == 3000


def test_limits_of_several_hosts_and_keys_are_told_at_once(kept: WrittenLog) -> None:
    audit, _, lines = kept
    for host, kind, key in (
        ("a", "usage", "k"),
        ("a", "overload", "k"),
        ("b", "usage", "k"),
        ("b", "usage", "l"),
    ):
        audit.limited(host=host, kind=kind, key=key)
    audit.refused(host="a", why="key", key="k", status=401)

    assert [line["phase"] for line in lines] == ["limit"] * 4 + ["refusal"]


def test_an_agent_that_changes_its_key_fills_no_log(kept: WrittenLog) -> None:
    """The newest of what is too much is told, so the task is limited all the same."""
    audit, clock, lines = kept
    for number in range(3000):
        audit.limited(host="m.test", kind="usage", key=str(number), until=float(number))
    clock.now += 2
    audit.flush()

    assert len(lines) <= 2 * LIMITS_LIMIT + 1
    assert lines[-1]["until"] == 2999.0


def test_another_model_ends_no_limit(kept: WrittenLog) -> None:
    """A small model often answers while the large one is limited."""
    audit, clock, lines = kept
    for _ in range(2):
        audit.limited(host="m.test", kind="usage", model="large")
    audit.answered(host="m.test", tokens_out=3, asked="small")
    clock.now += 2
    audit.flush()

    assert [line["phase"] for line in lines] == ["limit", "answer", "limit"]


def test_a_limit_that_has_passed_is_not_told_late(kept: WrittenLog) -> None:
    """Words that came after it end it, also where it waits to be written."""
    audit, clock, lines = kept
    for host in ("m.test", "m.test", "n.test", "n.test"):
        audit.limited(host=host, kind="usage")
    audit.answered(host="m.test", tokens_out=3, limited=True)
    audit.answered(host="n.test", tokens_out=3)
    clock.now += 2
    audit.flush()

    later = [(line["phase"], line["host"]) for line in lines[2:]]
    assert later == [("answer", "m.test"), ("answer", "n.test"), ("limit", "m.test")]


def test_a_denial_is_written_with_all_that_it_knows(log: WrittenLog) -> None:
    """The detail behind the code, the rule and its place, whether a grant opens it."""
    audit, _, lines = log
    rule = Rule("deny", "a.test", quiet=True, origin="policy.toml:3")
    audit.denied(Denied(Reason.DENY_RULE, rule), "request", host="a.test")
    audit.denied(Denied(Reason.BAD_HEAD, detail="too long"), "connect")

    by_rule, malformed = lines
    assert (by_rule["rule"], by_rule["origin"]) == ("deny a.test", "policy.toml:3")
    assert (by_rule["quiet"], "locked" in by_rule) == (True, False)
    assert (malformed["reason"], malformed["locked"]) == ("bad-head: too long", True)


def test_a_client_at_the_wrong_door_makes_no_noise(log: WrittenLog) -> None:
    """A name of the sandbox itself; but a leak is told wherever it was to go."""
    audit, _, lines = log
    audit.denied(Denied(Reason.LOCAL_NAME), "request", host="localhost")
    audit.denied(Denied(Reason.RAW_ADDRESS), "connect", host="::1")
    audit.denied(Denied(Reason.RAW_ADDRESS), "connect", host="::ffff:127.0.0.1")
    audit.denied(Denied(Reason.SECRET_ELSEWHERE), "request", host="localhost")

    assert ["quiet" in line for line in lines] == [True, True, False, False]


def test_only_a_deny_is_quiet(log: WrittenLog) -> None:
    """An allow that says `quiet` hides no leak of a secret."""
    audit, _, lines = log
    rule = Rule("allow", "a.test", quiet=True)
    audit.denied(Denied(Reason.SECRET_ELSEWHERE, rule), "request")

    assert "quiet" not in lines[0]
