"""Tokens and passwords are found where tools have them, and read only when needed."""

import base64
from pathlib import Path

import pytest

from swarm.adapters.user_network import credentials
from swarm.adapters.user_network.credentials import BASIC, BEARER, PLAIN, Credential

BASIC_VALUE = base64.b64encode(b"user:correct-horse").decode()
SETTINGS = """<settings><servers>
<server><id>corp</id><username>user</username><password>correct-horse</password></server>
<server><id>sealed</id><username>user</username><password>{abc=}</password></server>
</servers><mirrors>
<mirror><id>corp</id><mirrorOf>*</mirrorOf><url>https://mvn.test/repo</url></mirror>
</mirrors></settings>"""
CARGO = '[registries.corp]\nindex = "sparse+https://cargo.test/index/"\n'


def write(home: Path, name: str, text: str) -> None:
    file = home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("tool", "files", "variables", "expected", "value"),
    [
        (
            "npm",
            {".npmrc": "//npm.test:4873/a/:_authToken=correct-horse\n"},
            {},
            ("npm.test", 4873, "npmrc:npm.test:4873/a", BEARER),
            "correct-horse",
        ),
        (
            "npm",
            {".npmrc": "registry=https://npm.test\n//npm.test/:_authToken=${TOKEN_X}"},
            {"TOKEN_X": "correct-horse"},
            ("npm.test", 443, "npmrc:npm.test", BEARER),
            "correct-horse",
        ),
        (
            "npm",
            {".npmrc": f"//npm.test/:_auth={BASIC_VALUE}\n"},
            {},
            ("npm.test", 443, "npmrc:npm.test", BASIC),
            BASIC_VALUE,
        ),
        (
            "npm",
            {
                ".npmrc": "//npm.test/:username=user\n//npm.test/:_password="
                + base64.b64encode(b"correct-horse").decode()
            },
            {},
            ("npm.test", 443, "npmrc:npm.test", BASIC),
            BASIC_VALUE,
        ),
        (
            "npm",
            {},
            {"npm_config_//npm.test/:_authToken": "correct-horse"},
            ("npm.test", 443, "npmrc:npm.test", BEARER),
            "correct-horse",
        ),
        (
            "pip",
            {
                ".config/pip/pip.conf": "[global]\n"
                "index-url = https://user:correct-horse@pip.test:8443/simple\n"
            },
            {},
            ("pip.test", 8443, "url:pip:pip.test:8443", BASIC),
            BASIC_VALUE,
        ),
        (
            "pip",
            {},
            {"PIP_EXTRA_INDEX_URL": "https://us%65r:correct%2Dhorse@pip.test/simple"},
            ("pip.test", 443, "url:pip:pip.test:443", BASIC),
            BASIC_VALUE,
        ),
        (
            "pip",
            {
                ".netrc": "# a comment\nmachine other.test login x password y\n"
                "machine pip.test\n  login user\n  password correct-horse\n"
            },
            {"PIP_INDEX_URL": "https://pip.test/simple"},
            ("pip.test", 443, "netrc:pip.test", BASIC),
            BASIC_VALUE,
        ),
        (
            "go",
            {"elsewhere": "machine go.test login user password correct-horse"},
            {"GOPROXY": "https://go.test", "NETRC": "elsewhere"},
            ("go.test", 443, "netrc:go.test", BASIC),
            BASIC_VALUE,
        ),
        (
            "cargo",
            {
                ".cargo/config.toml": CARGO,
                ".cargo/credentials.toml": "[registries.corp]\n"
                'token = "correct-horse"\n',
            },
            {},
            ("cargo.test", 443, "cargo:corp", PLAIN),
            "correct-horse",
        ),
        (
            "cargo",
            {".cargo/config.toml": CARGO},
            {"CARGO_REGISTRIES_CORP_TOKEN": "correct-horse"},
            ("cargo.test", 443, "cargo:corp", PLAIN),
            "correct-horse",
        ),
        (
            "uv",
            {},
            {
                "UV_INDEX": "my-corp=https://uv.test/simple",
                "UV_INDEX_MY_CORP_USERNAME": "user",
                "UV_INDEX_MY_CORP_PASSWORD": "correct-horse",
            },
            ("uv.test", 443, "uv:my_corp", BASIC),
            BASIC_VALUE,
        ),
        (
            "poetry",
            {},
            {
                "POETRY_REPOSITORIES_MY_CORP_URL": "https://poetry.test/simple",
                "POETRY_HTTP_BASIC_MY_CORP_USERNAME": "user",
                "POETRY_HTTP_BASIC_MY_CORP_PASSWORD": "correct-horse",
            },
            ("poetry.test", 443, "poetry:my-corp", BASIC),
            BASIC_VALUE,
        ),
        (
            "maven",
            {".m2/settings.xml": SETTINGS},
            {},
            ("mvn.test", 443, "maven:corp", BASIC),
            BASIC_VALUE,
        ),
    ],
)
def test_it_is_found_and_read(
    tmp_path: Path,
    tool: str,
    files: dict[str, str],
    variables: dict[str, str],
    expected: tuple[str, int, str, str],
    value: str,
) -> None:
    """What is found holds the place alone; the value is read by that place."""
    for name, text in files.items():
        write(tmp_path, name, text)

    (found,) = credentials.find(tool, variables, tmp_path).credentials

    assert (found.host, found.port, found.source, found.template) == expected
    assert "correct-horse" not in repr(found)
    assert BASIC_VALUE not in repr(found)
    assert credentials.value(found.source, variables, tmp_path) == value


