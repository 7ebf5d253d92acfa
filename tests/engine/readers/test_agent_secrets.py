"""An agent's key is the secret of a policy that goes to its host."""

from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.engine.readers.agent_secrets import GIVE_A_KEY, key_of
from swarm.plan.naming import HomePaths
from swarm.policy.rules import Secret


def test_a_key_is_told_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Secret("anthropic", "env:A_KEY", ("api.anthropic.com",))
    paths, claude = HomePaths(tmp_path), registry.find("claude")
    monkeypatch.setenv("A_KEY", "x")

    assert key_of(paths, claude, [secret]) == ("env:A_KEY", "")
    assert key_of(paths, registry.find("command"), [secret]) == ("", "")
    monkeypatch.delenv("A_KEY")
    assert "A_KEY" in key_of(paths, claude, [secret])[1]
    assert GIVE_A_KEY in key_of(paths, claude, [])[1]
