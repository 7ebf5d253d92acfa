"""The registries say by npm and pip which version of an agent is the newest."""

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents.description import Agent, Image
from swarm.engine.host import images, newest_versions
from swarm.engine.host.newest_versions import Newest

LINES = """\
swarm-newest {"package": "a", "version": "1.2", "integrity": "sha512-x"}
 ---> abc
swarm-newest {"package": "b", "problem": "npm has no package b"}
swarm-newest {"package": "c", "version": null, "integrity": null}
swarm-newest {"package": "d", "version": "1", "more": "x"}
swarm-newest {rubbish}
swarm-newest ["a"]
swarm-newest {"package": "a", "version": "6.6.6"}
"""


def test_each_line_is_one_answer_and_the_first_counts() -> None:
    assert newest_versions.answers(LINES) == {
        "a": Newest("1.2", "sha512-x"),
        "b": Newest(problem="npm has no package b"),
        "c": Newest(),
    }


def test_real_registries_are_asked_by_the_images_own_tools() -> None:
    """One package that is there and one that is not, of each manager."""
    packages = {
        "script": Image("npm", "semver", "7.0.0", "semver", node="24"),
        "gone": Image("npm", "@swarm-no-such-scope/none", "1", "none", node="24"),
        "python": Image("pypi", "pycowsay", "0.0.0.1", "pycowsay"),
    }
    agents = tuple(Agent(n, n, n, image=image) for n, image in packages.items())
    engine = DockerImages()
    try:
        found = images.newest(engine, agents, lambda _line: None)
    finally:
        engine.close()

    assert found["script"].version >= "7.7.1"
    assert found["script"].integrity.startswith("sha512-")
    assert "npm has no package @swarm-no-such-scope/none" in found["gone"].problem
    assert found["python"].version == "0.0.0.2"
    assert found["python"].integrity.startswith("sha256-")


def test_without_a_network_each_agent_says_so(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARM_CONFIG", f"{tmp_path}/config.toml")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    image = Image("npm", "semver", "7.0.0", "semver", node="24")
    engine = DockerImages()
    try:
        found = images.newest(
            engine, (Agent("a", "a", "a", image=image),), lambda _line: None
        )
    finally:
        engine.close()

    assert "could not reach its registry" in found["a"].problem