def test_a_renewed_token_counts_at_once(tmp_path: Path) -> None:
    write(tmp_path, ".npmrc", "//npm.test/:_authToken=before-it\n")
    before = credentials.value("npmrc:npm.test", {}, tmp_path)
    write(tmp_path, ".npmrc", "//npm.test/:_authToken=after-wards\n")

    assert before == "before-it"
    assert credentials.value("npmrc:npm.test", {}, tmp_path) == "after-wards"


def test_what_stands_at_a_registry_without_tls_is_told(tmp_path: Path) -> None:
    """The gate proves a host by its certificate before it hands a secret to it."""
    variables = {"PIP_INDEX_URL": "http://user:correct-horse@pip.test/simple"}

    found = credentials.find("pip", variables, tmp_path)

    assert found.credentials == ()
    (problem,) = found.problems
    assert "http://pip.test/simple is without TLS" in problem
    assert "correct-horse" not in problem


@pytest.mark.parametrize(
    "source",
    [
        "npmrc:none.test",
        "url:pip:none.test:443",
        "url:nothing:none.test:443",
        "url:",
        "netrc:none.test",
        "cargo:none",
        "maven:none",
        "maven:sealed",
        "other:x",
    ],
)
def test_nothing_is_there(tmp_path: Path, source: str) -> None:
    write(tmp_path, ".m2/settings.xml", SETTINGS)

    assert credentials.value(source, {}, tmp_path) == ""


def test_a_credential_has_no_field_for_a_value() -> None:
    assert set(Credential.__slots__) == {
        "tool",
        "host",
        "port",
        "source",
        "template",
        "origin",
        "placeholder",
    }


def test_cargo_asks_nothing_without_a_token_so_the_box_gets_a_worthless_one(
    tmp_path: Path,
) -> None:
    write(tmp_path, ".cargo/config.toml", CARGO)
    variables = {"CARGO_REGISTRIES_CORP_TOKEN": "correct-horse"}

    (found,) = credentials.find("cargo", variables, tmp_path).credentials

    assert found.placeholder == "CARGO_REGISTRIES_CORP_TOKEN"


def test_a_place_that_is_not_read_is_told(tmp_path: Path) -> None:
    variables = {
        "PDM_PYPI_URL": "https://pdm.test/simple",
        "PDM_PYPI_PASSWORD": "correct-horse",
    }

    found = credentials.find("pdm", variables, tmp_path)

    assert found.credentials == ()
    assert "PDM_PYPI_PASSWORD is not read for this" in found.problems[0]


def test_a_password_for_a_source_that_projects_name_needs_its_host(
    tmp_path: Path,
) -> None:
    """poetry's settings hold the password, and a project holds the address."""
    write(
        tmp_path,
        ".config/pypoetry/auth.toml",
        '[http-basic.corp]\nusername = "user"\npassword = "correct-horse"\n',
    )

    alone = credentials.find("poetry", {}, tmp_path)
    (found,) = credentials.find("poetry", {}, tmp_path, ("p.test", 8443)).credentials

    assert alone.credentials == ()
    assert "--host HOST:PORT" in alone.problems[0]
    assert (found.host, found.port, found.source) == ("p.test", 8443, "poetry:corp")
    assert credentials.value(found.source, {}, tmp_path) == BASIC_VALUE


def test_yarn_and_pnpm_read_npms_tokens(tmp_path: Path) -> None:
    write(tmp_path, ".npmrc", "//npm.test/:_authToken=correct-horse\n")

    for tool in ("yarn", "pnpm", "bun"):
        (found,) = credentials.find(tool, {}, tmp_path).credentials
        assert (found.tool, found.source) == (tool, "npmrc:npm.test")


def test_a_key_with_a_password_in_it_is_no_source(tmp_path: Path) -> None:
    """The key would be written into the policy."""
    write(tmp_path, ".npmrc", "//u:p@hunter2@h.example/:_authToken=x\n")

    found = credentials.find("npm", {}, tmp_path)

    assert not found.credentials
    assert "hunter2" not in str(found)
