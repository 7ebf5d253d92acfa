"""A file becomes a layer, or an error that names it."""

from pathlib import Path

import pytest

from swarm.config import policy_files
from swarm.errors import ConfigError
from tests.gate import private_ca


def test_a_file_that_is_not_there_is_no_layer(tmp_path: Path) -> None:
    assert policy_files.read(tmp_path / "policy.toml", "user") is None


def test_a_mistake_names_the_file_and_what_stays_in_force(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("version = 1\nnosuch = 2\n")

    with pytest.raises(ConfigError, match=r"policy\.toml:2: nosuch: unknown") as error:
        policy_files.read(file, "user")

    assert "the last good policy stays in force" in error.value.hint


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="cannot be read"):
        policy_files.read(file, "user")


@pytest.mark.parametrize(
    ("name", "services", "default"),
    [("locked", [], None), ("balanced", ["npm"], None), ("open", ["npm"], "log")],
)
def test_a_preset_has_the_services_whose_tool_is_here(
    name: str, services: list[str], default: str | None
) -> None:
    """Only `open` lets unknown hosts pass."""
    layer = policy_files.preset(name, frozenset({"npm", "claude"}))

    assert [service.name for service in layer.services] == services
    assert layer.default == default


def test_certificates_are_read_or_named(tmp_path: Path) -> None:
    file = tmp_path / "company.pem"
    file.write_text(private_ca.company().pem)

    assert policy_files.certificates((str(file),)) == (file.read_text(),)
    with pytest.raises(ConfigError, match=r"tls\.upstream_ca: .*absent\.pem"):
        policy_files.certificates((str(tmp_path / "absent.pem"),))


def test_a_file_that_is_no_authority_is_named_with_its_place(tmp_path: Path) -> None:
    """When the policy is read, not when a host is met."""
    key = tmp_path / "company.key"
    key.write_text(private_ca.company().key_pem)
    file = tmp_path / "policy.toml"
    file.write_text(f'version = 1\n[tls]\nupstream_ca = ["{key}"]\n')

    with pytest.raises(ConfigError) as refused:
        policy_files.read(file, "user")

    assert f"{file}:3: tls.upstream_ca: {key} is a private key" in str(refused.value)


def test_a_repository_names_no_authority_and_is_told_so() -> None:
    """Its file is read as far as it counts; the rest is warned about."""
    text = (
        'version = 1\ndefault = "log"\n[tls]\nupstream_ca = ["/none.pem"]\n'
        'passthrough = ["a.b:443"]\n[network]\nallow_nets = ["10.0.0.0/8"]\n'
    )

    layer = policy_files.parsed(text, "p", "repo")

    places = [warning.partition(": does nothing")[0] for warning in layer.warnings]
    assert places == [
        "p:2: default",
        "p:5: tls.passthrough",
        "p:4: tls.upstream_ca",
        "p:7: network.allow_nets",
    ]
