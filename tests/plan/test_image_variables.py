"""Our variables stand, and the image's that they would undo are in them."""

import pytest

from swarm.plan import image_variables
from swarm.plan.sandbox_environment import PROXY

GIT = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
OURS = {"HOME": "/home/agent", "JAVA_TOOL_OPTIONS": "-Dours", **GIT}


def test_an_image_without_variables_changes_nothing() -> None:
    assert image_variables.merged({"PATH": "/bin", "HOME": "/root"}, OURS) == OURS


def test_options_of_java_are_added() -> None:
    merged = image_variables.merged({"JAVA_TOOL_OPTIONS": "-Xmx9m"}, OURS)

    assert merged["JAVA_TOOL_OPTIONS"] == "-Xmx9m -Dours"


def test_another_proxy_of_the_image_is_ours() -> None:
    merged = image_variables.merged({"all_proxy": "socks5://corp.invalid"}, OURS)

    assert merged == {**OURS, "all_proxy": PROXY}


def test_settings_of_git_are_numbered_after_the_image_s() -> None:
    image_s = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "a.b",
        "GIT_CONFIG_VALUE_0": "c",
    }

    merged = image_variables.merged(image_s, OURS)

    assert merged["GIT_CONFIG_COUNT"] == "2"
    assert (merged["GIT_CONFIG_KEY_0"], merged["GIT_CONFIG_VALUE_0"]) == ("a.b", "c")
    assert (merged["GIT_CONFIG_KEY_1"], merged["GIT_CONFIG_VALUE_1"]) == (
        "safe.directory",
        "*",
    )


@pytest.mark.parametrize(
    "name",
    [
        "npm_config_proxy",
        "npm_config_https_proxy",
        "NPM_CONFIG_HTTPS_PROXY",
        "CARGO_HTTP_PROXY",
        "PIP_PROXY",
        "GLOBAL_AGENT_HTTPS_PROXY",
        "grpc_proxy",
        "Https_Proxy",
    ],
)
def test_one_tool_s_proxy_of_the_image_is_ours(name: str) -> None:
    merged = image_variables.merged({name: "http://corp.invalid:8080"}, OURS)

    assert merged == {**OURS, name: PROXY}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USE_PROXY", "1"),
        ("npm_config_noproxy", "a://b"),
        ("CURL_NO_PROXY", "http://a"),
        ("GOPROXY", "https://mirror.invalid"),
        ("_PROXY_DOCS", "http://a"),
        ("NPM_CONFIG_LOGLEVEL", "silent"),
    ],
)
def test_what_leads_to_no_proxy_stays_the_image_s(name: str, value: str) -> None:
    assert image_variables.merged({name: value}, OURS) == OURS


def test_a_setting_of_npm_s_in_another_case_does_not_undo_ours() -> None:
    ours = {**OURS, "npm_config_cafile": "/etc/swarm/bundle.pem"}

    merged = image_variables.merged({"NPM_CONFIG_CAFILE": "/corp.pem"}, ours)

    assert merged == {**ours, "NPM_CONFIG_CAFILE": "/etc/swarm/bundle.pem"}


def test_settings_without_a_name_are_left_out() -> None:
    """git would refuse every command for them."""
    assert image_variables.merged({"GIT_CONFIG_COUNT": "2"}, OURS) == OURS


@pytest.mark.parametrize(
    "count", ["", "x", "-1", "0", "99999999", "9" * 5000, "²", "1 "]
)
def test_a_count_that_is_none_is_left_out(count: str) -> None:
    assert image_variables.merged({"GIT_CONFIG_COUNT": count}, OURS) == OURS
