"""gem's sources and bundler's mirrors."""

import pytest

from swarm.adapters.user_network import gem
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "gem-hunter2"


@pytest.mark.parametrize("key", [":sources", "sources"])
@pytest.mark.parametrize("file", [".gemrc", ".config/gem/gemrc", "/etc/gemrc"])
def test_gem_s_sources_stand_in_place_of_the_default(
    home: Home, key: str, file: str
) -> None:
    home.write(
        file,
        f"---\n{key}:\n- https://me:{SECRET}@gems.example/\n- http://more.example/\n",
    )

    reading = home.read(gem.read)

    assert list(urls(reading)) == ["https://gems.example/", "http://more.example/"]
    assert reading.registries[0].credential
    assert reading.replaces_default
    assert SECRET not in str(reading.registries)


def test_a_file_of_the_variable_counts_most(home: Home) -> None:
    home.write(".gemrc", ":sources: [https://usual.example/]")
    file = home.write("more.yml", ":sources:\n  - https://named.example/")
    home.variables["GEMRC"] = f"/nonexistent:{file}"

    assert only(home.read(gem.read)).host == "named.example"


def test_a_gemrc_without_sources_leaves_the_default_in_force(home: Home) -> None:
    home.write(".gemrc", "gem: --no-document")

    reading = home.read(gem.read)

    assert not reading.registries
    assert not reading.replaces_default


@pytest.mark.parametrize(
    ("key", "replaces"),
    [
        ("BUNDLE_MIRROR__ALL", True),
        ("BUNDLE_MIRROR__HTTPS://X__EXAMPLE/", False),
        ("BUNDLE_MIRROR__HTTPS://X.EXAMPLE/", False),
    ],
)
@pytest.mark.parametrize("where", ["file", "variable"])
def test_bundler_s_mirrors_count(
    home: Home, key: str, replaces: bool, where: str
) -> None:
    if where == "file":
        home.write(
            ".bundle/config",
            f'---\n{key}: "https://mirror.example/"\n'
            f'{key}.FALLBACK_TIMEOUT: "true"\nBUNDLE_MIRROR__EXAMPLE: "{SECRET}"\n',
        )
    else:
        home.variables[key] = "https://mirror.example/"

    reading = home.read(gem.read_bundler)

    assert [registry.host for registry in reading.registries] == ["mirror.example"]
    assert reading.replaces_default is replaces
    assert SECRET not in str((reading.registries, reading.problems))


@pytest.mark.parametrize("where", ["file", "variable"])
def test_the_place_of_a_mirror_s_password_is_told(home: Home, where: str) -> None:
    home.write(
        ".bundle/config",
        'BUNDLE_MIRROR__ALL: "https://my-mirror.example/"\n'
        + f'BUNDLE_MY___MIRROR__EXAMPLE: "me:{SECRET}"\n' * (where == "file"),
    )
    if where == "variable":
        home.variables["BUNDLE_MY___MIRROR__EXAMPLE"] = SECRET

    registry = only(home.read(gem.read_bundler))

    assert registry.credential.endswith("BUNDLE_MY___MIRROR__EXAMPLE")
    assert SECRET not in str(registry)
