"""Package registries are read from the tools' own configuration, mirrors included."""

import zipfile
from pathlib import Path

import pytest

from swarm.adapters import package_registries


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and tools of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / ".cargo"))
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


def tool(machine: Path, name: str, says: str, code: int = 0) -> None:
    file = machine / "bin" / name
    file.write_text(f"#!/bin/sh\ncat <<'X'\n{says}\nX\nexit {code}\n")
    file.chmod(0o755)


def with_maven_settings(machine: Path, text: str) -> None:
    (machine / ".m2").mkdir()
    (machine / ".m2" / "settings.xml").write_text(text)


def with_built_in_maven(machine: Path) -> None:
    tool(machine, "mvn", "")
    (machine / "lib").mkdir()
    with zipfile.ZipFile(machine / "lib" / "maven-model-builder-9.jar", "w") as jar:
        jar.writestr(
            "org/apache/maven/model/pom-4.0.0.xml",
            "<repository><url>https://built-in.example/maven</url></repository>",
        )


def test_a_mirror_in_pip_s_own_settings_is_found(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its port, and the extra index beside it."""
    settings = machine / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://pip.corp.example:8443/simple\n"
        "extra-index-url = https://more.corp.example/simple\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))

    registries = package_registries.registries()["pip"]

    assert registries == ("pip.corp.example:8443", "more.corp.example:443")


def test_npm_and_go_are_asked(machine: Path) -> None:
    tool(machine, "npm", "https://npm.corp.example/")
    tool(machine, "go", "https://go.corp.example|https://second.example,direct")

    registries = package_registries.registries()

    assert registries["npm"] == ("npm.corp.example:443",)
    assert registries["go"] == ("go.corp.example:443", "second.example:443")


def test_cargo_s_file_is_read(machine: Path) -> None:
    (machine / ".cargo").mkdir()
    (machine / ".cargo" / "config.toml").write_text(
        '[source.corp]\nregistry = "sparse+https://crates.corp.example/index/"\n'
    )

    assert package_registries.registries()["cargo"] == ("crates.corp.example:443",)


def test_maven_s_mirror_counts_instead_of_what_is_built_in(machine: Path) -> None:
    """Of the settings, only mirrors; a repository's page is none."""
    with_maven_settings(
        machine,
        "<settings><mirrors><mirror><id>corp</id>\n"
        "<url>https://maven.corp.example/all</url></mirror></mirrors>\n"
        "<profiles><url>https://elsewhere.example</url></profiles></settings>",
    )

    assert package_registries.registries()["maven"] == ("maven.corp.example:443",)


def test_maven_without_settings_is_asked_what_it_has_built_in(machine: Path) -> None:
    """Its own default stands in a file inside of one of its archives."""
    with_built_in_maven(machine)

    assert package_registries.registries()["maven"] == ("built-in.example:443",)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            "<settings><mirrors><!-- <mirror><url>https://commented.example.invalid"
            "</url></mirror> --></mirrors></settings>",
            id="comment",
        ),
        pytest.param(
            "<settings><mirrors><mirror><id>none</id></mirror></mirrors></settings>",
            id="no address",
        ),
    ],
)
def test_maven_s_settings_without_a_mirror_leave_what_is_built_in(
    machine: Path, settings: str
) -> None:
    """Its own template holds an example in a comment."""
    with_built_in_maven(machine)
    with_maven_settings(machine, settings)

    assert package_registries.registries()["maven"] == ("built-in.example:443",)


def test_maven_s_mirror_is_found_below_a_namespace(machine: Path) -> None:
    with_maven_settings(
        machine,
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<settings xmlns="https://schema.example.invalid/1.0"><mirrors><mirror>'
        "<url> https://corp.example.invalid:8443/all </url>"
        "</mirror></mirrors></settings>",
    )

    assert package_registries.registries()["maven"] == ("corp.example.invalid:8443",)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            '<!DOCTYPE s [<!ENTITY a "https://bomb.example.invalid">]>'
            "<settings><mirror><url>&a;</url></mirror></settings>",
            id="entity",
        ),
        pytest.param(
            "<settings><mirror><url>https://large.example.invalid</url></mirror>"
            + " " * (2 << 20)
            + "</settings>",
            id="size",
        ),
        pytest.param("<settings><mirror>", id="broken"),
    ],
)
def test_maven_s_settings_that_cannot_be_trusted_open_nothing(
    machine: Path, settings: str
) -> None:
    """Not even the built-in registry: the human may have meant a mirror."""
    with_built_in_maven(machine)
    with_maven_settings(machine, settings)

    assert "maven" not in package_registries.registries()


def test_apt_s_disabled_and_commented_sources_do_not_count() -> None:
    stanzas = """
# URIs: https://commented.example.invalid
Types: deb
URIs: https://first.example.invalid/debian
# a comment within a stanza
 http://second.example.invalid:8080/debian
Suites: stable
Signed-By: https://key.example.invalid/key

Enabled: no
Types: deb
URIs: https://disabled.example.invalid

types: deb
uris: https://third.example.invalid
enabled: yes
"""
    lines = """
# deb https://commented.example.invalid stable main
deb [arch=amd64 signed-by=/k] https://one.example.invalid/d stable main # see https://x
  deb-src http://two.example.invalid/d stable main
deb file:/srv stable main
rubbish https://rubbish.example.invalid
"""

    assert list(package_registries.apt_sources_urls(stanzas)) == [
        "https://first.example.invalid/debian",
        "http://second.example.invalid:8080/debian",
        "https://third.example.invalid",
    ]
    assert list(package_registries.apt_list_urls(lines)) == [
        "https://one.example.invalid/d",
        "http://two.example.invalid/d",
    ]


def test_gem_is_asked(machine: Path) -> None:
    tool(machine, "gem", "*** CURRENT SOURCES ***\n\nhttps://gems.corp.example/")

    assert package_registries.registries()["gem"] == ("gems.corp.example:443",)


def test_a_tool_that_fails_or_babbles_is_left_out(machine: Path) -> None:
    """Its service is off then, and nothing else breaks."""
    tool(machine, "npm", "npm ERR! no", 1)
    tool(machine, "go", "not a url\nhttps://[broken")
    (machine / ".cargo").mkdir()
    (machine / ".cargo" / "config.toml").write_text("[source")

    registries = package_registries.registries()

    assert not {"npm", "go", "cargo"} & set(registries)
