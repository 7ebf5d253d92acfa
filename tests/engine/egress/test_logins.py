"""Tests of what a stored login adds to a task."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import login_store, registry
from swarm.agents.login_store import Attempt
from swarm.agents.login_tokens import Tokens
from swarm.engine.egress import logins
from swarm.errors import PlanError
from swarm.policy.decide import Attempt as Asked
from swarm.policy.decide import PolicyEvaluator
from swarm.policy.hosts import Host
from swarm.policy.request_target import parse
from swarm.policy.rules import Inject, Policy, Rule

NOW = 1_800_000_000.0
TOKENS = Tokens("at-of-a-person-0001", "rt-of-a-person-0001", NOW + 60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One with a login of each kind."""
    for agent in ("claude", "codex", "gemini"):
        login_store.write(tmp_path, agent, login_store.new(agent, TOKENS, NOW))
    return tmp_path


def policy(home: Path, agent: str, *others: Rule) -> Policy:
    """The agent's own layer, after other rules."""
    added = logins.rules_for(home, agent)
    return Policy(rules=(*others, *added.rules), secrets=added.secrets)


def chosen(rules: Policy, method: str, host: str, path: str) -> Rule | None:
    """The rule that decides on a request."""
    asked = Asked(Host(host), 443, method, parse(path))
    return PolicyEvaluator(rules).decide(asked, NOW).rule


def test_the_token_goes_to_the_api_and_the_gate_answers_for_the_endpoint(
    home: Path,
) -> None:
    """Before a service's rule for the same host, which puts nothing in."""
    service = Rule("allow", "api.anthropic.com", model="anthropic", layer="service")
    rules = policy(home, "claude", service)

    api = chosen(rules, "POST", "api.anthropic.com", "/v1/messages")
    token = chosen(rules, "POST", "platform.claude.com", "/v1/oauth/token")
    other = chosen(rules, "GET", "platform.claude.com", "/settings")

    assert api
    assert api.inject == Inject("Authorization", "Bearer {}", "login.claude")
    assert api.model == "anthropic"
    assert token
    assert token.answer == "claude token"
    assert other is None or not other.inject


def test_a_key_of_the_user_s_policy_goes_first(home: Path) -> None:
    """And the box then gets no login file, by which it would use the login."""
    key = Rule("allow", "api.anthropic.com", inject=Inject("X-Api-Key", "{}", "key"))
    rule = chosen(policy(home, "claude", key), "POST", "api.anthropic.com", "/v1")
    agent = registry.find("claude")

    assert rule == key
    assert logins.logged_in(home, agent, {"ANTHROPIC_API_KEY": "x"}, NOW) == agent


@pytest.mark.parametrize("name", ["claude", "codex", "gemini"])
def test_a_box_begins_with_placeholders(name: str, home: Path) -> None:
    """In the agent's own file, and with the settings that use it."""
    before = registry.find(name)
    agent = logins.logged_in(home, before, {}, NOW)
    login = login_store.read(home, name)
    assert login

    text = agent.seed[-1].text
    assert agent.seed[-1].path == before.login.done
    assert login.mark in text
    assert TOKENS.access not in str(agent)
    assert TOKENS.refresh not in str(agent)
    if name == "codex":
        assert 'model_provider = "gate"' not in str(agent.seed)
    if name == "gemini":
        assert "oauth-personal" in str(agent.seed)


def test_the_gate_holds_the_access_token_alone(home: Path) -> None:
    """The refresh token is in nothing that it is given."""
    login = login_store.read(home, "claude")
    assert login
    newer = login.renew(replace(TOKENS, access="at-of-a-person-0002"), NOW)
    login_store.write(home, "claude", newer)

    held = logins.held(home, policy(home, "claude"), NOW)

    assert held.values == {"login.claude": "at-of-a-person-0002"}
    assert held.former == {"login.claude": (TOKENS.access,)}
    assert held.placeholders == {"login.claude": login.mark}
    assert held.answers["claude token"]["status"] == 200
    assert TOKENS.refresh not in str(held.answers) + str(held.values) + repr(held)


def test_a_revoked_login_is_an_answer_and_a_refusal(home: Path) -> None:
    """The agent hears "invalid grant" with the command; a new task is refused."""
    login = login_store.read(home, "gemini")
    assert login
    login_store.write(home, "gemini", replace(login, revoked="it is gone"))

    held = logins.held(home, policy(home, "gemini"), NOW)

    assert {answer["status"] for answer in held.answers.values()} == {400}
    assert "swarm login gemini" in str(held.answers)
    assert "is logged out" in logins.problem(home, "gemini", NOW)
    with pytest.raises(PlanError, match="is logged out"):
        logins.logged_in(home, registry.find("gemini"), {}, NOW)


def test_an_expired_login_is_told(home: Path) -> None:
    """If a refresh has failed; one that is only due is no problem."""
    assert logins.problem(home, "claude", NOW + 120) == ""
    login_store.write_attempt(home, "claude", Attempt(trouble="it answered 503"))

    assert "was not renewed: it answered 503" in logins.problem(
        home, "claude", NOW + 120
    )
    assert logins.problem(home, "claude", NOW) == ""
    assert logins.problem(home, "kimi", NOW) == ""


def test_no_login_adds_nothing(tmp_path: Path) -> None:
    """Neither a rule nor a secret; the agent is as it was."""
    agent = registry.find("claude")

    assert logins.rules_for(tmp_path, "claude") == logins.LoginRules()
    assert logins.logged_in(tmp_path, agent, {}, NOW) is agent


def test_a_login_that_boxes_share_puts_nothing_into_requests(tmp_path: Path) -> None:
    """The gate lets the box's own tokens pass to its service, and answers nothing."""
    login_store.write(tmp_path, "kimi", login_store.new("kimi", TOKENS, NOW))
    added = logins.rules_for(tmp_path, "kimi")
    rules = Policy(rules=added.rules, secrets=added.secrets)
    agent = logins.logged_in(tmp_path, registry.find("kimi"), {}, NOW)

    token = chosen(rules, "POST", "auth.kimi.com", "/api/oauth/token")
    api = chosen(rules, "POST", "api.kimi.com", "/coding/v1/chat/completions")

    assert token
    assert api
    assert not token.answer
    assert not api.inject
    assert (token.methods, token.paths) == (("POST",), ("/api/oauth/token",))
    assert added.secrets == ()
    assert logins.held(tmp_path, rules, NOW) == logins.HeldLogins()
    assert TOKENS.access not in str(agent)
    assert "oauth/kimi-code" in str(agent.seed)
