"""The narrowest rules for requests that were denied, never wider than they were."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.policy import request_target
from swarm.policy.request_target import BadTarget
from swarm.policy.rules import METHODS

READS = ("GET", "HEAD")
RECORDED_CHARACTERS = 500
"""The gate records no more of a request's target."""
NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"
"""An owner, a repository, a package: nothing that a rule could read as a pattern."""
RELEASES = (
    re.compile(rf"(?P<prefix>/{NAME}/(?P<name>{NAME})/releases/download)/.+"),
    re.compile(rf"(?P<prefix>(?:/{NAME}){{1,9}}/(?P<name>{NAME})/-/releases)/.+"),
    re.compile(
        r"(?P<prefix>/github-production-release-asset(?:-[0-9a-f]{1,40})?/[0-9]{1,12})"
        r"/(?P<name>)[^/]+"
    ),
)
"""Paths of forges' release pages, and of the store that one of them sends files from.

A rule is for all releases of that one project: the next version has another path.
"""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The part of a host that a rule is for."""

    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def plain_path(target: str) -> str:
    """The path as a rule names it; empty if no rule can mean it and nothing else."""
    path, question_mark, _ = target.partition("?")
    if len(target) >= RECORDED_CHARACTERS and not question_mark:
        return ""
    try:
        parsed = request_target.parse(path)
    except BadTarget:
        return ""
    return "" if parsed.is_ambiguous or "*" in parsed.path else parsed.path


def narrowing(method: str, target: str) -> Narrowing | None:
    """The rule's part for one request; None if no rule can mean it and nothing else."""
    path = plain_path(target)
    if method not in METHODS or not path:
        return None
    if method in READS:
        for shape in RELEASES:
            if match := shape.fullmatch(path):
                return Narrowing(READS, (f"{match['prefix']}/**",))
    return Narrowing((method,), (path,))


def narrowings(requests: Iterable[tuple[str, str]]) -> tuple[Narrowing, ...]:
    """The parts for all of these methods and targets.

    One for each set of methods, so that no method gets the paths of another. A request
    that no rule can mean exactly is left out.
    """
    paths: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for method, target in requests:
        if part := narrowing(method, target):
            paths[part.methods].update(part.paths)
    return tuple(
        Narrowing(methods, tuple(sorted(paths[methods]))) for methods in sorted(paths)
    )
