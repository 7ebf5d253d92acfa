"""Tests of the data of tokens."""

import pytest

from swarm.agents import registry, token_kind
from swarm.agents.token_kind import TokenKind
from swarm.errors import ConfigError

GOOD = """
rotates = true
[endpoint]
url = "https://auth.example/token"
[endpoint.fields]
refresh_token = "{refresh}"
[use]
hosts = ["api.example"]
[file]
access = ["a"]
refresh = ["b"]
[placeholder]
access = "x-{mark}"
refresh = "y-{mark}"
"""


@pytest.mark.parametrize("name", token_kind.names())
def test_a_shipped_kind_fits_its_agent(name: str) -> None:
    """Its agent names it, and what it swaps stands in the agent's own files."""
    kind, agent = token_kind.find(name), registry.find(name)
    assert isinstance(kind, TokenKind)

    assert agent.login.tokens == name
    assert agent.login.done in agent.state.login
    assert "{refresh}" in kind.request.values()
    seeds = {seed.path: seed.text for seed in agent.seed}
    assert all(swap.old in seeds[swap.path] for swap in kind.swaps)
    marked = [t for t in kind.placeholders.values() if "{mark}" in t or t == "jwt"]
    assert kind.shared or len(marked) == len(kind.placeholders)


def test_a_login_that_nobody_holds_has_no_kind() -> None:
    """Neither has an agent without one."""
    assert token_kind.find("lock") is None
    assert token_kind.find("none") is None
    assert token_kind.find("../claude") is None


def test_the_least_that_a_kind_says() -> None:
    """The rest has usual values."""
    kind = token_kind.parse("x", GOOD, "x.toml")

    assert (kind.endpoint.host, kind.endpoint.path) == ("auth.example", "/token")
    assert (kind.header, kind.template) == ("Authorization", "Bearer {}")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("https://", "http://", "endpoint.url: must be an https"),
        ("/token", "/token?x=1", "endpoint.url"),
        ("auth.example", "auth.example:8443", "endpoint.url"),
        ("rotates = true", 'rotates = "x"', "rotates: must be of type bool"),
        ("rotates = true", "version = 2", "version"),
        ("rotates = true", "rotate = true", "rotate: unknown key"),
        ('["a"]', "[5]", "file.access"),
        ('["a"]', "[]", "file.access"),
        ('hosts = ["api.example"]', "hosts = []", "use: needs hosts"),
        ('access = "x-{mark}"', "", "placeholder: needs"),
        ("[file]", "[file]\nkeep = [5]", "file"),
        ("[use]", "[use]\ntemplate = 'x'", "template"),
        ("[endpoint]", "[[endpoint]]", "endpoint"),
        ("rotates", "rotates = [", "x.toml"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, words: str) -> None:
    """With file and key."""
    with pytest.raises(ConfigError) as refusal:
        token_kind.parse("x", GOOD.replace(old, new), "x.toml")

    assert "x.toml" in refusal.value.message
    assert words in refusal.value.message
