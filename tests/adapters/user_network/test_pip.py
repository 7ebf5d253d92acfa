"""pip's files and variables, as pip joins them."""

import pytest

from swarm.adapters.user_network import pip
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    "file",
    ["/etc/pip.conf", "/etc/xdg/pip/pip.conf", ".pip/pip.conf", ".config/pip/pip.conf"],
)
def test_each_of_pip_s_own_files_counts(home: Home, file: str) -> None:
    home.write(file, "[global]\nindex-url = https://pip.corp.example:8443/simple")

    reading = home.read(pip.read)

    assert only(reading).url == "https://pip.corp.example:8443/simple"
    assert reading.replaces_default


def test_the_extra_indexes_stand_beside_the_default(home: Home) -> None:
    home.write(
        ".config/pip/pip.conf",
        """
        [global]
        extra-index-url =
            https://one.example/simple
            https://two.example/simple
        find-links = /opt/wheels https://links.example/files
        """,
    )

    reading = home.read(pip.read)

    assert urls(reading) == {
        "https://one.example/simple": "extra index",
        "https://two.example/simple": "extra index",
        "https://links.example/files": "links",
    }
    assert not reading.replaces_default


def test_a_variable_counts_more_than_a_file_and_install_more_than_global(
    home: Home,
) -> None:
    file = home.write(
        ".config/pip/pip.conf",
        """
        [install]
        index_url = https://install.example/simple
        [global]
        index-url = https://global.example/simple
        """,
    )

    assert only(home.read(pip.read)).host == "install.example"
    home.variables["PIP_INDEX_URL"] = "https://variable.example/simple"
    assert only(home.read(pip.read)).origin == "PIP_INDEX_URL"
    file.unlink()
    home.variables["PIP_CONFIG_FILE"] = "/dev/null"
    assert only(home.read(pip.read)).host == "variable.example"


def test_a_named_file_counts_and_dev_null_switches_all_files_off(home: Home) -> None:
    home.write(".config/pip/pip.conf", "[global]\nindex-url = https://a.example/")
    named = home.write("other.conf", "[global]\nindex-url = https://b.example/")

    home.variables["PIP_CONFIG_FILE"] = str(named)
    assert only(home.read(pip.read)).host == "b.example"
    home.variables["PIP_CONFIG_FILE"] = "/dev/null"
    assert not home.read(pip.read).registries


def test_no_index_leaves_nothing_of_the_default(home: Home) -> None:
    home.variables |= {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "https://a.example/"}

    reading = home.read(pip.read)

    assert reading.replaces_default
    assert not reading.registries


@pytest.mark.parametrize("where", ["file", "variable"])
def test_a_password_is_nowhere_in_what_is_read(home: Home, where: str) -> None:
    url = f"https://me:{SECRET}@pip.corp.example/simple?token={SECRET}"
    if where == "file":
        home.write(".config/pip/pip.conf", f"[global]\nindex-url = {url}")
    else:
        home.variables["PIP_INDEX_URL"] = url

    reading = home.read(pip.read)

    assert SECRET not in str(reading.registries)
    assert only(reading).url == "https://pip.corp.example/simple"
    assert only(reading).credential == only(reading).origin


def test_a_broken_file_is_told_with_its_line_and_others_go_on(home: Home) -> None:
    home.write("/etc/pip.conf", "[global]\nindex-url = https://etc.example/")
    home.write(".config/pip/pip.conf", f"[global]\nkey: value\n{SECRET}")

    reading = home.read(pip.read)

    assert reading.problems == ["~/.config/pip/pip.conf is no INI file at line 3"]
    assert only(reading).host == "etc.example"


def test_a_folder_that_is_no_whole_path_is_not_looked_into(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be one of the repository that a command is given in."""
    home.write("project/pip/pip.conf", "[global]\nindex-url = https://evil.example/")
    monkeypatch.chdir(home.folder / "project")
    home.variables["XDG_CONFIG_DIRS"] = ".:"

    assert not home.read(pip.read).registries
