"""`swarm image project` builds what a human agreed to, and puts agents on it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.cli import exit_codes
from swarm.engine.host import images
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.built_image import images_of_projects

Swarm = Callable[..., tuple[int, str, str]]
NAME = f"test-project-{os.getpid()}"
AGENT = """\
version = 1
title = "T"
summary = "a small package in an agent's place"
[image]
manager = "npm"
package = "semver"
version = "7.7.1"
binary = "semver"
node = "24"
[headless]
argv = ["semver", "{prompt}"]
"""
DOCKERFILE = """\
FROM {base}
USER root
RUN printf '#!/bin/sh\\necho own' > /usr/local/bin/node && chmod 755 /usr/local/bin/node
USER 1000
"""


@pytest.fixture
def project(
    paths: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A repository with a Dockerfile, and an agent of the user's; their images go."""
    registry.user_folder().mkdir()
    (registry.user_folder() / f"{NAME}.toml").write_text(AGENT)
    repo = new_repository(tmp_path / "repo")
    monkeypatch.chdir(repo)
    with images_of_projects() as engine:
        base = images.build(engine, "base", lambda _line: None)
        (repo / "Dockerfile").write_text(DOCKERFILE.format(base=base))
        text = f'agent = "{NAME}"\ndockerfile = "Dockerfile"\n'
        (repo / "swarm.toml").write_text(text)
        commit_all(repo, "project")
        yield repo
        for image in engine.tagged("swarm/agents/test-project"):
            engine.untag(image.reference)


def test_it_is_built_once_agreed_to_and_leaves_the_projects_node_alone(
    swarm: Swarm, project: Path
) -> None:
    status, _, said = swarm("image", "project", "--yes")
    assert status != exit_codes.DONE
    assert "nobody agreed to swarm.toml" in said
    assert swarm("repo", "trust", "--yes")[0] == exit_codes.DONE

    status, out, said = swarm("image", "project", "--yes")

    assert status == exit_codes.DONE, said
    own, agent_s = (line.split()[0] for line in out.splitlines())
    assert own.startswith("swarm/projects:file-")
    assert agent_s.endswith("_PROJECT")
    look = "node; semver 1.2.3; ls /opt/links"
    argv = ["docker", "run", "--rm", "--network=none", agent_s, "sh", "-c", look]
    seen = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert seen.stdout.split() == ["own", "1.2.3"]


def test_without_a_terminal_nothing_is_built_unasked(
    swarm: Swarm, project: Path
) -> None:
    swarm("repo", "trust", "--yes")

    assert swarm("image", "project")[0] == exit_codes.FAILED

    engine = DockerImages()
    assert not engine.tagged("swarm/agents/test-project")
    engine.close()


def test_a_project_without_an_image_is_told(swarm: Swarm, project: Path) -> None:
    (project / "swarm.toml").write_text('test = "make"')
    commit_all(project, "none")
    swarm("repo", "trust", "--yes")

    status, _, said = swarm("image", "project")

    assert status != exit_codes.DONE
    assert "swarm.toml names no image" in said


def test_an_agent_of_python_is_refused_by_name(swarm: Swarm, project: Path) -> None:
    swarm("repo", "trust", "--yes")

    status, _, said = swarm("image", "project", "mini", "--yes")

    assert status != exit_codes.DONE
    assert "mini cannot be put on a project's own image" in said
