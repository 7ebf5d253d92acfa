"""A project's own indexes are told with the line that opens them; none is opened."""

from pathlib import Path

import pytest

from swarm.engine.readers import project_indexes
from swarm.model.detected import ProjectIndex
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository


def test_a_denied_one_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.corp.example/simple")
    root, paths = new_repository(tmp_path / "repo"), HomePaths(tmp_path / "home")
    indexes = [
        ProjectIndex("pkg.corp.example", 443, "pyproject.toml"),
        ProjectIndex("nexus.internal", 8081, ".npmrc", ("NPM_TOKEN",)),
        ProjectIndex("pip.corp.example", 443, "Pipfile"),
    ]

    public, local = project_indexes.sentences(paths, root, indexes)
    assert public == (
        "pkg.corp.example (pyproject.toml); denied until you allow it: "
        "swarm policy allow pkg.corp.example --project"
    )
    assert local.startswith("nexus.internal:8081 (.npmrc); denied until you allow it: ")
    assert "--private" in local
    assert local.endswith(
        "its login is NPM_TOKEN: a [secrets] table of your policy has it"
    )


def test_without_any_nothing_is_asked(tmp_path: Path) -> None:
    paths = HomePaths(tmp_path)

    assert project_indexes.sentences(paths, Path("/nowhere"), ()) == []
