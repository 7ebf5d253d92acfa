"""poetry's and pdm's files and variables."""

import pytest

from swarm.adapters.user_network import poetry
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "poetry-hunter2"


@pytest.mark.parametrize(
    "text",
    [
        '[repositories.corp]\nurl = "https://corp.example/simple"',
        '[repositories]\ncorp = {url = "https://corp.example/simple"}',
        'repositories.corp.url = "https://corp.example/simple"',
    ],
)
def test_poetry_s_repositories_count_and_leave_the_default_in_force(
    home: Home, text: str
) -> None:
    home.write(".config/pypoetry/config.toml", text)
    home.write(".config/pypoetry/auth.toml", f'[http-basic.corp]\npassword="{SECRET}"')

    reading = home.read(poetry.read)

    assert urls(reading) == {"https://corp.example/simple": "corp"}
    place = "~/.config/pypoetry/auth.toml: http-basic.corp"
    assert only(reading).credential == place
    assert SECRET not in str(reading.registries)
    assert not reading.replaces_default


def test_poetry_s_variables_count(home: Home) -> None:
    home.variables |= {
        "POETRY_REPOSITORIES_MY_CORP_URL": "https://corp.example/simple",
        "POETRY_HTTP_BASIC_MY_CORP_PASSWORD": SECRET,
    }

    registry = only(home.read(poetry.read))

    assert (registry.scope, registry.host) == ("my-corp", "corp.example")
    assert registry.credential == "POETRY_HTTP_BASIC_MY_CORP_PASSWORD"


def test_a_mirror_of_poetry_s_plugin_stands_in_place_of_the_default(home: Home) -> None:
    home.variables["POETRY_PYPI_MIRROR_URL"] = "https://mirror.example/"
    home.variables["POETRY_CONFIG_DIR"] = str(home.folder / "elsewhere")
    home.write(
        "elsewhere/config.toml",
        '[plugins.pypi_mirror]\nurl = "https://file.example/"',
    )

    reading = home.read(poetry.read)

    assert list(urls(reading)) == ["https://file.example/", "https://mirror.example/"]
    assert reading.replaces_default


def test_pdm_s_indexes_count(home: Home) -> None:
    home.write(
        ".config/pdm/config.toml",
        f"""
        [pypi]
        url = "https://pdm.example/simple"
        password = "{SECRET}"
        verify_ssl = true
        [pypi.extra]
        url = "https://extra.example/simple"
        """,
    )

    reading = home.read(poetry.read_pdm)

    assert urls(reading) == {
        "https://pdm.example/simple": "",
        "https://extra.example/simple": "extra",
    }
    assert reading.registries[0].credential == (
        "~/.config/pdm/config.toml: pypi.password"
    )
    assert reading.registries[1].credential == ""
    assert reading.replaces_default
    assert SECRET not in str(reading.registries)


def test_pdm_s_variable_and_another_place_of_its_file_count(home: Home) -> None:
    named = home.write("pdm.toml", '[pypi]\nurl = "https://file.example/"')
    home.variables["PDM_CONFIG_FILE"] = str(named)
    assert only(home.read(poetry.read_pdm)).host == "file.example"

    home.variables["PDM_PYPI_URL"] = "https://variable.example/"
    assert "https://variable.example/" in urls(home.read(poetry.read_pdm))
