"""A file becomes a layer, or an error that names it."""

from pathlib import Path

import pytest

from swarm.config import policy_files
from swarm.errors import ConfigError


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
    file.write_text("PEM")

    assert policy_files.certificates((str(file),)) == ("PEM",)
    with pytest.raises(ConfigError, match=r"tls\.upstream_ca: .*absent\.pem"):
        policy_files.certificates((str(tmp_path / "absent.pem"),))
