"""An edited policy is put in force once; a login is renewed by one at a time."""

import threading

import pytest

from swarm.engine.egress import login_refresh, policy_resolver, user_network
from swarm.engine.keeper.renewals import LoginRenewals, PolicyRenewals
from swarm.engine.parts import EngineParts
from tests.engine.keeper.keeper_parts import PATIENCE, Bench


def test_a_settled_edit_is_put_in_force_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the package tools are known to use since a moment ago is no edit."""
    stamps = iter("aaabbbb")
    renewed: list[str] = []
    monkeypatch.setattr(policy_resolver, "files_stamp", lambda _: next(stamps))
    monkeypatch.setattr(user_network, "current", lambda: None)
    policies = PolicyRenewals(bench.parts, bench.work)
    monkeypatch.setattr(policies, "_renew", lambda: renewed.append("renewed"))
    monkeypatch.setattr(policies._network_stamp, "at", lambda _: "network")

    policies.look()
    policies.begin()
    assert policies._has_defaults.wait(PATIENCE)
    for _ in range(6):
        policies.look()
    bench.finish()

    assert renewed == ["renewed"]


def test_a_login_that_is_being_renewed_is_left_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = list[str](), threading.Event()

    def renew(_parts: EngineParts, agent: str) -> None:
        begun.append(agent)
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(login_refresh, "due", lambda _: ["claude", "codex"])
    monkeypatch.setattr(login_refresh, "renew_quietly", renew)
    logins = LoginRenewals(bench.parts, bench.work, bench.inbox)

    logins.look()
    logins.look()
    go_on.set()
    bench.finish()

    assert sorted(begun) == ["claude", "codex"]
