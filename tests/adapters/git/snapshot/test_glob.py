"""Patterns match as git's do; the work is counted, so that it can be bounded."""

import pytest

from swarm.adapters.git.snapshot.glob import glob

CASES = [
    (b"a*c", b"abc", True),
    (b"a*c", b"a/c", False),
    (b"a?c", b"a/c", False),
    (b"**/a", b"a", True),
    (b"**/a", b"x/y/a", True),
    (b"**/a", b"xa", False),
    (b"**/[ab]", b"ab", False),
    (b"a/**/b", b"a/b", True),
    (b"a/**/b", b"a/x/y/b", True),
    (b"a/**", b"a/x/y", True),
    (b"a**b", b"a/b", False),
    (b"**/**/**/a", b"x/a", True),
    (b"[]-]x", b"-x", True),
    (b"[!a]x", b"/x", False),
    (b"[[:digit:]a]", b"7", True),
    (b"[[:digit]", b"[", True),
    (b"\\*", b"*", True),
    (b"\\*", b"x", False),
    (b"\xff?", b"\xff\xfe", True),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), CASES)
def test_a_pattern_matches_a_name_or_not(
    pattern: bytes, name: bytes, expected: bool
) -> None:
    compiled = glob(pattern)

    assert compiled
    assert compiled.matches(name) is expected
    assert compiled.may_match(name) or not expected


@pytest.mark.parametrize("pattern", [b"[a", b"x\\", b"[[:no:]]", b"[/]", b"[a\\"])
def test_a_pattern_that_matches_nothing(pattern: bytes) -> None:
    assert glob(pattern) is None


def test_the_cost_grows_with_the_lengths_alone() -> None:
    name = b"a" * 250
    compiled = glob(b"*a" * 30 + b"*b")
    longer = glob(b"*a" * 300 + b"*b")
    assert compiled
    assert longer

    assert not compiled.matches(name)
    assert compiled.cost(name) <= 3 * len(name)
    assert longer.cost(name) <= 3 * len(name) * 11 + 2 * 602
