"""What a snapshot could not hold is that of the newest one alone."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from swarm.engine.readers import hidden_files
from swarm.model.review import Hidden
from swarm.plan.naming import HomePaths

ENTRY = Hidden("a/b", "ignored")


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    paths = HomePaths(tmp_path)
    file = paths.hidden_files(1)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"tree": "abc", "hidden": [asdict(ENTRY)]}))
    return paths


def test_the_newest_snapshot_has_its_own(paths: HomePaths) -> None:
    assert hidden_files.of_snapshot(paths, 1, "abc") == (ENTRY,)


@pytest.mark.parametrize("tree", ["", "abd"])
def test_another_one_has_none_that_is_known(paths: HomePaths, tree: str) -> None:
    assert hidden_files.of_snapshot(paths, 1, tree) is None


def test_a_task_that_was_never_looked_at(paths: HomePaths) -> None:
    assert hidden_files.of_snapshot(paths, 2, "abc") is None


def test_a_damaged_file_is_an_error(paths: HomePaths) -> None:
    paths.hidden_files(1).write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        hidden_files.of_snapshot(paths, 1, "abc")
