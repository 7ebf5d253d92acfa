"""Agents from npm and PyPI are put into images; a build that fails leaves nothing."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents.description import Agent, Image
from swarm.engine.host import agent_images, agent_recipe, images
from swarm.errors import PlanError, ToolError
from swarm.model.toolchain import NO_TOOLCHAIN

# Small packages, built as agents are: a plain binary, a script, a Python program.
NATIVE = Image("npm", "esbuild", "0.25.0", "esbuild", native=True)
SCRIPT = Image("npm", "semver", "7.7.1", "semver", node="24")
PYTHON = Image("pypi", "pycowsay", "0.0.0.2", "pycowsay")


def agent(name: str, image: Image) -> Agent:
    return Agent(name, name, name, image=image)


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    engine = DockerImages()
    yield engine
    engine.close()


@pytest.fixture
def name() -> str:
    """An agent that no other test has."""
    return f"test-{os.getpid()}"


@pytest.fixture
def built(engine: DockerImages) -> Iterator[list[str]]:
    """References that go after the test."""
    references: list[str] = []
    yield references
    for reference in references:
        engine.untag(reference)


def run(reference: str, *argv: str) -> str:
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", reference, *argv],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def stages(lines: list[str]) -> list[str]:
    """The labels by which a build's stages are known."""
    found = [line.split("=")[-1] for line in lines if "LABEL swarm.stage" in line]
    assert found
    return found


def left(stage: str) -> list[str]:
    """Images without a name that this build of ours left."""
    label = f"label={agent_recipe.STAGE_LABEL}={stage}"
    argv = ["docker", "images", "-q", "--filter", "dangling=true", "--filter", label]
    return subprocess.run(argv, capture_output=True, text=True).stdout.split()


def test_a_binary_and_a_script_share_an_image(
    engine: DockerImages, built: list[str], name: str
) -> None:
    """Both run, as the sandbox's user; nothing of the fetch is left."""
    agents = (agent(f"{name}-a", NATIVE), agent(f"{name}-b", SCRIPT))
    lines: list[str] = []
    reference = images.build_agents(engine, agents, lines.append)
    built.append(reference)

    assert run(reference, "esbuild", "--version") == "0.25.0\n"
    assert run(reference, "semver", "1.2.3") == "1.2.3\n"
    assert run(reference, "find", "/opt/agents", "-uid", "1000") == ""
    found = run(reference, "find", f"/opt/agents/{name}-a", "-name", "node_modules")
    assert found == ""
    record = json.loads(run(reference, "cat", f"/opt/agents/{name}-b/swarm-agent.json"))
    assert record["version"] == "7.7.1"
    assert record["integrity"].startswith("sha512-")
    assert not any(map(left, stages(lines)))

    again: list[str] = []
    assert images.build_agents(engine, agents, again.append) == reference
    assert again[-1] == f"{reference} is built"


def test_a_binary_alone_has_no_node(
    engine: DockerImages, built: list[str], name: str
) -> None:
    reference = images.build_agents(engine, (agent(name, NATIVE),), lambda _line: None)
    built.append(reference)

    assert run(reference, "sh", "-c", "esbuild --version; command -v node; true") == (
        "0.25.0\n"
    )
    labels = {f.reference: f.labels for f in engine.tagged(reference)}[reference]
    assert labels[agent_recipe.LICENCE_LABEL] == "no"
    assert agent_images.versions(labels[agent_recipe.AGENTS_LABEL]) == {name: "0.25.0"}


