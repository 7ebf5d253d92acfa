"""All tools' settings become one value, and one tool's trouble is its own."""

import pytest

from swarm.adapters.user_network import reading
from swarm.model.user_network import UserNetwork
from tests.adapters.user_network.conftest import Home

DEFAULTS = {
    "pip": ("https://pip-default.example/simple",),
    "npm": ("https://npm-default.example/",),
    "cargo": ("https://cargo-default.example/",),
}


def read(home: Home) -> UserNetwork:
    return reading.read(home.variables, home.folder, DEFAULTS, home.root)


def test_without_settings_each_tool_s_default_counts(home: Home) -> None:
    network = read(home)

    assert network.endpoints() == {
        "pip": ("pip-default.example:443",),
        "npm": ("npm-default.example:443",),
        "cargo": ("cargo-default.example:443",),
    }
    assert all(registry.is_default for registry in network.registries)


def test_a_mirror_stands_in_place_of_the_default_of_its_own_tool(home: Home) -> None:
    home.write(".npmrc", "registry=https://npm.corp.example/")

    endpoints = read(home).endpoints()

    assert endpoints["npm"] == ("npm.corp.example:443",)
    assert endpoints["pip"] == ("pip-default.example:443",)


@pytest.mark.parametrize(
    "content",
    [b"[source", b"\0\x01\x02", b"x" * (2 << 20), b"a = " + b"[" * 200_000],
    ids=["broken", "binary", "large", "deep"],
)
def test_unreadable_settings_open_nothing_of_their_tool_and_all_of_others(
    home: Home, content: bytes
) -> None:
    """Not even the default: the user may have meant a mirror."""
    home.write(".cargo/config.toml", content)

    network = read(home)

    assert set(network.endpoints()) == {"pip", "npm"}
    assert len(network.problems) == 1
    assert network.problems[0].startswith("cargo: ~/.cargo/config.toml ")


@pytest.mark.parametrize("tool", sorted(reading.READERS))
def test_a_reader_of_an_empty_home_finds_nothing(home: Home, tool: str) -> None:
    assert home.read(reading.READERS[tool]).registries == []
