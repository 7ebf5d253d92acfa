"""Filters are known as the user has set them up."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import clean
from swarm.adapters.git.merge.attributes import Rules
from swarm.adapters.git.merge.clean import CleanFilters
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import owners_git
from swarm.adapters.git.settings import Settings
from swarm.model.landing import Verdict
from tests.adapters.git.git_helpers import task_with_worktree

PATHS: dict[str, tuple[str, ...]] = {"f": ("a",)}


def filters(**settings: str) -> CleanFilters:
    entries = tuple((f"filter.f.{key}", value) for key, value in settings.items())
    return CleanFilters(PATHS, Settings(entries))


def test_a_process_goes_before_a_clean_command() -> None:
    """As git chooses."""
    assert filters(clean="one", process="all").command("f") == "all"
    assert filters(clean="one").command("f") == "one"
    assert filters(smudge="other").command("f") == ""


@pytest.mark.parametrize(
    ("value", "required"), [("true", True), ("", True), ("1", True), ("off", False)]
)
def test_a_filter_may_be_required(value: str, required: bool) -> None:
    """A key without a value is true; one that is required and missing runs in vain."""
    found = filters(required=value)

    assert found.is_required("f") is required
    assert found.runs(Rules(filter="f")) is required
    assert not filters().is_required("f")


def test_a_filter_without_a_program_is_named() -> None:
    """With the way to set it up."""
    [item] = filters().items((), frozenset())

    assert (item.verdict, item.key) == (Verdict.NAMED, "filter:f")
    assert item.paths == ("a",)
    assert "set it up" in item.hint


def test_nothing_is_run_for_no_files(repo: Path) -> None:
    """Not even git."""
    with owners_git(task_with_worktree(repo)) as owners:
        result = clean.run(owners, {}, filters(clean="false"), LandingOptions())

    assert result == clean.Result()
