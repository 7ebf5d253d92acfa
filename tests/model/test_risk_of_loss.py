"""A deletion is flagged if it weakens something, and never as what would run."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.review import GATING, Change, Kind, Level
from swarm.model.risk import Facts, flags
from swarm.model.risk_of_loss import is_test

X0, X1, X2, X3, X4 = Level


def gone(path: str) -> Change:
    return Change(path, "deleted", 0o100644, 0, "1", "0", 0, 9)


def moved(old: str, new: str) -> Change:
    return Change(new, "renamed", 0o100644, 0o100644, "1", "1", old_path=old)


@pytest.mark.parametrize(
    "path",
    [
        "docs/Makefile",
        "package.json",
        "Dockerfile",
        ".envrc",
        ".vscode/tasks.json",
        "AGENTS.md",
        ".claude/settings.json",
        "setup.py",
        "src/main.py",
        "tests/data/picture.png",
    ],
)
def test_what_is_gone_runs_no_more(path: str) -> None:
    """A deleted Makefile was in class X1."""
    assert flags(gone(path)) == ()


def test_a_deleted_picture_is_no_riddle() -> None:
    """Nobody has to look at bytes that are gone."""
    picture = Change("a.png", "deleted", 0o100644, 0, "1", "0", binary=True)

    assert flags(picture) == ()


@pytest.mark.parametrize(
    ("path", "level", "words"),
    [
        (".github/workflows/ci.yml", X2, "no longer runs in CI"),
        (".gitlab-ci.yml", X2, "no longer runs in CI"),
        (".husky/pre-commit", X1, "the git hook no longer runs"),
        (".pre-commit-config.yaml", X1, "the git hook no longer runs"),
        ("CODEOWNERS", X3, "no reviewer is asked"),
        (".github/CODEOWNERS", X3, "no reviewer is asked"),
        ("package-lock.json", X1, "versions are no longer pinned"),
        ("web/yarn.lock", X1, "versions are no longer pinned"),
        (".gitattributes", X0, "rules for filters, line ends"),
        (".gitignore", X4, "may be committed next"),
        ("web/.gitignore", X4, "may be committed next"),
        ("tests/test_a.py", X4, "a test is gone"),
        ("pkg/a_test.go", X4, "a test is gone"),
        ("web/a.spec.ts", X4, "a test is gone"),
        ("tox.ini", X4, "tests or lints"),
        ("conftest.py", X4, "tests or lints"),
    ],
)
def test_what_weakens_something_is_flagged(path: str, level: Level, words: str) -> None:
    """With a sentence on what it weakens, at any depth."""
    for each in (gone(path), moved(path, "docs/old.txt")):
        found = {flag.level: flag.reason for flag in flags(each)}

        assert words in found[level]


def test_the_settings_of_the_user_count_for_what_is_gone() -> None:
    """Their own hooks directory loses a hook."""
    flag, *_ = flags(gone("tools/hooks/pre-commit"), Facts(x0=("tools/hooks",)))

    assert (flag.level, "and gone" in flag.reason) == (X0, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tests/test_a.py", "tests/test_b.py"),
        (".github/workflows/a.yml", ".github/workflows/b.yml"),
        ("a/package-lock.json", "b/package-lock.json"),
    ],
)
def test_what_goes_on_under_another_name_is_not_gone(old: str, new: str) -> None:
    """The new name earns its own flag."""
    reasons = "; ".join(flag.reason for flag in flags(moved(old, new)))

    assert "no longer" not in reasons
    assert "gone" not in reasons


def test_a_makefile_that_is_renamed_away_runs_no_more() -> None:
    """The old name of a rename is judged as a deletion is."""
    assert flags(moved("Makefile", "docs/make.txt")) == ()
    assert [flag.level for flag in flags(moved("docs/make.txt", "Makefile"))] == [X1]


@pytest.mark.parametrize(("size", "flagged"), [(0, True), (30, True), (900, False)])
def test_an_emptied_test_is_flagged(size: int, flagged: bool) -> None:
    """A file that is there and tests nothing."""
    one = Change("tests/test_a.py", "modified", 1, 1, "1", "2", 1, 40)

    found = [flag.reason for flag in flags(one, Facts(size=size))]

    assert found == (
        ["a test is emptied: what it checked can break unseen"] if flagged else []
    )


@pytest.mark.parametrize(
    "path",
    [
        "test_a.py",
        "a_test.go",
        "a.test.tsx",
        "spec/a_spec.rb",
        "src/test/java/FooTest.java",
        "FooTests.cs",
        "__tests__/a.js",
        "tests/util.py",
        "e2e/a.ts",
    ],
)
def test_tests_are_known_by_name_or_place(path: str) -> None:
    """In the common languages."""
    assert is_test(path)


@pytest.mark.parametrize(
    "path", ["latest.py", "contest.go", "tests/a.png", "src/a.py", "attest.ts", "x"]
)
def test_other_files_are_no_tests(path: str) -> None:
    """A flag on each file is none."""
    assert not is_test(path)


KINDS = st.sampled_from(get_args(Kind))
MODES = st.sampled_from([0, 0o100644, 0o100755, 0o120000, 0o160000])
PATHS = st.text(max_size=40) | st.sampled_from(
    ["Makefile", ".github/workflows/a", "tests/test_a.py", ".git/x", "a\udcff"]
)


@given(PATHS, PATHS, KINDS, MODES, MODES, st.booleans(), st.integers(0, 1 << 22))
def test_no_change_makes_the_judge_fail(
    path: str,
    old: str,
    kind: Kind,
    old_mode: int,
    new_mode: int,
    binary: bool,
    size: int,
) -> None:
    """Flags are in order, each once, and each says why."""
    change = Change(
        path,
        kind,
        old_mode,
        new_mode,
        "1",
        "2",
        3,
        4,
        binary,
        old,
    )

    found = flags(change, Facts(size=size, collides=old, gone_directory=path))

    assert list(found) == sorted(
        set(found), key=lambda flag: (flag.level, found.index(flag))
    )
    assert all(flag.reason for flag in found)


@given(PATHS)
def test_nothing_that_is_gone_is_said_to_run(path: str) -> None:
    """No sentence of a deletion is one that a file there would earn."""
    there = {
        flag.reason for flag in flags(Change(path, "added", 0, 0o100644, "0", "1"))
    }

    for flag in flags(gone(path)):
        if flag.level in GATING:
            assert flag.reason not in there
