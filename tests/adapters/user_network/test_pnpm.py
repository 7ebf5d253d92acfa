"""pnpm and bun read npm's settings, and files of their own."""

import pytest

from swarm.adapters.user_network import pnpm
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "pnpm-hunter2"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".npmrc", "registry=https://pnpm.example/"),
        (".config/pnpm/rc", "registry=https://pnpm.example/"),
        (".config/pnpm/auth.ini", "registry=https://pnpm.example/"),
        (".config/pnpm/config.yaml", "registry: https://pnpm.example/"),
        (".config/pnpm/config.yaml", "registries:\n  default: https://pnpm.example/"),
    ],
)
def test_each_of_pnpm_s_files_counts(home: Home, file: str, text: str) -> None:
    home.write(file, text)

    reading = home.read(pnpm.read)

    assert only(reading).url == "https://pnpm.example/"
    assert reading.replaces_default


@pytest.mark.parametrize("name", ["npm_config_registry", "pnpm_config_registry"])
def test_pnpm_s_variables_count(home: Home, name: str) -> None:
    home.variables[name] = "https://pnpm.example/"

    assert only(home.read(pnpm.read)).origin == name


def test_pnpm_s_scopes_stand_beside_the_default(home: Home) -> None:
    home.write(
        ".config/pnpm/config.yaml", "registries:\n  '@corp': https://corp.example/"
    )

    reading = home.read(pnpm.read)

    assert urls(reading) == {"https://corp.example/": "@corp"}
    assert not reading.replaces_default


@pytest.mark.parametrize(
    "value",
    [
        '"https://bun.example/"',
        f'"https://{SECRET}@bun.example/"',
        f'{{url = "https://bun.example/", token = "{SECRET}"}}',
        '"$PLACE"',
    ],
)
def test_bun_s_registry_is_a_text_or_a_table(home: Home, value: str) -> None:
    home.variables["PLACE"] = "https://bun.example/"
    home.write(".bunfig.toml", f"[install]\nregistry = {value}")

    reading = home.read(pnpm.read_bun)

    assert only(reading).url == "https://bun.example/"
    assert bool(only(reading).credential) is (SECRET in value)
    assert SECRET not in str(reading.registries)
    assert reading.replaces_default


def test_bun_s_scopes_and_variable_count(home: Home) -> None:
    home.variables["BUN_CONFIG_REGISTRY"] = "https://variable.example/"
    home.write(
        ".bunfig.toml",
        """
        [install.scopes]
        corp = "https://corp.example/"
        "@more" = { url = "https://more.example/" }
        odd = 3
        """,
    )

    reading = home.read(pnpm.read_bun)

    assert urls(reading) == {
        "https://corp.example/": "@corp",
        "https://more.example/": "@more",
        "https://variable.example/": "",
    }
    assert reading.problems == ["~/.bunfig.toml: install.scopes.odd is no web address"]
