"""A check's settings are ones that swarm itself can read."""

import tempfile
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.agents.reader import read
from swarm.cli.agent.check_policy import ModelPlace, config, host_of, is_told, policy
from swarm.config import load, policy_files
from swarm.gate.certificates import Authority
from tests.agents.descriptions import MINIMAL

MODEL = f'{MINIMAL}\n[model]\nkey = "MINE_KEY"\n'
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


@pytest.mark.parametrize("protocol", ["chat", "responses", "own"])
@pytest.mark.parametrize("port", [443, 40123])
def test_an_agent_with_a_variable_for_its_endpoint_is_told_one(
    protocol: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would ask the host that it knows by itself, and the check would fail."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    text = f'{MODEL}protocol = "{protocol}"\nendpoint = "MINE_URL"'
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents/mine.toml").write_text(text)
    agent = registry.find("mine")
    (tmp_path / "config.toml").write_text(config(agent, place(tmp_path, port)))

    settings = load.load(tmp_path / "config.toml")

    told = settings.agents["mine"].endpoint
    end = "" if port == 443 else f":{port}"
    assert told == f"https://{host_of(agent)}{end}/v1"
    assert settings.gate.hosts == {host_of(agent): "172.17.0.1"}


@pytest.mark.parametrize(
    ("keys", "host"),
    [
        ('protocol = "chat"', "api.openai.com"),
        ('protocol = "responses"', "api.openai.com"),
        ('protocol = "anthropic"\nendpoint = "URL"', "api.anthropic.com"),
        ('protocol = "chat"\nurl = "https://a.test/v1"\nendpoint = "URL"', "a.test"),
        ('protocol = "chat"\nendpoint = "URL"', "model.swarm.test"),
        ('protocol = "chat"\n[[seed]]\npath = "~/.c"\ntext = "{endpoint}"',
         "model.swarm.test"),
        ('protocol = "own"\n[environment]\nURL = "{endpoint}"', "model.swarm.test"),
    ],
)  # fmt: skip
def test_where_an_agents_model_is(keys: str, host: str) -> None:
    agent = read(MODEL + keys, "mine", "f")

    assert host_of(agent) == host
    assert is_told(agent) is (host == "model.swarm.test")
