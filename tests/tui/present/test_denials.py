"""Denied requests, gathered by task, host and port."""

from dataclasses import replace
from typing import Any

import pytest

from swarm.model import events
from swarm.tui.present.denials import DenialTracker


def denied(number: int, host: str, **more: Any) -> events.Recorded:
    """A denial as the journal has it."""
    facts: dict[str, Any] = {"reason": "not-in-allowlist", "port": 443, **more}
    return events.Recorded(
        number, float(number), 1, events.NetDenied("n", number, host, **facts)
    )


def test_equal_denials_are_one_row_that_counts() -> None:
    """By task, host and port; the newest reason counts."""
    denials = DenialTracker()
    denials.follow([denied(1, "a.test"), denied(2, "a.test", count=3)])
    denials.follow([denied(3, "a.test", port=80)])

    rows = denials.rows_of([1])

    assert [(row.port, row.count) for row in rows] == [(80, 1), (443, 4)]


def test_only_a_new_owner_domain_is_news() -> None:
    """A toast for each name of one domain would be a flood that an agent makes."""
    denials = DenialTracker()

    fresh = denials.follow([denied(n, f"h{n}.evil.test") for n in range(1, 40)])
    again = denials.follow([denied(50, "x.evil.test"), denied(51, "x.other.test")])

    assert [row.host for row in fresh] == ["h1.evil.test"]
    assert [row.host for row in again] == ["x.other.test"]


@pytest.mark.parametrize(
    ("host", "facts", "line"),
    [
        ("git.corp.internal", {"reason": "local-name"}, "--private --project"),
        ("10.0.0.7", {"reason": "raw-address"}, "allow 10.0.0.7:443 --private"),
        ("fd00::7", {"reason": "raw-address"}, "allow [fd00::7]:443 --private"),
        ("8.8.8.8", {"reason": "raw-address"}, "[[tcp]] rule"),
        (
            "git.lan",
            {"reason": "address-not-public", "address": "10.1.2.3"},
            "swarm policy allow git.lan:443 --private",
        ),
        (
            "a.test",
            {"reason": "address-fake", "address": "198.18.0.5"},
            'allow_nets = ["198.18.0.0/15"]',
        ),
        (
            "a.test",
            {"reason": "address-not-public", "address": "169.254.169.254"},
            "no rule opens it",
        ),
        ("localhost", {"reason": "local-name"}, "no rule opens it"),
        ("not a host", {"reason": "local-name"}, ""),
        ("a.test", {"reason": "of another version"}, ""),
    ],
)
def test_a_locked_row_names_the_line_that_opens_it(
    host: str, facts: dict[str, str], line: str
) -> None:
    denials = DenialTracker()
    denials.follow([denied(1, host, locked=True, **facts)])

    (row,) = denials.rows_of([1])

    assert (line in row.way_out) if line else (row.way_out == "")


def test_a_row_that_no_rule_opens_says_what_would_help() -> None:
    """A fault of what was sent to a host that may be allowed."""
    denials = DenialTracker()
    denials.follow([denied(1, "a.test", reason="not-tls-nor-http")])

    (row,) = denials.rows_of([1])

    assert row.way_out == "a [[tcp]] rule in your own file that names a.test:443"


def test_a_row_that_a_key_opens_names_no_line() -> None:
    denials = DenialTracker()
    denials.follow([denied(1, "a.test")])

    assert denials.rows_of([1])[0].way_out == ""


def test_quiet_denials_are_no_rows() -> None:
    """What a human said no more about is counted elsewhere."""
    denials = DenialTracker()
    denials.follow([denied(1, "a.test", quiet=True)])

    assert denials.rows_of([1]) == []


def test_a_decision_decides_the_row_and_undo_opens_it_again() -> None:
    """The journal says it, whoever decided: another dashboard, or the shell."""
    denials = DenialTracker()
    rule = {"host": "a.test", "kind": "allow"}
    denials.follow([denied(1, "a.test")])

    denials.follow([events.Recorded(2, 2.0, 1, events.PolicyGranted(rule, "task"))])
    decided = denials.undecided([1])
    denials.follow([events.Recorded(3, 3.0, 1, events.PolicyRevoked(rule, "task"))])

    assert (decided, len(denials.undecided([1]))) == ([], 1)


def test_a_rule_of_a_file_decides_and_only_its_port() -> None:
    """It is of no task; what is tried at another port waits on."""
    denials = DenialTracker()
    rule = {"host": "a.test", "kind": "allow", "ports": [443]}
    denials.follow([denied(1, "a.test"), denied(2, "a.test", port=80)])

    denials.follow(
        [events.Recorded(3, 3.0, None, events.PolicyGranted(rule, "project"))]
    )

    assert [row.port for row in denials.undecided([1])] == [80]


def test_what_is_denied_again_after_a_decision_waits_anew() -> None:
    """A grant for one connection was used up; what was on its way does not count."""
    denials = DenialTracker()
    rule = {"host": "a.test", "kind": "allow", "ports": [443]}
    denials.follow([denied(1, "a.test")])
    denials.follow([events.Recorded(2, 10.0, 1, events.PolicyGranted(rule, "once"))])

    denials.follow([replace(denied(3, "a.test"), at=10.5)])
    on_its_way = denials.undecided([1])
    denials.follow([replace(denied(4, "a.test"), at=60.0)])

    assert (on_its_way, [row.count for row in denials.undecided([1])]) == ([], [3])
