"""The parent proxy is read as curl reads it; its password goes nowhere else."""

import socket
from dataclasses import asdict
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.user_network import parent_proxy, variables
from swarm.adapters.user_network.parent_proxy import read

A, B, C = "http://a:1", "http://b:2", "http://c:3"


@pytest.mark.parametrize(
    ("environment", "url", "origin"),
    [
        ({"https_proxy": A, "HTTPS_PROXY": B}, A, "https_proxy"),
        ({"https_proxy": "", "HTTPS_PROXY": B}, B, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": A, "ALL_PROXY": B, "HTTP_PROXY": C}, A, "HTTPS_PROXY"),
        ({"all_proxy": A, "ALL_PROXY": B}, A, "all_proxy"),
        ({"ALL_PROXY": A, "http_proxy": B}, A, "ALL_PROXY"),
        ({"http_proxy": A, "HTTP_PROXY": B}, A, "http_proxy"),
        ({"HTTP_PROXY": A}, A, "HTTP_PROXY"),
    ],
)
def test_the_order_is_curls(environment: dict[str, str], url: str, origin: str) -> None:
    """Lower case first, TLS first; a variable that is empty is not set."""
    found = read(environment).proxy

    assert found is not None
    assert (found.url, found.origin) == (url, origin)


@pytest.mark.parametrize(
    ("text", "url", "credentials"),
    [
        ("proxy.corp:3128", "http://proxy.corp:3128", ""),
        ("HTTP://Proxy.Corp:3128/", "http://proxy.corp:3128", ""),
        ("http://proxy.corp", "http://proxy.corp:1080", ""),
        ("https://proxy.corp", "https://proxy.corp:443", ""),
        ("http://me:pw@proxy.corp:1", "http://proxy.corp:1", "me:pw"),
        ("me:pw@proxy.corp:1", "http://proxy.corp:1", "me:pw"),
        ("http://CORP%5Cme:p%40w%3A@p:1", "http://p:1", "CORP\\me:p@w:"),
        ("http://me:a@b@p:1", "http://p:1", "me:a@b"),
        ("http://me@p:1", "http://p:1", "me:"),
        ("http://[::1]:8080", "http://[::1]:8080", ""),
        ("socks5h://p:9", "socks5h://p:9", ""),
        (" http://p:1 ", "http://p:1", ""),
    ],
)
@pytest.mark.parametrize("by_setting", [True, False])
def test_a_url_is_taken_apart(
    text: str, url: str, credentials: str, by_setting: bool
) -> None:
    """The same way from a variable and from the setting."""
    found = read({}, text) if by_setting else read({"HTTPS_PROXY": text})

    assert found.proxy is not None
    assert found.proxy.url == url
    assert found.credentials == credentials
    assert found.proxy.has_password is bool(credentials)


@pytest.mark.parametrize(
    "text",
    [
        "http://",
        "http://a b:1",
        "http://p:0",
        "http://p:99999",
        "http://p:port",
        "http://me:p/w@p:1",
        "http://me:p#w@p:1",
        "http://me:%0Ax@p:1",
        "http://p:1/path",
        "http://[::1:1",
        "a\nb",
        "//",
    ],
)
def test_what_makes_no_sense_is_a_proxy_that_leads_nowhere(text: str) -> None:
    """Going direct is not what the user meant; the words hold no part of it."""
    found = read({"HTTPS_PROXY": text})

    assert found.proxy is not None
    assert found.proxy.url == ""
    assert found.problems == (
        "proxy: HTTPS_PROXY is no URL of a proxy: nothing gets out",
    )


def test_none_is_none() -> None:
    """Neither of the environment nor of the setting."""
    assert read({}).proxy is None
    assert read({"HTTPS_PROXY": A}, "none").proxy is None
    assert read({"NO_PROXY": "*"}).proxy is None


def test_the_setting_counts_before_the_environment() -> None:
    """What is reached without it still stands in NO_PROXY."""
    found = read({"HTTPS_PROXY": A, "no_proxy": "x, y", "NO_PROXY": "z"}, B).proxy

    assert found is not None
    assert found.url == B
    assert found.origin == "[gate] upstream"
    assert found.no_proxy == ("x", "y")


def test_two_proxies_are_told() -> None:
    """One counts for all; an equal one is no difference."""
    assert read({"HTTPS_PROXY": A, "http_proxy": A}).problems == ()
    assert read({"HTTPS_PROXY": A, "http_proxy": "http://me:pw@a:1/"}).problems == ()
    assert read({"HTTPS_PROXY": A, "http_proxy": B}).problems == (
        "proxy: http_proxy names another one than HTTPS_PROXY, which counts for all",
    )


def test_the_keeper_gets_every_variable_that_is_read() -> None:
    """From the shell of its user: a proxy that only the dashboard knew is no use."""
    names = (*parent_proxy.VARIABLES, *parent_proxy.NO_PROXY)

    assert set(variables.named(names)) == set(names)


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_password_is_in_the_credentials_alone(user: str, password: str) -> None:
    """Whatever it is made of; one that no header may hold leads nowhere."""
    url = f"http://{quote(user, '')}:{quote(password + '!secret!', '')}@p:1"
    found = read({"HTTPS_PROXY": url})

    assert found.proxy is not None
    assert "!secret!" not in repr(found)
    assert "%21secret" not in repr(found)
    assert "!secret!" not in str(asdict(found.proxy))
    if found.proxy.url:
        assert found.credentials == f"{user}:{password}!secret!"


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read(url: str, excepted: str) -> None:
    """Nothing is raised, and nothing with a control character comes out."""
    found = read({"HTTPS_PROXY": url, "NO_PROXY": excepted})

    if found.proxy:
        shown = (found.proxy.url, *found.proxy.no_proxy, *found.problems)
        assert all(text.isprintable() for text in shown)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("x.localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("host.docker.internal", True),
        (socket.gethostname().lower(), True),
        ("10.0.0.1", False),
        ("proxy.corp", False),
    ],
)
def test_this_machine_by_its_names(host: str, expected: bool) -> None:
    """In the gate's container these would be the gate itself."""
    assert parent_proxy.is_this_machine(host) is expected


@pytest.mark.parametrize(
    "text",
    [
        "Unsupported proxy configured: http://me:hush%404711@p.corp:1",
        "cannot log in as me:hush@4711",
        "Proxy-Authorization: Basic bWU6aHVzaEA0NzEx",
        "the password hush%404711 was refused",
        "hush@4711",
    ],
)
def test_a_program_s_words_lose_the_password(text: str) -> None:
    url = "http://me:hush%404711@p.corp:1"

    masked = parent_proxy.masked(text, {"http_proxy": url, "no_proxy": "a.corp"})

    assert "…" in masked
    assert not [word for word in ("hush", "4711", "bWU6") if word in masked]


def test_words_without_a_password_stay() -> None:
    """A short password is no word to look for by itself."""
    proxies = {"http_proxy": "http://a:b@p.corp:1", "https_proxy": "http://q.corp:1"}

    masked = parent_proxy.masked("a bad proxy: http://a:b@p.corp:1", proxies)

    assert masked == "a bad proxy: http://…@p.corp:1"
