"""The narrowest rule means what was asked, and as good as nothing else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.policy import explain
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.hosts import BadHost
from swarm.policy.narrowing import RECORDED_CHARACTERS, narrowing, narrowings
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import Policy, Rule

READS = ("GET", "HEAD")
RELEASE = "/WiseLibs/better-sqlite3/releases/download/v11.3.0/better-sqlite3.tar.gz"


@pytest.mark.parametrize(
    ("method", "path", "methods", "pattern"),
    [
        ("GET", "/v1/a?q=1", ("GET",), "/v1/a"),
        ("POST", RELEASE, ("POST",), RELEASE),
        ("GET", RELEASE, READS, "/WiseLibs/better-sqlite3/releases/download/**"),
        ("HEAD", RELEASE, READS, "/WiseLibs/better-sqlite3/releases/download/**"),
        ("GET", "/g/s/p/-/releases/v1/downloads/x", READS, "/g/s/p/-/releases/**"),
        (
            "GET",
            "/github-production-release-asset/123/0a1b?sig=x",
            READS,
            "/github-production-release-asset/123/**",
        ),
        ("GET", "/o/r/releases/latest", ("GET",), "/o/r/releases/latest"),
        (
            "GET",
            "/a/o/r/releases/download/v1/f",
            ("GET",),
            "/a/o/r/releases/download/v1/f",
        ),
    ],
)
def test_a_release_page_is_opened_for_one_project(
    method: str, path: str, methods: tuple[str, ...], pattern: str
) -> None:
    part = narrowing(method, path)

    assert part is not None
    assert (part.methods, part.paths) == (methods, (pattern,))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/**",
        "/*/*/releases/download/v1/f",
        "/o/r*/releases/download/v1/f",
        "/o/../r/f",
        "/o/%2e%2e/r/releases/download/v1/f",
        "/a%2fb",
        "/a;b",
        "/a\\b",
        "no-path",
        "/" + "a" * RECORDED_CHARACTERS,
    ],
)
def test_a_path_that_a_rule_would_read_otherwise_gets_none(path: str) -> None:
    """A pattern, a path with two readings, and one that was cut off."""
    assert narrowing("GET", path) is None


def test_no_method_gets_the_paths_of_another() -> None:
    parts = narrowings([("GET", "/a"), ("POST", "/b"), ("GET", "/c")])

    assert {part.methods: part.paths for part in parts} == {
        ("GET",): ("/a", "/c"),
        ("POST",): ("/b",),
    }


WORDS = st.text(string.ascii_letters + "*?/.%-_;\\ #", max_size=12)
PATHS = st.one_of(
    st.lists(WORDS, max_size=7).map(lambda words: "/" + "/".join(words)),
    st.tuples(WORDS, WORDS, WORDS, WORDS).map(
        lambda w: f"/{w[0]}/{w[1]}/releases/download/{w[2]}/{w[3]}"
    ),
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", ""])
REQUESTS = st.lists(st.tuples(METHODS, PATHS), min_size=1, max_size=5)


@given(REQUESTS, st.tuples(METHODS, PATHS))
def test_what_is_offered_is_what_was_seen(
    seen: list[tuple[str, str]], other: tuple[str, str]
) -> None:
    """Another request passes only as one that was seen, or on a seen release page."""
    evaluator = PolicyEvaluator(
        Policy(
            tuple(
                Rule("allow", "a.example", (443,), part.methods, part.paths)
                for part in narrowings(seen)
            )
        )
    )
    method, path = other
    try:
        attempt = explain.attempt("a.example", 443, method or "GET", path)
    except (BadTarget, BadHost):
        return

    if evaluator.decide(attempt, 0.0).allow:
        assert attempt.target is not None
        passed = attempt.target.path
        same = {(m, p.partition("?")[0]) for m, p in seen}
        pages = [
            p.split("/releases/download/")[0]
            for m, p in seen
            if m in READS and "/releases/download/" in p
        ]
        assert (attempt.method, passed) in same or (
            attempt.method in READS
            and any(passed.startswith(f"{page}/releases/download") for page in pages)
        )
