"""npm's files and variables: its registry, and those of scopes."""

import pytest

from swarm.adapters.user_network import npm
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "npm_hunter2"


def test_scoped_registries_stand_beside_the_registry(home: Home) -> None:
    home.write(
        ".npmrc",
        """
        ; a comment
        registry = "https://npm.corp.example/all/"
        @corp:registry=https://scoped.corp.example/
        """,
    )

    reading = home.read(npm.read)

    assert urls(reading) == {
        "https://npm.corp.example/all/": "",
        "https://scoped.corp.example/": "@corp",
    }
    assert reading.replaces_default


def test_a_scope_alone_leaves_the_default_in_force(home: Home) -> None:
    home.write(".npmrc", "@corp:registry=https://scoped.corp.example/")

    assert not home.read(npm.read).replaces_default


@pytest.mark.parametrize("file", ["/etc/npmrc", "/usr/etc/npmrc"])
def test_the_machine_s_file_counts_less_than_the_user_s(home: Home, file: str) -> None:
    home.write(file, "registry=https://machine.example/")
    assert only(home.read(npm.read)).host == "machine.example"

    home.write(".npmrc", "registry=https://user.example/")
    assert only(home.read(npm.read)).host == "user.example"


@pytest.mark.parametrize("name", ["NPM_CONFIG_REGISTRY", "npm_config_registry"])
def test_a_variable_counts_most(home: Home, name: str) -> None:
    home.write(".npmrc", "registry=https://user.example/")
    home.variables[name] = "https://variable.example/"

    assert only(home.read(npm.read)).origin == name


def test_the_user_s_file_may_lie_elsewhere(home: Home) -> None:
    file = home.write("elsewhere/npmrc", "registry=https://elsewhere.example/")
    home.variables["NPM_CONFIG_USERCONFIG"] = str(file)

    assert only(home.read(npm.read)).host == "elsewhere.example"


@pytest.mark.parametrize(
    "key",
    [
        "//npm.corp.example/api/:_authToken",
        "//npm.corp.example/:_authToken",
        "//npm.corp.example/api:_auth",
        "//npm.corp.example/api/:_password",
    ],
)
def test_a_token_s_place_is_told_and_the_token_is_not(home: Home, key: str) -> None:
    home.write(
        ".npmrc",
        f"@corp:registry=https://npm.corp.example/api/\n{key}={SECRET}",
    )

    registry = only(home.read(npm.read))

    assert registry.credential == f"~/.npmrc: {key}"
    assert SECRET not in str(registry)


def test_another_host_s_token_is_no_token(home: Home) -> None:
    home.write(
        ".npmrc",
        f"registry=https://npm.corp.example/\n//other.example/:_authToken={SECRET}",
    )

    assert only(home.read(npm.read)).credential == ""


def test_a_variable_in_a_value_is_expanded_as_npm_does(home: Home) -> None:
    home.variables["MIRROR"] = "mirror.example"
    home.write(
        ".npmrc",
        "registry=https://${MIRROR}/npm/\n@a:registry=https://${UNSET}/",
    )

    reading = home.read(npm.read)

    assert only(reading).host == "mirror.example"
    assert reading.problems == ["~/.npmrc: @a:registry is no web address"]
