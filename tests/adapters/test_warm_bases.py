"""A base is there as a whole or not at all."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.adapters.warm_bases import WarmBase

BASE = WarmBase("", "k" * 64, "/r", ("npm ci",), shared=("node_modules",), made=1.0)
ANY = {BASE.commit}.__contains__
"""The history that all bases here are of."""


def made(folder: Path, base: WarmBase = BASE) -> WarmBase:
    making = warm_bases.begin(folder)
    (making / "home").mkdir()
    (making / "shared" / "0").mkdir()
    return warm_bases.finish(making, base)


def test_one_that_is_made_is_found_by_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "bases"
    assert warm_bases.of_key(folder, BASE.key, ANY) == []

    base = made(folder)

    assert warm_bases.of_key(folder, BASE.key, ANY) == [base]
    assert warm_bases.of_key(folder, "other", ANY) == []
    assert warm_bases.is_whole(folder, base)
    assert replace(base, name="", stamps=()) == BASE


def test_one_that_is_being_made_is_none(tmp_path: Path) -> None:
    making = warm_bases.begin(tmp_path)

    assert [*warm_bases.all_bases(tmp_path)] == []
    assert warm_bases.is_making(making.name)
    assert not warm_bases.is_making(made(tmp_path).name)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", '{"name": 1}', '{"key": "k"}', "\xff", "null", '{"x": []}'],
)
def test_a_manifest_that_cannot_be_read_is_no_base(tmp_path: Path, text: str) -> None:
    base = made(tmp_path)
    (tmp_path / base.name / "manifest.json").write_text(text, encoding="latin-1")

    assert [*warm_bases.all_bases(tmp_path)] == []
    assert warm_bases.names(tmp_path) == [base.name]


def test_a_folder_that_is_not_as_it_was_is_told(tmp_path: Path) -> None:
    base = made(tmp_path)
    (tmp_path / base.name / "shared" / "0" / "more").touch()

    assert not warm_bases.is_whole(tmp_path, base)
    (tmp_path / base.name / "home").rmdir()
    assert not warm_bases.is_whole(tmp_path, base)


def test_nobody_begins_with_one_that_is_retired(tmp_path: Path) -> None:
    base = made(tmp_path)

    warm_bases.retire(tmp_path, base.name)

    assert warm_bases.of_key(tmp_path, BASE.key, ANY) == []
    assert [*warm_bases.all_bases(tmp_path)] == [replace(base, retired=True)]
    warm_bases.retire(tmp_path, "none")


def test_a_base_is_for_those_who_have_its_commit(tmp_path: Path) -> None:
    """A base of an earlier version, without a commit, is nobody's."""
    ours = made(tmp_path, replace(BASE, commit="ours"))
    theirs = made(tmp_path, replace(BASE, commit="theirs"))
    made(tmp_path)

    of_ours = warm_bases.of_key(tmp_path, BASE.key, {"ours"}.__contains__)
    home = warm_bases.newest_home(tmp_path, "/r", {"theirs"}.__contains__)

    assert of_ours == [ours]
    assert home == tmp_path / theirs.name / "home"


def test_a_use_is_remembered(tmp_path: Path) -> None:
    base = made(tmp_path)
    os.utime(tmp_path / base.name / "manifest.json", (5.0, 5.0))
    assert warm_bases.last_used(tmp_path, base.name) == 5.0

    warm_bases.mark_used(tmp_path, base)

    assert warm_bases.last_used(tmp_path, base.name) > 5.0
    assert warm_bases.last_used(tmp_path, "none") == 0.0


def test_the_newest_home_of_a_repository(tmp_path: Path) -> None:
    """Of a base that is whole; a retired one will do."""
    assert warm_bases.newest_home(tmp_path, "/r", ANY) is None
    old, new, broken = (made(tmp_path) for _ in range(3))
    theirs = made(tmp_path, replace(BASE, repo="/other"))
    for at, base in enumerate((old, new, broken, theirs)):
        os.utime(tmp_path / base.name / "manifest.json", (at, at))
    (tmp_path / broken.name / "home" / "more").touch()

    assert warm_bases.newest_home(tmp_path, "/r", ANY) == tmp_path / new.name / "home"


def test_what_is_unmade_is_no_base(tmp_path: Path) -> None:
    base = made(tmp_path)

    warm_bases.unmake(tmp_path, base.name)

    assert [*warm_bases.all_bases(tmp_path)] == []
    for name in ("", ".", "..", "a/b"):
        with pytest.raises(ValueError, match=r".*"):
            warm_bases.unmake(tmp_path, name)
