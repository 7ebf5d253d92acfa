"""Maven's settings: mirrors, and the repositories of profiles."""

import pytest

from swarm.adapters.user_network import maven
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "maven-hunter2"


@pytest.mark.parametrize(
    "text",
    [
        "<settings><mirrors><mirror><id>corp</id><url>https://corp.example:8443/all"
        "</url></mirror></mirrors></settings>",
        '<?xml version="1.0"?>\n<settings xmlns="https://s.example/"><mirrors><mirror>'
        "<mirrorOf>*</mirrorOf><url> https://corp.example:8443/all </url>"
        "</mirror></mirrors></settings>",
    ],
)
def test_a_mirror_of_all_counts_instead_of_what_is_built_in(
    home: Home, text: str
) -> None:
    home.write(".m2/settings.xml", text)

    reading = home.read(maven.read)

    assert only(reading).url == "https://corp.example:8443/all"
    assert reading.replaces_default


@pytest.mark.parametrize(
    ("mirror_of", "replaces"),
    [
        ("central", True),
        ("external:*", True),
        ("corp", False),
        ("*,!central", False),
        ("corp, central", True),
    ],
)
def test_a_mirror_of_some_leaves_the_rest_in_force(
    home: Home, mirror_of: str, replaces: bool
) -> None:
    home.write(
        ".m2/settings.xml",
        f"<settings><mirrors><mirror><mirrorOf>{mirror_of}</mirrorOf>"
        "<url>https://corp.example/</url></mirror></mirrors></settings>",
    )

    assert home.read(maven.read).replaces_default is replaces


def test_the_repositories_of_profiles_count_and_their_servers_passwords_do_not(
    home: Home,
) -> None:
    home.variables["PLACE"] = "plugins.example"
    home.write(
        ".m2/settings.xml",
        f"""
        <settings><servers><server><id>corp</id><password>{SECRET}</password></server>
        </servers><profiles><profile>
        <repositories><repository><id>corp</id><url>https://corp.example/r</url>
        </repository></repositories>
        <pluginRepositories><pluginRepository><id>plugins</id>
        <url>https://${{env.PLACE}}/p</url></pluginRepository></pluginRepositories>
        <url>https://page.example</url>
        </profile></profiles></settings>
        """,
    )

    reading = home.read(maven.read)

    assert urls(reading) == {
        "https://corp.example/r": "corp",
        "https://plugins.example/p": "plugins",
    }
    assert reading.registries[0].credential == "~/.m2/settings.xml: server corp"
    assert SECRET not in str(reading.registries)
    assert not reading.replaces_default


@pytest.mark.parametrize(
    "mirror",
    [
        "<!-- <mirror><url>https://commented.example</url></mirror> -->",
        "<mirror><id>none</id></mirror>",
        "<mirror><url>http://0.0.0.0/</url><blocked>true</blocked></mirror>",
    ],
)
def test_a_mirror_that_is_none_is_left_out(home: Home, mirror: str) -> None:
    home.write(".m2/settings.xml", f"<settings><mirrors>{mirror}</mirrors></settings>")

    reading = home.read(maven.read)

    assert not reading.registries
    assert not reading.replaces_default


def test_the_program_s_own_settings_count(home: Home) -> None:
    home.variables["MAVEN_HOME"] = str(home.root / "maven")
    home.write(
        "/maven/conf/settings.xml",
        "<settings><mirrors><mirror><url>https://all.example/</url></mirror></mirrors>"
        "</settings>",
    )

    assert only(home.read(maven.read)).host == "all.example"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '<!DOCTYPE s [<!ENTITY a "b">]><settings/>',
            "has a document type, and is not read",
        ),
        ("<settings><mirror>", "is no XML at line 1"),
        ("<settings/>" + " " * (1 << 20), "is larger than 1 MiB, and is not read"),
    ],
)
def test_settings_that_cannot_be_trusted_are_told(
    home: Home, text: str, problem: str
) -> None:
    home.write(".m2/settings.xml", text.encode())

    reading = home.read(maven.read)

    assert reading.problems == [f"~/.m2/settings.xml {problem}"]
    assert not reading.registries
