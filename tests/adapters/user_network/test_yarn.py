"""Both generations of yarn."""

import pytest

from swarm.adapters.user_network import yarn
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "yarn-hunter2"


@pytest.mark.parametrize(
    "line",
    ['registry "https://classic.example/"', "--registry https://classic.example/"],
)
def test_the_older_yarn_s_file_counts(home: Home, line: str) -> None:
    home.write(".yarnrc", f'# yarn\n{line}\n"@corp:registry" "https://corp.example/"')

    reading = home.read(yarn.read)

    assert urls(reading) == {
        "https://classic.example/": "",
        "https://corp.example/": "@corp",
    }
    assert reading.replaces_default


def test_the_older_yarn_reads_npm_s_file_too(home: Home) -> None:
    home.write(".npmrc", "registry=https://npm.example/")

    assert only(home.read(yarn.read)).host == "npm.example"


def test_the_newer_yarn_s_file_counts(home: Home) -> None:
    home.write(
        ".yarnrc.yml",
        f"""
        npmRegistryServer: "https://berry.example/"
        npmAuthToken: {SECRET}
        npmScopes:
          corp:
            npmRegistryServer: "https://corp.example/npm"
            npmAuthToken: "{SECRET}"
          plain:
            npmAlwaysAuth: true
        npmRegistries:
          "//third.example":
            npmAuthToken: {SECRET}
        """,
    )

    reading = home.read(yarn.read)

    assert urls(reading) == {
        "https://berry.example/": "",
        "https://corp.example/npm": "@corp",
        "https://third.example": "token's place",
    }
    assert [registry.credential for registry in reading.registries] == [
        "~/.yarnrc.yml: npmAuthToken",
        "~/.yarnrc.yml: npmScopes.corp.npmAuthToken",
        "~/.yarnrc.yml: npmRegistries.//third.example.npmAuthToken",
    ]
    assert SECRET not in str(reading.registries)


def test_variables_count(home: Home) -> None:
    home.variables |= {
        "YARN_NPM_REGISTRY_SERVER": "https://berry.example/",
        "YARN_REGISTRY": "https://classic.example/",
    }

    hosts = {registry.host for registry in home.read(yarn.read).registries}

    assert hosts == {"berry.example", "classic.example"}


def test_the_file_may_have_another_name_and_broken_yaml_is_told(home: Home) -> None:
    home.variables["YARN_RC_FILENAME"] = ".other.yml"
    home.write(".other.yml", "npmRegistryServer: &a x")

    reading = home.read(yarn.read)

    assert reading.problems == ["~/.other.yml is YAML that is not understood at line 1"]
    assert reading.replaces_default
