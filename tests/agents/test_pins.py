"""A version that the user agreed to stands in place of the one of the agent's file."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import pins, registry
from swarm.agents.pins import Pin
from swarm.errors import PlanError

NAMED = 'package = "{package}"\nover = "{version}"\n'
SHA512 = f"sha512-{'A' * 86}=="


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's agents."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return registry.user_folder()


def test_a_pin_is_used_and_the_file_keeps_its_version(folder: Path) -> None:
    described = registry.as_described("claude")
    pin = pins.over(described.image, "9.9.9", SHA512)
    file = pins.write(folder, "claude", pin)

    found = registry.find("claude")
    assert (found.image.version, found.image.integrity) == ("9.9.9", SHA512)
    assert registry.as_described("claude") == described
    assert pins.read(folder, "claude") == pin
    assert [each.name for each in folder.iterdir()] == [file.name]
    file.unlink()
    assert registry.find("claude") == described


@pytest.mark.parametrize(
    "change", [{"over": "0.0.1"}, {"package": "@anthropic-ai/other"}]
)
def test_a_pin_over_another_version_or_package_does_not_count(
    folder: Path, change: dict[str, str]
) -> None:
    """The agent's file was renewed meanwhile, and goes first."""
    described = registry.as_described("claude")
    pin = replace(pins.over(described.image, "9.9.9", ""), **change)
    pins.write(folder, "claude", pin)

    assert registry.find("claude") == described


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version = ", "cannot be read"),
        ('version = "1"\n', "is missing"),
        (
            'package = "p"\nversion = 1\nintegrity = ""\nover = "1"\n',
            "version: must be",
        ),
        (
            'package = "p"\nversion = "1"\nintegrity = ""\nover = "1"\nmore = "x"\n',
            "more: unknown key",
        ),
        (
            f'{NAMED}version = "^2"\nintegrity = ""\n',
            "version: must be one exact version",
        ),
        (
            f'{NAMED}version = "2"\nintegrity = "x"\n',
            "integrity: must be sha512",
        ),
    ],
)
def test_a_mistake_in_a_pin_names_file_and_key(
    folder: Path, text: str, problem: str
) -> None:
    image = registry.as_described("claude").image
    folder.mkdir()
    file = pins.path(folder, "claude")
    file.write_text(text.format(package=image.package, version=image.version))

    with pytest.raises(PlanError) as caught:
        registry.find("claude")

    assert str(file) in caught.value.message
    assert problem in caught.value.message
    assert "swarm agent update claude" in caught.value.hint


def test_what_is_written_is_what_is_read(folder: Path) -> None:
    pin = Pin("p", "1.0", SHA512, "0.9")
    pins.write(folder, "own", pin)
    pins.write(folder, "own", replace(pin, version="1.1"))

    assert pins.read(folder, "own") == replace(pin, version="1.1")


@pytest.mark.parametrize("target", ["claude.pin", "gone"])
def test_a_pin_that_is_a_link_to_nothing_is_told(folder: Path, target: str) -> None:
    """It is not passed over: another version would run than the user agreed to."""
    folder.mkdir(parents=True)
    (folder / "claude.pin").symlink_to(target)

    with pytest.raises(PlanError, match=r"claude\.pin cannot be read") as caught:
        registry.find("claude")
    assert "swarm agent update claude" in caught.value.hint
