"""Several images are built side by side; what they share is built once, before them."""

import threading
from pathlib import Path

import pytest

from swarm.engine.host import agent_images, image_builds, images
from swarm.errors import ToolError
from swarm.ports import Progress
from tests.fakes import FakeImages

NAMES = ["agents/claude", "agents/gemini", "agents/vibe", "agents/claude+codex"]


class Watched(FakeImages):
    """Notes what is built, and refuses references with `refused` in them."""

    refused = ""

    def __init__(self) -> None:
        super().__init__((images.LOCAL,))
        self.built: list[str] = []
        self.lock = threading.Lock()

    def build(
        self,
        reference: str,
        files: dict[str, bytes],
        arguments: dict[str, str],
        progress: Progress,
    ) -> None:
        if self.refused and self.refused in reference:
            raise ToolError(f"docker build {reference}: no")
        with self.lock:
            if not reference.endswith("-asked") and reference not in self.references:
                self.built.append(reference)
        super().build(reference, files, arguments, progress)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return Watched()


def test_what_is_shared_comes_first_and_once(engine: Watched) -> None:
    ended = list(image_builds.build_all(lambda: engine, NAMES, lambda *_: None))

    tags = [images.tag(name) for name in ["base", agent_images.NODE_LAYER]]
    assert engine.built[:2] == tags
    assert sorted(engine.built[2:]) == sorted(map(images.tag, NAMES))
    assert {each.name: each.reference for each in ended} == {
        name: images.tag(name) for name in NAMES
    }
    again = list(image_builds.build_all(lambda: engine, NAMES, lambda *_: None))
    assert len(engine.built) == 6
    assert len(again) == 4


def test_one_failure_stops_no_other(engine: Watched) -> None:
    engine.refused = "agents/gemini"

    ended = list(image_builds.build_all(lambda: engine, NAMES, lambda *_: None))

    failed = {each.name for each in ended if each.error}
    assert failed == {"agents/gemini"}
    assert len(ended) == len(NAMES)


def test_without_what_is_shared_none_is_built(engine: Watched) -> None:
    engine.refused = "layers/node24"

    ended = list(image_builds.build_all(lambda: engine, NAMES, lambda *_: None))

    assert [each.name for each in ended] == NAMES
    assert all(each.error for each in ended)
    assert engine.built == [images.tag("base")]


def test_what_images_stand_on() -> None:
    node, python = agent_images.LAYERS
    assert image_builds.shared_by(["gate"]) == []
    assert image_builds.shared_by([node]) == ["base"]
    assert image_builds.shared_by(["agents/vibe"]) == ["base"]
    assert image_builds.shared_by(["agents/aider", "gate"]) == ["base", python]
    assert image_builds.shared_by(["agents/aider+claude"]) == ["base", node, python]


def test_an_image_that_a_licence_binds_is_told_as_bound(engine: Watched) -> None:
    engine.labels = {
        images.tag("agents/claude"): "no",
        images.tag("agents/gemini"): "yes",
    }

    names = ["agents/claude", "agents/gemini"]
    ended = list(image_builds.build_all(lambda: engine, names, lambda *_: None))

    assert {each.name: each.is_bound for each in ended} == {
        "agents/claude": True,
        "agents/gemini": False,
    }
