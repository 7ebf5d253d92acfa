"""composer's global files."""

import json

import pytest

from swarm.adapters.user_network import composer
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "composer-hunter2"
CORP = {"type": "composer", "url": "https://php.example/"}


@pytest.mark.parametrize(
    ("repositories", "replaces"),
    [
        ({"corp": CORP}, False),
        ([CORP], False),
        ({"packagist": CORP}, True),
        ({"corp": CORP, "packagist.example": False}, True),
        ([CORP, {"packagist": False}], True),
        (
            [{**CORP, "name": "corp"}, {"type": "vcs", "url": "https://f.example"}],
            False,
        ),
    ],
)
@pytest.mark.parametrize("folder", [".config/composer", ".composer"])
def test_each_form_of_repositories_counts(
    home: Home, repositories: object, replaces: bool, folder: str
) -> None:
    home.write(f"{folder}/config.json", json.dumps({"repositories": repositories}))

    reading = home.read(composer.read)

    assert only(reading).url == "https://php.example/"
    assert reading.replaces_default is replaces


@pytest.mark.parametrize("where", ["file", "variable"])
def test_the_place_of_a_password_is_told(home: Home, where: str) -> None:
    auth = json.dumps({"http-basic": {"php.example": {"password": SECRET}}})
    home.variables["COMPOSER_HOME"] = str(home.folder / "c")
    home.write("c/config.json", json.dumps({"repositories": {"corp": CORP}}))
    if where == "file":
        home.write("c/auth.json", auth)
    else:
        home.variables["COMPOSER_AUTH"] = auth

    registry = only(home.read(composer.read))

    assert registry.credential.endswith(": http-basic.php.example")
    assert SECRET not in str(registry)


@pytest.mark.parametrize("text", [SECRET, "[" * 200_000, "[]", "3"])
def test_a_variable_that_is_no_json_raises_nothing(home: Home, text: str) -> None:
    home.variables["COMPOSER_AUTH"] = text

    reading = home.read(composer.read)

    assert not urls(reading)
    assert SECRET not in str(reading.problems)
