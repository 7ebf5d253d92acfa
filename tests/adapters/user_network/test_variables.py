"""Every variable by which a tool is sent to another registry reaches the keeper."""

from pathlib import Path

import pytest

from swarm.adapters.user_network.variables import named, referred


@pytest.mark.parametrize(
    "name",
    [
        "HTTPS_PROXY",
        "https_proxy",
        "NO_PROXY",
        "ALL_PROXY",
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "PIP_CONFIG_FILE",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_CORP_PASSWORD",
        "POETRY_HTTP_BASIC_CORP_PASSWORD",
        "PDM_PYPI_URL",
        "npm_config_registry",
        "NPM_CONFIG_USERCONFIG",
        "npm_config_@corp:registry",
        "YARN_NPM_REGISTRY_SERVER",
        "BUN_CONFIG_REGISTRY",
        "CARGO_HOME",
        "CARGO_REGISTRIES_CORP_INDEX",
        "CARGO_REGISTRY_TOKEN",
        "GOPROXY",
        "GOFLAGS",
        "GONOSUMDB",
        "MAVEN_OPTS",
        "GRADLE_USER_HOME",
        "BUNDLE_MIRROR__ALL",
        "GEM_HOST_API_KEY",
        "COMPOSER_HOME",
        "NUGET_PACKAGES",
        "CONDARC",
        "CONDA_CHANNELS",
        "CURL_CA_BUNDLE",
        "SSL_CERT_FILE",
    ],
)
def test_it_is_handed_over(name: str) -> None:
    assert named([name]) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "CONDA_PREFIX",
        "CONDA_DEFAULT_ENV",
        "CONDA_SHLVL",
        "CARGO_MANIFEST_DIR",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "PWD",
        "PIPELINE",
        "GOODS",
    ],
)
def test_it_stays_where_it_is(name: str) -> None:
    """Other secrets, and what changes with each directory or activation."""
    assert named([name]) == ()


def test_what_a_file_of_the_users_names_is_handed_over(tmp_path: Path) -> None:
    """A token in an `.npmrc` is mostly such a name; no other file counts."""
    (tmp_path / ".npmrc").write_text(
        "//npm.test/:_authToken=${CORP_TOKEN}\n//b.test/:_authToken=${OTHER-}\n$NOT ${}"
    )
    (tmp_path / ".m2").mkdir()
    (tmp_path / ".m2" / "settings.xml").write_text("<a>${env.MVN_PW} ${user.home}</a>")
    (tmp_path / ".bashrc").write_text("echo ${SHELL_ONLY}")
    (tmp_path / ".yarnrc.yml").mkdir()
    (tmp_path / ".bunfig.toml").write_text('token = "$BUN_PW"; url = "${BUN_URL}"')

    found = {*referred(tmp_path)}

    assert {"CORP_TOKEN", "OTHER", "MVN_PW", "BUN_PW", "BUN_URL"} <= found
    assert not found & {"NOT", "SHELL_ONLY"}
