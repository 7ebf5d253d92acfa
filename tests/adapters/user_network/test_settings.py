"""A reading keeps addresses, places and problems, and no secret."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.user_network.settings import MOST_REGISTRIES, Reading, User

USER = User({}, Path("/nonexistent"))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("HTTPS://Mirror.Example:443/a?b=c#d", "https://mirror.example/a"),
        ("http://10.0.0.7:8081/a", "http://10.0.0.7:8081/a"),
        ("https://[::1]:8443/", "https://[::1]:8443/"),
        ("https://user:secret@a.example/", "https://a.example/"),
        ("https://secret@a.example/x", "https://a.example/x"),
        ("https://a.example/t/secret/channel", "https://a.example/channel"),
    ],
)
def test_a_url_loses_what_is_secret(url: str, kept: str) -> None:
    reading = Reading("tool", USER)

    reading.add(url, "place")

    (registry,) = reading.registries
    assert registry.url == kept
    assert registry.credential == ("place" if "secret" in url else "")


@pytest.mark.parametrize("sign", ["/", "?", "#", "@/", "/@x"])
def test_a_password_that_is_cut_in_two_is_not_shown(sign: str) -> None:
    """Its first half would be the host, and the other half a path."""
    reading = Reading("tool", USER)

    reading.add(f"https://u:123{sign}hush@a.example/simple", "place")

    assert not reading.registries
    assert len(reading.problems) == 1
    assert "hush" not in reading.problems[0]


def test_a_scope_in_a_path_is_no_password() -> None:
    reading = Reading("tool", USER)

    reading.add("https://a.example/npm/@corp/", "place")

    assert reading.registries[0].url == "https://a.example/npm/@corp/"


def test_a_password_in_the_name_of_a_key_is_not_shown() -> None:
    reading = Reading("tool", USER)

    reading.add("https://a.example/", "~/.bundle/config: MIRROR__HTTPS://u:secret@b/")
    reading.add("nonsense", "~/.bundle/config: MIRROR__HTTPS://u:secret@b/")

    assert "secret" not in str((reading.registries, reading.problems))


@pytest.mark.parametrize(
    "url", ["/srv/packages", "./x", "file:///opt/simple", "ssh://git@forge.example/x"]
)
def test_what_no_gate_decides_about_is_left_out_in_silence(url: str) -> None:
    reading = Reading("tool", USER)

    reading.add(url, "place")

    assert not reading.registries
    assert not reading.problems


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", 3, None, ["https://a.example"], "https://", "https://[broken",
     "https://a.example:x/", "https://a b/", "https://a.example:0/", "https://-/"],
)  # fmt: skip
def test_what_is_no_web_address_is_told_without_its_text(url: object) -> None:
    reading = Reading("tool", USER)

    reading.add(url, "~/.file: key")

    assert not reading.registries
    assert reading.problems == ["~/.file: key is no web address"]


def test_a_file_of_a_thousand_registries_is_cut_and_told() -> None:
    reading = Reading("tool", USER)

    for number in range(1000):
        reading.add(f"https://h{number}.example/", "place")

    assert len(reading.registries) == MOST_REGISTRIES
    assert len(reading.problems) == 1


@given(
    st.text(max_size=60), st.sampled_from(["", "https://", "http://u:pw@", "sparse+"])
)
def test_no_text_raises_or_gives_a_registry_without_a_host(
    text: str, prefix: str
) -> None:
    reading = Reading("tool", USER)

    reading.add(prefix + text, "place")

    for registry in reading.registries:
        assert registry.host
        assert 0 < registry.port < 65536
        assert "@" not in registry.url.split("/")[2]
