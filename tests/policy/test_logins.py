"""Tests of what gate and keeper both know of a login."""

from swarm.policy import logins, policy_parser
from swarm.policy.rules import Secret


def test_a_login_s_secret_is_told_from_others() -> None:
    """By its source, which no file can name."""
    name = logins.secret_name("claude")

    assert logins.is_login(Secret(name, "login:claude", ("h.example",)))
    assert not logins.is_login(Secret(name, "env:X", ("h.example",)))
    assert logins.agent_of(name) == "claude"
    assert not logins.SOURCE.startswith(policy_parser.SOURCES)


def test_a_digest_tells_tokens_apart_and_no_token() -> None:
    """It is short, and the same on both sides."""
    assert logins.digest("at-1") == logins.digest("at-1") != logins.digest("at-2")
    assert len(logins.digest("at-1")) == 16
