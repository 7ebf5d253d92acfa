"""The engine's one reading of the user's network follows the user's files."""

from pathlib import Path

import pytest

from swarm.config.schema import Gate
from swarm.engine.egress import user_network
from swarm.errors import SwarmError
from swarm.model.user_network import ParentProxy


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_an_edit_of_the_user_s_files_counts_in_a_process_that_runs(home: Path) -> None:
    """The keeper runs for weeks."""
    (home / ".npmrc").write_text("registry=https://first.example/")
    first = user_network.known().endpoints()["npm"]
    (home / ".npmrc").write_text("registry=https://second.example/")

    assert first == ("first.example:443",)
    assert user_network.known().endpoints()["npm"] == ("second.example:443",)


def test_a_user_without_a_home_is_no_error(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")

    assert "npm" not in user_network.known().endpoints()


def _gate(**facts: str) -> Gate:
    return Gate(
        preset="balanced",
        ready=0,
        hosts={},
        upstream=facts.get("upstream", "auto"),
        upstream_password=facts.get("upstream_password", ""),
    )


def test_the_reading_holds_the_parent_proxy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the variables say, or as the setting does; never the password."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@p.corp:3128")

    found = user_network.known()
    assert found.proxy == ParentProxy(
        "http://p.corp:3128", has_password=True, origin="HTTPS_PROXY"
    )
    assert "hush" not in repr(found)
    assert user_network.known("none").proxy is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_proxy_on_this_machine_is_dialled_by_the_gates_name_for_it(
    home: Path, host: str
) -> None:
    """In the gate's container its own address would be the gate itself."""
    proxy = user_network.upstream_proxy(_gate(upstream=f"http://{host}:3128"))

    assert proxy is not None
    assert (proxy.host, proxy.port) == ("host.docker.internal", 3128)
    assert proxy.name == f"http://{host}:3128"


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
    proxy = user_network.upstream_proxy(_gate(upstream=url, upstream_password=source))

    assert proxy is not None
    assert proxy.credentials == credentials


def test_a_password_that_cannot_be_read_is_an_error(home: Path) -> None:
    """The gate is not told of a proxy that would refuse it."""
    gate = _gate(upstream="http://p:1", upstream_password="env:NOT_SET")
    with pytest.raises(SwarmError, match=r"gate\.upstream_password") as raised:
        user_network.upstream_proxy(gate)

    assert "upstream_password under [gate]" in raised.value.hint


def test_a_proxy_that_makes_no_sense_is_one_that_leads_nowhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate answers with words; it does not go direct."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:a/b@p:1")
    proxy = user_network.upstream_proxy(_gate())

    assert proxy is not None
    assert (proxy.scheme, proxy.host) == ("", "")
    assert "HTTPS_PROXY" in proxy.origin
