"""What a tool made is recognised by its name, and a person's folder is not."""

import pytest

from swarm.model.made_by_tools import (
    CACHE,
    OUTPUT,
    STORE,
    directory_reason,
    file_reason,
)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("node_modules", STORE),
        (".pnpm-store", STORE),
        (".venv", STORE),
        ("site-packages", STORE),
        (".next", OUTPUT),
        ("pkg.egg-info", OUTPUT),
        ("__pycache__", CACHE),
        (".pytest_cache", CACHE),
        (".mypy_cache", CACHE),
        (".ruff_cache", CACHE),
        ("src", ""),
        ("Node_modules2", ""),
    ],
)
def test_names_that_only_tools_give(name: str, reason: str) -> None:
    """They count at any depth."""
    assert directory_reason(name, at_top=False, beside_manifest=False) == reason


@pytest.mark.parametrize("name", ["build", "dist", "target", "vendor", "venv"])
def test_names_that_people_give_too(name: str) -> None:
    """A package `src/target` is work; `target` beside a manifest is output."""
    assert not directory_reason(name, at_top=False, beside_manifest=False)
    assert directory_reason(name, at_top=True, beside_manifest=False)
    assert directory_reason(name, at_top=False, beside_manifest=True)


def test_files_of_their_own() -> None:
    """A cache may be one file."""
    assert file_reason(".DS_Store") == file_reason("a.pyc") == CACHE
    assert not file_reason("a.py")
