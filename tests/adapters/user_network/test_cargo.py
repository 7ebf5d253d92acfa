"""cargo's user-level configuration."""

import pytest

from swarm.adapters.user_network import cargo
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "cargo-hunter2"


def test_a_replaced_source_stands_in_place_of_the_default(home: Home) -> None:
    home.write(
        ".cargo/config.toml",
        """
        [source.crates-io]
        replace-with = "corp"
        [source.corp]
        registry = "sparse+https://crates.corp.example/index/"
        """,
    )

    reading = home.read(cargo.read)

    assert urls(reading) == {"https://crates.corp.example/index/": "corp"}
    assert reading.replaces_default


def test_further_registries_leave_the_default_in_force(home: Home) -> None:
    home.write(
        ".cargo/config.toml",
        '[registries.corp]\nindex = "sparse+https://crates.corp.example/index/"',
    )
    home.variables["CARGO_REGISTRIES_MY_OWN_INDEX"] = "sparse+https://own.example/"

    reading = home.read(cargo.read)

    assert urls(reading) == {
        "https://crates.corp.example/index/": "corp",
        "https://own.example/": "my-own",
    }
    assert not reading.replaces_default


@pytest.mark.parametrize("name", ["credentials.toml", "credentials"])
def test_a_token_s_place_is_told(home: Home, name: str) -> None:
    home.write(".cargo/config.toml", '[registries.corp]\nindex = "https://c.example/"')
    home.write(f".cargo/{name}", f'[registries.corp]\ntoken = "{SECRET}"')

    registry = only(home.read(cargo.read))

    assert registry.credential == f"~/.cargo/{name}: registries.corp.token"
    assert SECRET not in str(registry)


def test_the_home_of_cargo_may_lie_elsewhere_and_the_older_name_counts(
    home: Home,
) -> None:
    home.variables["CARGO_HOME"] = str(home.folder / "rust")
    home.write("rust/config", '[source.a]\nregistry = "https://older.example/"')
    home.write("rust/config.toml", '[source.a]\nregistry = "https://newer.example/"')

    assert only(home.read(cargo.read)).host == "older.example"


def test_where_an_index_lets_download_from_is_read_of_cargo_s_copy(home: Home) -> None:
    file = home.write(
        ".cargo/registry/index/index.example-1949cf8c6b5b557f/config.json",
        '{"dl": "https://static.example/crates/{crate}", "api": "https://api.example"}',
    )

    reading = home.read(cargo.read)

    assert not reading.registries
    assert reading.downloads == {
        "index.example": (
            "https://static.example/crates/",
            f"~/{file.relative_to(home.folder)}: dl",
        )
    }


def test_a_mirror_s_place_of_downloads_is_the_user_s_and_the_default_s_is_replaced(
    home: Home,
) -> None:
    """What cargo fetched from the default before the mirror was set counts no more."""
    home.write(
        ".cargo/config.toml",
        '[source.crates-io]\nreplace-with = "m"\n'
        '[source.m]\nregistry = "sparse+http://10.0.0.7:8080/index/"',
    )
    for folder, host in (
        ("10.0.0.7-0a", "10.0.0.8"),
        ("index.example-0b", "old.example"),
    ):
        home.write(
            f".cargo/registry/index/{folder}/config.json",
            f'{{"dl": "http://{host}:8080/dl"}}',
        )

    reading = home.read(cargo.read)

    assert [(r.host, r.is_default) for r in reading.registries] == [
        ("10.0.0.7", False), ("10.0.0.8", False),
    ]  # fmt: skip


def test_sources_on_this_disk_and_of_git_are_no_registries(home: Home) -> None:
    home.write(
        ".cargo/config.toml",
        """
        [source.vendored]
        directory = "vendor"
        [source.git]
        registry = "ssh://git@forge.example/index.git"
        """,
    )

    reading = home.read(cargo.read)

    assert not reading.registries
    assert not reading.problems


@pytest.mark.parametrize("text", ["[source", "source = 3", 'source.a = "x"'])
def test_a_broken_file_opens_nothing_and_raises_nothing(home: Home, text: str) -> None:
    home.write(".cargo/config.toml", text)

    assert not home.read(cargo.read).registries


def test_included_files_are_told(home: Home) -> None:
    home.write(".cargo/config.toml", 'include = "more.toml"')

    assert home.read(cargo.read).problems == [
        "~/.cargo/config.toml includes other files, which are not read"
    ]
