"""Rules answer what they cover, and survive their journey to the gate."""

import pytest

from swarm.policy.rules import Rule


@pytest.mark.parametrize(
    ("ports", "port", "covers"),
    [((443,), 443, True), ((443,), 80, False), ((), 80, True)],
)
def test_a_rule_without_ports_covers_all(
    ports: tuple[int, ...], port: int, covers: bool
) -> None:
    assert Rule("deny", "a.test", ports).covers(port) is covers


@pytest.mark.parametrize(
    ("limit", "uses", "is_spent"), [(0, 99, False), (2, 1, False), (2, 2, True)]
)
def test_a_rule_is_spent_after_its_uses(limit: int, uses: int, is_spent: bool) -> None:
    """0 is no limit."""
    assert Rule("allow", "a.test", uses=limit).is_spent(uses) is is_spent


@pytest.mark.parametrize(
    ("expires", "now", "is_expired"), [(0, 9, False), (10, 9.9, False), (10, 10, True)]
)
def test_a_rule_expires_in_the_second_it_says(
    expires: float, now: float, is_expired: bool
) -> None:
    assert Rule("allow", "a.test", expires=expires).is_expired(now) is is_expired
