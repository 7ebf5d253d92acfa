"""go's variables, and the file that `go env -w` writes."""

import pytest

from swarm.adapters.user_network import golang
from tests.adapters.user_network.conftest import Home, only, urls


def test_go_s_own_file_is_read_without_go(home: Home) -> None:
    home.write(
        ".config/go/env",
        "GOPROXY=https://go.corp.example|https://second.example,direct\nGOSUMDB=off",
    )

    reading = home.read(golang.read)

    assert urls(reading) == {
        "https://go.corp.example": "",
        "https://second.example": "",
    }
    assert reading.replaces_default


def test_a_variable_counts_more_than_the_file(home: Home) -> None:
    home.write(".config/go/env", "GOPROXY=https://file.example")
    home.variables["GOPROXY"] = "https://variable.example,off"

    assert only(home.read(golang.read)).origin == "GOPROXY"


@pytest.mark.parametrize("value", ["off", "direct"])
def test_no_proxy_at_all_leaves_nothing_of_the_default(home: Home, value: str) -> None:
    home.variables["GOPROXY"] = value

    reading = home.read(golang.read)

    assert reading.replaces_default
    assert not reading.registries


@pytest.mark.parametrize("where", ["off", "elsewhere"])
def test_the_file_may_lie_elsewhere_or_be_off(home: Home, where: str) -> None:
    home.write(".config/go/env", "GOPROXY=https://usual.example")
    file = home.write("elsewhere", "GOPROXY=https://elsewhere.example")
    home.variables["GOENV"] = "off" if where == "off" else str(file)

    hosts = [registry.host for registry in home.read(golang.read).registries]

    assert hosts == ([] if where == "off" else ["elsewhere.example"])


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("sum.example", "https://sum.example"),
        ("sum.example+abcdef+AAAA", "https://sum.example"),
        (
            "sum.example+abcdef+AAAA https://mirror.example/sum",
            "https://mirror.example/sum",
        ),
    ],
)
def test_the_database_of_checksums_counts(home: Home, value: str, url: str) -> None:
    home.variables["GOSUMDB"] = value

    assert urls(home.read(golang.read)) == {url: "checksums"}


def test_how_modules_are_checked_comes_along_without_a_password(home: Home) -> None:
    """Without it the first build in the box asks a checksum database that is denied."""
    home.write(".config/go/env", "GOSUMDB=off\nGOPRIVATE=file.example\n")
    home.variables["GOPROXY"] = (
        "https://u:hidden@go.example|http://h@b.example/x,direct"
    )
    home.variables["GOPRIVATE"] = "variable.example/*"
    home.variables["GONOSUMDB"] = "https://odd@example@b,u:p@c"

    assert home.read(golang.read).settings == {
        "GOPROXY": "https://go.example|http://b.example/x,direct",
        "GOSUMDB": "off",
        "GOPRIVATE": "variable.example/*",
    }
