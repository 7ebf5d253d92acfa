"""Older images of agents go; current ones, and those that something needs, stay."""

from pathlib import Path

import pytest

from swarm.agents import pins, registry
from swarm.engine.host import agent_recipe, image_prune, images
from swarm.engine.host.image_prune import Use
from swarm.errors import ToolError
from swarm.ports import ImageFacts
from tests.fakes import FakeImages

OLD, OLDER = "swarm/agents/claude:0ld", "swarm/agents/claude:0lder"
LABELS = {agent_recipe.AGENTS_LABEL: '{"claude": "2.0.0"}'}
NONE = Use(frozenset(), frozenset())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's agents."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return registry.user_folder()


def facts(reference: str, created: float = 1.0) -> ImageFacts:
    return ImageFacts(reference, f"sha256:{reference}", 7, created, LABELS)


def test_current_images_and_others_than_swarms_are_no_older_ones() -> None:
    found = [
        facts(reference)
        for reference in (
            images.tag("agents/claude"),
            images.tag("agents/claude+codex"),
            images.tag("layers/node24"),
            images.tag("base"),
            "swarm/base:0ld",
            "swarm/gate:0ld",
            "debian:trixie",
            "other/swarm/agents/claude:1",
        )
    ]

    assert image_prune.older(found, NONE) == ([], [])


def test_older_ones_go_with_agents_that_are_no_longer_described() -> None:
    found = [facts(OLD), facts("swarm/agents/gone:1"), facts("swarm/layers/node22:1")]

    free, kept = image_prune.older(found, NONE)

    assert {image.reference for image in free} == {each.reference for each in found}
    assert kept == []


def test_what_a_task_stands_on_stays() -> None:
    free, kept = image_prune.older([facts(OLD), facts(OLDER)], Use({OLD}, {OLD}))

    assert [image.reference for image in free] == [OLDER]
    assert [(image.reference, why) for image, why in kept] == [
        (OLD, "a task stands on it")
    ]


def test_after_an_update_the_last_one_stays_until_the_new_one_ran(
    folder: Path,
) -> None:
    described = registry.as_described("claude").image
    pins.write(folder, "claude", pins.over(described, "9.9.9", ""))
    found = [facts(OLDER, 1.0), facts(OLD, 2.0)]

    free, kept = image_prune.older(found, NONE)
    assert [image.reference for image in free] == [OLDER]
    assert "no task ran on the new image yet" in kept[0][1]

    new = images.tag("agents/claude")
    free, kept = image_prune.older(found, Use({new}, frozenset()))
    assert len(free) == 1
    free, kept = image_prune.older(found, Use({new}, {new}))
    assert (len(free), kept) == (2, [])


class Held(FakeImages):
    """An engine in which a container stands on one of the images."""

    def untag(self, reference: str) -> None:
        if reference == OLD:
            raise ToolError(f"docker rmi {reference}: a container uses it")
        super().untag(reference)


def test_what_a_container_stands_on_stays_and_is_told() -> None:
    engine = Held((OLD, OLDER))

    pruned = image_prune.prune(engine, NONE, lambda _line: None, lambda found: True)

    assert [image.reference for image in pruned.removed] == [OLDER]
    assert [why for _, why in pruned.kept] == [f"docker rmi {OLD}: a container uses it"]
    assert engine.references == {OLD}


def test_without_a_consent_nothing_goes() -> None:
    engine = FakeImages((OLD, OLDER))
    asked: list[list[ImageFacts]] = []

    def refuse(found: list[ImageFacts]) -> bool:
        asked.append(found)
        return False

    pruned = image_prune.prune(engine, NONE, lambda _line: None, refuse)

    assert (len(asked[0]), pruned.removed) == (2, ())
    assert engine.references == {OLD, OLDER}
