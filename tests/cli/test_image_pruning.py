"""Older images of agents go on a yes, and what that frees is said."""

from argparse import Namespace
from pathlib import Path

import pytest

from swarm.cli import image_pruning
from swarm.engine.host import images
from swarm.plan.naming import HomePaths
from swarm.ports import ImageFacts
from tests.fakes import FakeImages

OLD = "swarm/agents/claude:0ld"


class Images(FakeImages):
    """Each image is 2 MiB, and shares half of it with the others."""

    def tagged(self, prefix: str) -> list[ImageFacts]:
        found = super().tagged(prefix)
        return [ImageFacts(each.reference, each.id, 2 << 20, 0.0) for each in found]

    def layers_size(self) -> int:
        return (1 + len(self.references)) << 20


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return HomePaths(tmp_path)


@pytest.mark.parametrize(
    ("dry_run", "yes", "goes"),
    [(False, True, True), (False, False, False), (True, True, False)],
)
def test_images_go_on_a_yes_alone(
    paths: HomePaths,
    capsys: pytest.CaptureFixture[str],
    dry_run: bool,
    yes: bool,
    goes: bool,
) -> None:
    """The current one stays; sizes are told before and after."""
    current = images.tag("agents/claude")
    engine = Images((OLD, current))

    pruned = image_pruning.removed(engine, paths, Namespace(dry_run=dry_run, yes=yes))

    assert (OLD in engine.references) is not goes
    assert current in engine.references
    said = capsys.readouterr()
    assert f"{OLD}, 2.0 MiB" in said.out
    assert ("1 image removed: all images take 2.0 MiB now" in said.out) is goes
    assert (pruned.before, pruned.after) == (3 << 20, (2 if goes else 3) << 20)
    assert ("`--yes` agrees" in said.err) is (not yes)


def test_what_could_go_is_offered_with_its_size(paths: HomePaths) -> None:
    engine = Images((OLD, "swarm/agents/claude:0lder", images.tag("agents/claude")))

    said = image_pruning.offer(engine, paths)

    assert said.startswith("no task needs 2 older images of agents, of 4.0 MiB at most")
    assert "swarm gc --images" in said


def test_nothing_is_offered_without_one_or_without_an_engine(paths: HomePaths) -> None:
    assert image_pruning.offer(Images((images.tag("agents/pi"),)), paths) == ""
    assert image_pruning.offer(Images(down=True), paths) == ""