def test_a_python_program_has_an_environment_of_its_own(
    engine: DockerImages, built: list[str], name: str
) -> None:
    reference = images.build_agents(engine, (agent(name, PYTHON),), lambda _line: None)
    built.append(reference)

    assert "moo" in run(reference, "pycowsay", "moo")
    link = run(reference, "readlink", "/usr/local/bin/pycowsay").strip()
    assert link == f"/opt/agents/{name}/bin/pycowsay"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (replace(SCRIPT, version="999.0.0"), "npm has no semver@999.0.0"),
        (
            replace(SCRIPT, package="@swarm-no-such-scope/none"),
            "npm has no @swarm-no-such-scope/none@7.7.1",
        ),
        (replace(SCRIPT, binary="other"), "brings no program other"),
        (replace(NATIVE, binary="other"), "brings no program other for this machine"),
        (
            replace(SCRIPT, integrity=f"sha512-{'A' * 86}=="),
            "its integrity differs",
        ),
        (
            Image("npm", "unix-dgram", "2.0.6", "a", node="24", scripts=True),
            "an install script of unix-dgram@2.0.6",
        ),
        (replace(PYTHON, version="999"), "PyPI has no pycowsay==999"),
        (replace(PYTHON, binary="other"), "brings no program other"),
        (replace(PYTHON, integrity=f"sha256-{'0' * 64}"), "PyPI has another"),
    ],
)
def test_what_cannot_be_fetched_is_told_in_a_sentence(
    engine: DockerImages, name: str, image: Image, said: str
) -> None:
    """And nothing of it is left: no image, no stage, no container."""
    mine = agent(name, image)
    lines: list[str] = []

    with pytest.raises(ToolError) as caught:
        images.build_agents(engine, (mine,), lines.append)

    assert said in caught.value.message, lines[-20:]
    assert caught.value.hint
    reference = agent_images.agents_tag((mine,), images.layers(NO_TOOLCHAIN))
    assert engine.image_id(reference) is None
    assert not any(map(left, stages(lines)))


@pytest.mark.parametrize(("image", "tool"), [(SCRIPT, "npm"), (PYTHON, "pip")])
def test_without_a_network_the_build_says_so(
    engine: DockerImages,
    name: str,
    image: Image,
    tool: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy that nobody answers at stands for a network that is gone."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with pytest.raises(ToolError) as caught:
        images.build_agents(engine, (agent(name, image),), lambda _line: None)

    assert f"{tool} could not reach its registry" in caught.value.message
    assert "swarm doctor" in caught.value.hint


@pytest.mark.parametrize(
    ("image", "script", "program"),
    [(NATIVE, "npm.mjs", "node"), (PYTHON, "pypi.py", "python3")],
)
def test_a_full_disk_is_told_as_such(
    engine: DockerImages, image: Image, script: str, program: str
) -> None:
    """The recipe itself, on a disk of some kilobytes."""
    layer = images.build(engine, agent_images.NODE_LAYER, lambda _line: None)
    wanted = {
        "name": "full",
        "package": image.package,
        "version": image.version,
        "binary": image.binary,
        "native": image.native,
        "python": "/usr/bin/python3",
        "scripts": False,
        "integrity": "",
        "extra": [],
    }
    # The recipe comes by standard input.
    shell = f'cat > /recipe/{script}; exec {program} /recipe/{script} "$1"'
    small = ["--tmpfs", "/opt/agents:size=64k,exec", "--tmpfs", "/recipe"]
    argv = ["docker", "run", "--rm", "-i", "--user", "0", *small, layer]
    done = subprocess.run(
        [*argv, "sh", "-c", shell, "sh", json.dumps(wanted)],
        input=agent_recipe.script(script),
        capture_output=True,
    )

    assert done.returncode == 1
    assert b"swarm: the container engine's disk is full" in done.stdout, done.stdout


def test_names_of_images() -> None:
    """Of one agent, of several in any order, of layers; each has one reference."""
    on = images.layers(NO_TOOLCHAIN)
    assert images.is_ours("agents/claude")
    assert images.full_name("claude") == "agents/claude"
    assert not images.is_ours("agents/command")
    assert not images.is_ours("agents/none+claude")
    assert all(map(images.is_ours, agent_images.LAYERS))
    assert images.is_own(images.tag("agents/claude"))
    assert images.is_current(images.tag(agent_images.NODE_LAYER))
    assert agent_images.name_of(["b", "a", "b"]) == "agents/a+b"
    two = (agent("a", NATIVE), agent("b", SCRIPT))
    reference = agent_images.agents_tag(two, on)
    assert reference.startswith("swarm/agents/a__b:")
    repository = reference.removeprefix("swarm/").partition(":")[0]
    assert agent_images.name_in(repository) == "agents/a+b"


def test_another_pin_is_another_reference() -> None:
    on = images.layers(NO_TOOLCHAIN)
    references = {
        agent_images.agents_tag((agent("a", image),), on)
        for image in (
            SCRIPT,
            replace(SCRIPT, version="7.7.2"),
            replace(SCRIPT, scripts=True),
            replace(SCRIPT, extra=("left-pad@1.3.0",)),
        )
    }

    assert len(references) == 4


def test_an_agent_without_a_package_has_no_image() -> None:
    with pytest.raises(PlanError, match="command has no image of its own"):
        agent_images.agents_of("agents/command")
