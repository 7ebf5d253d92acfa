"""Flags what a deletion weakens: checks, reviews and pins that are no longer there.

A file that is gone cannot run, so a deletion is judged by these rules alone.
"""

import re
from collections.abc import Iterable, Iterator

from swarm.model.review import Change, Flag, Level
from swarm.model.risk_rules import (
    AGENTS,
    BY_GIT,
    BY_HOOK,
    BY_TESTS,
    IN_CI,
    PACKAGE_SOURCES,
)

_LOSSES = {
    BY_GIT: "its rules for filters, line ends or submodules no longer apply",
    IN_CI: "it no longer runs in CI, so what it checked is merged unchecked",
    BY_HOOK: "the git hook no longer runs, so what it checked is committed unchecked",
    PACKAGE_SOURCES: "versions are no longer pinned: the next install takes any",
}
"""Keyed by the reason for which a file of that name is flagged; the level stays."""
_TEST_SETTINGS = "tests or lints that it set up no longer run as they did"
_OWNERS = "no reviewer is asked for any more where it named one"
_IGNORES = "what it kept out of commits, such as keys, may be committed next"
_NO_TEST = "a test is gone: what it checked can break unseen"
_EMPTY_TEST = "a test is emptied: what it checked can break unseen"

_TEST_FOLDERS = {"test", "tests", "__tests__", "spec", "specs", "e2e", "testing"}
_CODE = re.compile(
    r"\.(py|pyi|go|rs|rb|php|java|kt|kts|scala|cs|fs|vb|c|cc|cpp|cxx|h|hpp|m|mm|swift"
    r"|js|jsx|cjs|mjs|ts|tsx|cts|mts|vue|svelte|ex|exs|erl|hs|ml|clj|lua|pl|t|r|jl|dart"
    r"|sh|bash|bats|zsh|feature|robot)$"
)
_TEST_NAME = re.compile(
    r"(^test[_-].*|.*[_.-](test|tests|spec|specs)|.*(?<=[a-z0-9])(Test|Tests|Spec|Specs)"
    r"|^Test[A-Z].*|^tests?)\.[A-Za-z0-9]+$"
)
_NEARLY_EMPTY = 64
"""Bytes in which no test fits."""


def is_test(path: str) -> bool:
    """True if the path is that of a test, or of code beside tests."""
    *folders, name = path.split("/")
    if not _CODE.search(name.lower()):
        return False
    in_tests = any(folder.lower() in _TEST_FOLDERS for folder in folders)
    return in_tests or bool(_TEST_NAME.match(name))


def lost(path: str, by_name: Iterable[Flag], successor: str = "") -> Iterator[Flag]:
    """The flags of a path that is gone; `by_name` are those that its name earns.

    `successor` is its new path, if it has one.
    """
    name = path.rsplit("/", 1)[-1].lower()
    for flag in by_name:
        if flag.reason in _LOSSES:
            yield Flag(flag.level, _LOSSES[flag.reason])
        elif flag.reason == BY_TESTS:
            yield Flag(Level.X4, _TEST_SETTINGS)
        elif flag.reason == AGENTS and name == "codeowners":
            yield Flag(flag.level, _OWNERS)
    if name == ".gitignore":
        yield Flag(Level.X4, _IGNORES)
    if is_test(path) and not is_test(successor):
        yield Flag(Level.X4, _NO_TEST)


def emptied(change: Change, size: int) -> Iterator[Flag]:
    """The flag of a test whose content went while its name stayed."""
    if change.kind not in ("modified", "renamed") or not is_test(change.path):
        return
    if change.deleted > change.added and size <= _NEARLY_EMPTY:
        yield Flag(Level.X4, _EMPTY_TEST)
