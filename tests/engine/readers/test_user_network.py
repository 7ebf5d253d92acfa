"""The user's own indexes and proxy are named, without any of their secrets."""

from pathlib import Path

import pytest

from swarm.engine.readers import user_network


def test_private_indexes_and_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hidden@pip.corp.example/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hidden@proxy.corp.example:3128")

    facts = user_network.facts()

    assert ("index", "pip: pip.corp.example:443 (PIP_INDEX_URL)") in facts
    assert ("proxy", "http://proxy.corp.example:3128 (HTTPS_PROXY)") in facts
    assert "hidden" not in str(facts)
