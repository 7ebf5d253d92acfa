"""Names that a file system takes for one are found by the property it has."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.adapters.git.merge.checkout import checkouts
from swarm.adapters.git.merge.folding import (
    Folding,
    probe,
    probe_directory,
    remove_probes,
)
from swarm.adapters.git.repository import Repository
from tests.adapters.git.git_helpers import sh_git

CASE, UNICODE = Folding(case=True), Folding(unicode=True)
BOTH = Folding(case=True, unicode=True)


@pytest.mark.parametrize(
    ("folding", "one", "other", "same"),
    [
        (CASE, "README", "readme", True),
        (CASE, "Straße", "STRASSE", True),
        (CASE, "caf\u00e9", "cafe\u0301", False),
        (UNICODE, "caf\u00e9", "cafe\u0301", True),
        (UNICODE, "README", "readme", False),
        (BOTH, "CAF\u00c9", "cafe\u0301", True),
        (Folding(), "README", "readme", False),
        (BOTH, "\udcff", "\udcfe", False),
    ],
)
def test_two_names_fold_or_do_not(
    folding: Folding, one: str, other: str, same: bool
) -> None:
    assert (folding.fold(one) == folding.fold(other)) is same


@given(name=some.text(max_size=20))
def test_what_is_folded_folds_to_itself(name: str) -> None:
    """Also after the other spelling of the case."""
    assert BOTH.fold(BOTH.fold(name)) == BOTH.fold(name)
    assert BOTH.fold(name.upper()) == BOTH.fold(name.upper().casefold())


def test_collisions_count_directories_and_only_what_is_new() -> None:
    paths = ["Docs/a", "docs/b", "x", "X", "y"]

    assert CASE.collisions(paths, {"docs/b"}) == {"Docs", "docs"}
    assert CASE.collisions(paths, {"X"}) == {"x", "X"}
    assert CASE.collisions(paths, {"y"}) == set()
    assert Folding().collisions(paths, {"X"}) == set()


def test_a_look_leaves_nothing_behind(repo: Path) -> None:
    """On a file system that tells names apart, as here."""
    before = sorted(path.name for path in (repo / ".git").iterdir())

    assert not probe_directory(repo / ".git")

    assert sorted(path.name for path in (repo / ".git").iterdir()) == before


@pytest.mark.parametrize(
    ("key", "folding"),
    [("core.ignoreCase", CASE), ("core.precomposeUnicode", UNICODE)],
)
def test_the_users_settings_say_so_too(repo: Path, key: str, folding: Folding) -> None:
    """Git looked when it made the repository."""
    sh_git(repo, "config", key, "true")
    (checkout,) = checkouts(Repository.open(repo, repo.parent / "home"), "main")

    assert probe(checkout) == folding


def test_a_probe_that_was_left_behind_goes_once_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / "swarm-probe-1", tmp_path / "swarm-probe-2"
    young.touch()
    old.touch()
    os_time = old.stat().st_mtime - 3600
    os.utime(old, (os_time, os_time))

    remove_probes(tmp_path)

    assert young.exists()
    assert not old.exists()
