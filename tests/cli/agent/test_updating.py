"""`swarm agent update`: from → to, a consent, a build, and only then a pin."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import pins, registry
from swarm.cli import exit_codes
from swarm.cli.agent import updating
from swarm.engine.host import images
from swarm.engine.host.newest_versions import Newest

Swarm = Callable[..., tuple[int, str, str]]
AGENT = """\
version = 1
title = "Cow"
summary = "a small program of PyPI's, in an agent's place"
[image]
manager = "pypi"
package = "pycowsay"
version = "0.0.0.1"
binary = "pycowsay"
[headless]
argv = ["pycowsay", "{prompt}"]
"""


@pytest.fixture
def folder(paths: object) -> Iterator[Path]:
    """The user's agents, with one that has a newer version; its images go."""
    folder = registry.user_folder()
    folder.mkdir()
    (folder / "cow-update.toml").write_text(AGENT)
    yield folder
    engine = DockerImages()
    for image in engine.tagged("swarm/agents/cow-update:"):
        engine.untag(image.reference)
    engine.close()


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("1.9.0", "1.10.0", True),
        ("1.10.0", "1.9.0", False),
        ("1.2", "1.2.1", True),
        ("1.2.3-beta", "1.2.3", False),
        ("latest", "1.2.3", False),
        ("9" * 5000, "1", False),
    ],
)
def test_a_version_that_went_back_is_told(version: str, than: str, older: bool) -> None:
    """A tag of a registry may be moved back, by its owner or another."""
    assert updating.is_older(version, than) is older


def test_an_older_one_is_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    agent = registry.as_described("claude")

    assert updating._tell(agent, Newest("0.0.1", "x"))
    assert f"claude {agent.image.version} → 0.0.1" in (out := capsys.readouterr().out)
    assert out.endswith(", which is older\n")


def test_a_newer_version_is_shown_built_and_pinned(swarm: Swarm, folder: Path) -> None:
    words = ("agent", "update", "cow-update")

    status, out, said = swarm(*words)
    assert status != exit_codes.DONE
    assert "cow-update 0.0.0.1 → 0.0.0.2 (pycowsay)" in out
    assert "the licence of cow-update (unknown) forbids to pass the image on" in said
    assert "nothing was changed" in said
    assert pins.read(folder, "cow-update") is None

    status, out, said = swarm(*words, "--yes")
    assert status == exit_codes.DONE
    pin = pins.read(folder, "cow-update")
    assert pin is not None
    assert (pin.version, pin.over) == ("0.0.0.2", "0.0.0.1")
    assert pin.integrity.startswith("sha256-")
    engine = DockerImages()
    assert engine.image_id(images.tag("agents/cow-update"))
    engine.close()
    assert "stays until one ran" in said

    status, out, _ = swarm(*words, "--yes")
    assert status == exit_codes.DONE
    assert "cow-update 0.0.0.2 is the newest" in out


def test_a_version_that_cannot_be_built_is_not_pinned(
    swarm: Swarm, folder: Path
) -> None:
    """The program has another name in it; the agent stays where it was."""
    file = folder / "cow-update.toml"
    file.write_text(AGENT.replace('binary = "pycowsay"', 'binary = "other"'))

    status, _, said = swarm("agent", "update", "cow-update", "--yes")

    assert status == exit_codes.FAILED
    assert "cow-update stays at 0.0.0.1: " in said
    assert "brings no program other" in said
    assert pins.read(folder, "cow-update") is None


def test_an_agent_that_cannot_be_had_is_told_with_the_reason(
    swarm: Swarm, paths: object
) -> None:
    status, _, said = swarm("agent", "update", "cursor")

    assert status != exit_codes.DONE
    assert "cursor cannot be had: " in said
