"""The agents with a key are found by the user's own policies."""

from pathlib import Path

import pytest

from swarm.engine.readers import agent_keys
from swarm.plan.naming import HomePaths


def test_those_whose_key_the_policy_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("A_KEY", "x")
    paths = HomePaths(tmp_path / "home")
    assert agent_keys.agents_with_credentials(paths, tmp_path) == {}

    (tmp_path / "policy.toml").write_text(
        '[secrets.a]\nsource = "env:A_KEY"\nhosts = ["api.anthropic.com"]\n'
        'placeholder = "ANTHROPIC_API_KEY"\n'
    )

    assert (
        agent_keys.agents_with_credentials(paths, tmp_path)["claude"]
        == "a key at env:A_KEY"
    )
    monkeypatch.delenv("A_KEY")
    assert agent_keys.agents_with_credentials(paths, tmp_path) == {}
