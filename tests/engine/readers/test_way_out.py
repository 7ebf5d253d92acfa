"""The way out is what settings, variables and files say now."""

from pathlib import Path

import pytest

from swarm.engine.readers import way_out
from swarm.errors import ConfigError
from swarm.gate.certificates import authority


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without tools, whose settings a test writes."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "config.toml"


def test_the_environment_s_proxy_is_used(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its password, which a probe has to send."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pw@p.corp:1")
    found = way_out.here()

    assert found.proxy is not None
    assert found.proxy.credentials == "me:pw"
    assert found.network.proxy is not None
    assert found.unused is None


def test_a_proxy_that_is_passed_by_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings say `none`."""
    monkeypatch.setenv("HTTPS_PROXY", "http://p.corp:1")
    config.write_text('[gate]\nupstream = "none"\nhosts = { "git.lan" = "10.0.0.7" }\n')
    found = way_out.here()

    assert found.proxy is None
    assert found.unused is not None
    assert found.unused.url == "http://p.corp:1"
    assert found.hosts == {"git.lan": "10.0.0.7"}


def test_what_the_policy_trusts_is_trusted(config: Path, tmp_path: Path) -> None:
    """A mirror's own authority."""
    text = authority(tmp_path)
    (tmp_path / "policy.toml").write_text(
        f'version = 1\n[tls]\nupstream_ca = ["{tmp_path}/ca.pem"]\n'
    )

    assert way_out.here().roots == (text,)


def test_settings_with_a_mistake_are_an_error(config: Path) -> None:
    """The doctor tells it."""
    config.write_text('[gate]\nupstream = "p.corp"\n')
    with pytest.raises(ConfigError, match=r"gate\.upstream"):
        way_out.here()
