"""A check's settings are ones that swarm itself can read."""

import tempfile
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.agents.reader import read
from swarm.cli.agent.check_policy import ModelPlace, config, host_of, policy
from swarm.config import load, policy_files
from swarm.gate.certificates import Authority
from tests.agents.descriptions import MINIMAL

KEYED = [
    name
    for name in registry.runnable()
    if registry.find(name).model.key and registry.is_shipped(name)
]

with tempfile.TemporaryDirectory() as _folder:
    AUTHORITY = Authority(Path(_folder)).certificate


def place(folder: Path, port: int) -> ModelPlace:
    """Where a model would be; the path is no easy one."""
    return ModelPlace("172.17.0.1", port, folder / 'k"ey', folder / "m.pem")


@pytest.mark.parametrize("port", [443, 40123])
@pytest.mark.parametrize("name", KEYED)
def test_the_gate_knows_the_model_and_no_other_host(
    name: str, port: int, tmp_path: Path
) -> None:
    agent = registry.find(name)
    (tmp_path / "config.toml").write_text(config(agent, place(tmp_path, port)))
    (tmp_path / "m.pem").write_text(AUTHORITY)
    (tmp_path / "policy.toml").write_text(policy(agent, place(tmp_path, port)))

    settings = load.load(tmp_path / "config.toml")
    layer = policy_files.read(tmp_path / "policy.toml", "user")

    assert settings.gate.hosts == {host_of(agent): "172.17.0.1"}
    assert bool(settings.agents) is (port != 443)
    assert layer
    assert [(rule.host, rule.ports) for rule in layer.rules] == [
        (host_of(agent), (port,))
    ]
    assert layer.secrets[0].placeholder == agent.model.key


def test_an_agent_that_names_no_host_gets_one() -> None:
    assert host_of(read(MINIMAL, "mine", "f")) == "model.swarm.test"
