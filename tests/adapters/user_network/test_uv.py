"""uv's files and variables."""

import pytest

from swarm.adapters.user_network import uv
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "uv-hunter2"


@pytest.mark.parametrize(
    ("text", "replaces"),
    [
        ('index-url = "https://uv.corp.example/simple"', True),
        ('[pip]\nindex-url = "https://uv.corp.example/simple"', True),
        ('[[index]]\nurl = "https://uv.corp.example/simple"\ndefault = true', True),
        ('[[index]]\nname = "corp"\nurl = "https://uv.corp.example/simple"', False),
        ('extra-index-url = ["https://uv.corp.example/simple"]', False),
        ('find-links = ["/srv", "https://uv.corp.example/simple"]', False),
        ('python-install-mirror = "https://uv.corp.example/simple"', False),
    ],
)
def test_each_way_to_name_an_index_in_a_file_counts(
    home: Home, text: str, replaces: bool
) -> None:
    home.write(".config/uv/uv.toml", text)

    reading = home.read(uv.read)

    assert only(reading).url == "https://uv.corp.example/simple"
    assert reading.replaces_default is replaces


@pytest.mark.parametrize(
    ("variable", "replaces"),
    [
        ("UV_DEFAULT_INDEX", True),
        ("UV_INDEX_URL", True),
        ("UV_INDEX", False),
        ("UV_EXTRA_INDEX_URL", False),
        ("UV_PYTHON_INSTALL_MIRROR", False),
    ],
)
def test_each_variable_counts(home: Home, variable: str, replaces: bool) -> None:
    home.variables[variable] = f"https://me:{SECRET}@uv.corp.example/simple"

    reading = home.read(uv.read)

    assert only(reading).url == "https://uv.corp.example/simple"
    assert only(reading).credential == variable
    assert reading.replaces_default is replaces
    assert SECRET not in str(reading.registries)


def test_several_indexes_with_names_stand_in_one_variable(home: Home) -> None:
    home.variables |= {
        "UV_INDEX": "corp=https://a.example/?x=y https://b.example/",
        "UV_INDEX_CORP_PASSWORD": SECRET,
    }

    reading = home.read(uv.read)

    assert urls(reading) == {
        "https://a.example/": "corp",
        "https://b.example/": "extra index",
    }
    assert reading.registries[0].credential == "UV_INDEX_CORP_PASSWORD"


def test_the_file_may_lie_elsewhere_or_be_off(home: Home) -> None:
    home.write(".config/uv/uv.toml", 'index-url = "https://usual.example/"')
    home.write("/etc/uv/uv.toml", 'extra-index-url = ["https://machine.example/"]')
    named = home.write("uv.toml", 'index-url = "https://named.example/"')

    assert len(home.read(uv.read).registries) == 2
    home.variables["UV_CONFIG_FILE"] = str(named)
    assert only(home.read(uv.read)).host == "named.example"
    home.variables["UV_NO_CONFIG"] = "1"
    assert not home.read(uv.read).registries


@pytest.mark.parametrize("text", ["index = 3", "index = [3]", "[index]", "pip = 1"])
def test_a_file_of_another_shape_raises_nothing(home: Home, text: str) -> None:
    home.write(".config/uv/uv.toml", text)

    assert not home.read(uv.read).registries
