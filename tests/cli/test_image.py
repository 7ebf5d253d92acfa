"""`swarm image`: builds side by side, lists with licences, and survives a kill."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.cli import exit_codes
from swarm.engine.host import agent_images, agent_recipe, images

Swarm = Callable[..., tuple[int, str, str]]
AGENT = """\
version = 1
title = "T"
summary = "a small package in an agent's place"
[image]
manager = "{manager}"
package = "{package}"
version = "{version}"
binary = "{package}"
{more}
[headless]
argv = ["{package}", "{{prompt}}"]
"""
PREFIX = f"test-image-{os.getpid()}"


@pytest.fixture
def agents(paths: object) -> Iterator[Path]:
    """Three agents of the user's, of which one cannot be had; their images go."""
    folder = registry.user_folder()
    folder.mkdir()
    for name, manager, package, version, more in (
        ("a", "npm", "semver", "7.7.1", 'node = "24"'),
        ("b", "pypi", "pycowsay", "0.0.0.2", ""),
        ("c", "npm", "semver", "999.0.0", 'node = "24"'),
    ):
        text = AGENT.format(
            manager=manager, package=package, version=version, more=more
        )
        (folder / f"{PREFIX}-{name}.toml").write_text(text)
    yield folder
    engine = DockerImages()
    for image in engine.tagged(f"swarm/agents/{PREFIX}"):
        engine.untag(image.reference)
    engine.close()


def test_several_are_built_and_one_failure_stops_no_other(
    swarm: Swarm, agents: Path
) -> None:
    """Each line says whose it is; the failure is a sentence with a way out."""
    names = [f"{PREFIX}-{letter}" for letter in "abc"]

    status, out, said = swarm("image", "build", *names)

    assert status == exit_codes.FAILED
    assert f"{images.tag(f'agents/{names[0]}')} ready after" in out
    assert f"{images.tag(f'agents/{names[1]}')} ready after" in out
    assert f"agents/{names[2]}: docker build" in said
    assert "npm has no semver@999.0.0" in said
    assert f"  {names[0]}: " in said
    assert said.count("forbids to pass the image on") == 2

    listed = json.loads(swarm("image", "ls", "--json")[1])
    found = {each["reference"]: each for each in listed}
    built = found[images.tag(f"agents/{names[1]}")]
    assert built["agents"] == {names[1]: "0.0.0.2"}
    assert (built["current"], built["redistribute"]) == (True, False)
    _, out, said = swarm("image", "ls")
    assert f"{names[1]} 0.0.0.2 *" in out
    assert "forbids to pass the image on" in said


def test_a_build_that_was_killed_leaves_no_image_and_goes_again(
    swarm: Swarm, agents: Path
) -> None:
    """Killed while it fetches: the engine ends the build by itself."""
    name = f"{PREFIX}-b"
    argv = [sys.executable, "-m", "swarm", "image", "build", name]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    stage = ""
    for line in process.stderr:
        if f"LABEL {agent_recipe.STAGE_LABEL}=" in line:
            stage = line.rpartition("=")[2].strip()
        if "fetching pycowsay" in line:
            process.kill()
            break
    process.wait()
    process.stderr.close()
    assert stage
    reference = images.tag(agent_images.name_of([name]))
    engine = DockerImages()
    assert engine.image_id(reference) is None

    assert swarm("image", "build", name)[0] == exit_codes.DONE

    assert engine.image_id(reference)
    engine.prune(f"{agent_recipe.STAGE_LABEL}={stage}")
    engine.close()


def test_an_image_that_swarm_does_not_know_is_refused(
    swarm: Swarm, agents: Path
) -> None:
    status, _, said = swarm("image", "build", "no-such-agent")

    assert status != exit_codes.DONE
    assert "swarm has no image 'no-such-agent'" in said
