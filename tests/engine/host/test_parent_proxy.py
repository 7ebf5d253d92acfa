"""The gate and image builds get the parent proxy with its password, from its source."""

from pathlib import Path

import pytest

from swarm.config.schema import Gate
from swarm.engine.host import parent_proxy
from swarm.errors import SwarmError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def _gate(**facts: str) -> Gate:
    return Gate(
        preset="balanced",
        ready=0,
        hosts={},
        upstream=facts.get("upstream", "auto"),
        upstream_password=facts.get("upstream_password", ""),
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_proxy_on_this_machine_is_dialled_by_the_gates_name_for_it(
    home: Path, host: str
) -> None:
    """In the gate's container its own address would be the gate itself."""
    proxy = parent_proxy.endpoint(_gate(upstream=f"http://{host}:3128"))

    assert proxy is not None
    assert (proxy.host, proxy.port) == ("host.docker.internal", 3128)
    assert proxy.name == f"http://{host}:3128"


def test_names_that_the_gate_knows_are_reached_without_it(home: Path) -> None:
    """Their addresses would be of no use otherwise."""
    gate = _gate(upstream="http://p:1").model_copy(
        update={"hosts": {"git.lan": "10.0.0.7"}}
    )
    proxy = parent_proxy.endpoint(gate)

    assert proxy is not None
    assert not proxy.leads_to("git.lan", 443)
    assert not proxy.leads_to("host.docker.internal", 8080)


@pytest.mark.parametrize(
    ("url", "value", "credentials"),
    [
        ("http://me:old@p:1", "", "me:old"),
        ("http://me@p:1", "hush", "me:hush"),
        ("http://me:old@p:1", "hush", "me:hush"),
        ("http://p:1", "me:hush", "me:hush"),
    ],
)
def test_the_password_comes_from_its_source(
    home: Path, url: str, value: str, credentials: str
) -> None:
    """Of the URL's user, or with one of its own."""
    (home / "secret").write_text(value + "\n")
    source = f"file:{home}/secret" if value else ""
    proxy = parent_proxy.endpoint(_gate(upstream=url, upstream_password=source))

    assert proxy is not None
    assert proxy.credentials == credentials


def test_a_password_that_cannot_be_read_is_an_error(home: Path) -> None:
    """The gate is not told of a proxy that would refuse it."""
    gate = _gate(upstream="http://p:1", upstream_password="env:NOT_SET")
    with pytest.raises(SwarmError, match=r"gate\.upstream_password") as raised:
        parent_proxy.endpoint(gate)

    assert "upstream_password under [gate]" in raised.value.hint


def test_a_proxy_that_makes_no_sense_is_one_that_leads_nowhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate answers with words; it does not go direct."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:a/b@p:1")
    proxy = parent_proxy.endpoint(_gate())

    assert proxy is not None
    assert (proxy.scheme, proxy.host) == ("", "")
    assert "HTTPS_PROXY" in proxy.origin


def test_a_build_gets_the_proxy_by_every_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs read one case or the other; the password is written as a URL has it."""
    monkeypatch.setenv("NO_PROXY", "in.corp, 10.0.0.0/8")
    gate = _gate(upstream="http://me:a%2Fb@127.0.0.1:3128")
    arguments = parent_proxy.build_arguments(gate)

    url = "http://me:a%2Fb@host.docker.internal:3128"
    assert arguments == {
        "http_proxy": url,
        "https_proxy": url,
        "no_proxy": "in.corp,10.0.0.0/8",
        "HTTP_PROXY": url,
        "HTTPS_PROXY": url,
        "NO_PROXY": "in.corp,10.0.0.0/8",
    }


def test_a_program_of_this_machine_dials_the_proxy_as_the_user_does(home: Path) -> None:
    """No container is between."""
    variables = parent_proxy.variables(_gate(upstream="http://me:pw@127.0.0.1:3128"))

    assert variables["http_proxy"] == "http://me:pw@127.0.0.1:3128"
    assert parent_proxy.variables(_gate()) == {}


def test_a_build_without_a_proxy_gets_none(home: Path) -> None:
    """The engine's own arguments stay as they are."""
    assert parent_proxy.build_arguments(_gate()) == {}


def test_a_build_does_not_go_direct_past_a_proxy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL that makes no sense ends it, in words without the URL."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hu/sh@p:1")
    with pytest.raises(SwarmError) as raised:
        parent_proxy.build_arguments(_gate())

    assert "hu/sh" not in str(raised.value)
