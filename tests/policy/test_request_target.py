"""A path has one form, and a glob matches whole segments of it."""

import pytest

from swarm.policy import request_target
from swarm.policy.request_target import BadTarget


@pytest.mark.parametrize(
    ("text", "path", "is_ambiguous"),
    [
        ("/a/b", "/a/b", False),
        ("/a/", "/a/", False),
        ("/%61", "/a", False),
        ("/a%20b", "/a%20b", False),
        ("/a%c3%a9", "/a%C3%A9", False),
        ("/a/../b", "/b", True),
        ("/a/./b", "/a/b", True),
        ("/a//b", "/a/b", True),
        ("/../../a", "/a", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a;b", "/a;b", True),
        ("/a\\b", "/a\\b", True),
        ("/a%00", "/a%00", True),
    ],
)
def test_a_path_in_its_one_form(text: str, path: str, is_ambiguous: bool) -> None:
    target = request_target.parse(text)

    assert (target.path, target.is_ambiguous) == (path, is_ambiguous)


@pytest.mark.parametrize("text", ["", "a", "/a b", "/a#b", "/\x7f", "/é", "/%zz"])
def test_a_malformed_target_is_refused(text: str) -> None:
    with pytest.raises(BadTarget):
        request_target.parse(text)


def test_every_pair_of_a_query_counts() -> None:
    """Empty values and repeated keys too."""
    query = request_target.parse("/?a=1&a=2&b=").query

    assert query == (("a", "1"), ("a", "2"), ("b", ""))


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("/v1/*", "/v1/a", True),
        ("/v1/*", "/v1/a/b", False),
        ("/v1/**", "/v1", True),
        ("/v1/**", "/v1/a/b", True),
        ("/v1/**", "/v1x", False),
        ("/a.b", "/axb", False),
        ("/**/x", "/a/b/x", True),
    ],
)
def test_a_glob(glob: str, path: str, matches: bool) -> None:
    assert bool(request_target.glob(glob).fullmatch(path)) is matches


@pytest.mark.parametrize("glob", ["v1/*", "/a?b", "/a#b", "/a**"])
def test_a_glob_that_would_mislead_is_refused(glob: str) -> None:
    with pytest.raises(ValueError, match=r"path pattern|whole segments"):
        request_target.glob(glob)
