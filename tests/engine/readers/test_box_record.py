"""A box's record is read back as it was written; a damaged one is told."""

import json
from pathlib import Path

import pytest

from swarm.engine.readers import box_record
from swarm.errors import SwarmError
from swarm.model import box_contents
from swarm.model.box_contents import BoxContents, Missing
from swarm.plan.naming import HomePaths


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path / "home")


def test_it_is_read_back(paths: HomePaths) -> None:
    contents = BoxContents(missing=(Missing("submodule", "lib", "not here"),))
    place = paths.box_contents(1)
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(box_contents.to_json(contents)))

    assert box_record.read(paths, 1) == contents


def test_before_the_launch_there_is_nothing(paths: HomePaths) -> None:
    assert box_record.read(paths, 1) == BoxContents()


@pytest.mark.parametrize("text", ["", "{}", "[]", "\x1b[2J"])
def test_a_damaged_one_is_told_and_harmless(paths: HomePaths, text: str) -> None:
    place = paths.box_contents(1)
    place.parent.mkdir(parents=True)
    place.write_text(text)

    with pytest.raises(SwarmError, match="task 1 has cannot be read") as caught:
        box_record.read(paths, 1)
    assert caught.value.message.isprintable()
