"""A name in `.gitmodules` leads to a directory below its place, or nowhere."""

from pathlib import Path

import pytest

from swarm.adapters.git.worktree.submodule_stores import (
    Places,
    Submodule,
    fault,
    stores,
)

COMMIT = "1" * 40


@pytest.mark.parametrize("name", ["lib", "a/b.c", "caf\udce9", "x y", "..x"])
def test_a_plain_name_is_looked_up(tmp_path: Path, name: str) -> None:
    """Below the directory of modules."""
    store = tmp_path / "modules" / name
    store.mkdir(parents=True)
    submodule = Submodule("lib", COMMIT, name)
    places = Places((tmp_path / "modules",), None, (tmp_path,))

    assert fault(submodule) == ""
    assert list(stores(submodule, places)) == [store]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "x/..", "/x", "x/", "a\nb", "a\\b", ".git", "a/.GIT"],
)
def test_a_name_that_could_lead_elsewhere_has_a_fault(name: str) -> None:
    """So has such a path."""
    assert fault(Submodule("lib", COMMIT, name))
    assert fault(Submodule(name, COMMIT, "lib"))


@pytest.mark.parametrize("target", ["../outside", "modules/lib", "", "no words"])
def test_a_git_file_leads_into_the_repository_only(tmp_path: Path, target: str) -> None:
    """It lies in the checkout, where anything may have written it."""
    root, lib = tmp_path / "root", tmp_path / "tree" / "lib"
    for directory in (root / "modules" / "lib", tmp_path / "outside", lib):
        directory.mkdir(parents=True)
    word = "" if target == "no words" else f"gitdir: {root / target}\n"
    (lib / ".git").write_text(word)
    places = Places((), tmp_path / "tree", (root,))

    led_to = list(stores(Submodule("lib", COMMIT, "x"), places))

    expected = {"modules/lib": [root / "modules" / "lib"], "": [root]}
    assert led_to == expected.get(target, [])
