"""Each place of a secret's hosts that the gate does not look into has a sentence."""

from typing import Any

import pytest

from swarm.policy import secret_search_gaps
from swarm.policy.rules import Inject, Policy, Rule, Secret

KEY = Inject("Authorization", "Bearer {}", "k")
INJECTED = Rule("allow", "api.example.com", inject=KEY)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (INJECTED, ""),
        (Rule("allow", "api.example.com", methods=("GET",)), ""),
        (Rule("allow", "api.example.com"), "api.example.com:443 passes unread"),
        (Rule("allow", "api.example.com", (8443,)), "api.example.com:8443 passes"),
        (Rule("allow", "api.example.com", ()), "every port of api.example.com passes"),
        (Rule("allow", "api.example.com", (80,)), ""),
        (Rule("allow", "*.example.com"), "*.example.com:443 passes unread"),
        (Rule("allow", "*.example.com", paths=("/v1/**",)), ""),
        (Rule("tcp", "api.example.com", (22,)), "api.example.com:22 is a raw tunnel"),
        (Rule("allow", "other.example"), ""),
        (Rule("allow", "*.other.example"), ""),
        (Rule("deny", "api.example.com"), ""),
    ],
)
def test_a_place_that_passes_unread_is_named(rule: Rule, said: str) -> None:
    secret = Secret("k", "env:K", ("api.example.com",))

    sentences = secret_search_gaps.places(Policy((rule,)), secret)

    assert len(sentences) == bool(said)
    assert "".join(sentences).startswith(said)


@pytest.mark.parametrize(
    ("rule", "is_named"),
    [
        (Rule("allow", "a.example.com"), True),
        (Rule("allow", "*.a.example.com"), True),
        (Rule("allow", "*.example.com"), True),
        (Rule("allow", "example.com"), False),
        (Rule("allow", "badexample.com"), False),
    ],
)
def test_a_secret_for_many_hosts_names_each_that_a_rule_opens(
    rule: Rule, is_named: bool
) -> None:
    secret = Secret("k", "env:K", ("*.example.com",))

    assert bool(secret_search_gaps.places(Policy((rule,)), secret)) is is_named


def test_a_rule_beside_it_may_have_the_host_read() -> None:
    """Then the plain rule's connections are read as well."""
    secret = Secret("k", "env:K", ("api.example.com",))
    both = (Rule("allow", "api.example.com"), INJECTED)

    assert not secret_search_gaps.places(Policy(both), secret)
    assert secret_search_gaps.places(Policy(both[:1]), secret)
    assert not secret_search_gaps.places(Policy(both[:1], inspect="always"), secret)


def test_what_the_settings_keep_shut_or_unread_counts() -> None:
    secret = Secret("k", "env:K", ("api.example.com",))
    plain = (Rule("allow", "api.example.com"),)
    through = ("api.example.com:443",)

    assert secret_search_gaps.places(
        Policy(plain, inspect="always", passthrough=through), secret
    )
    # Its rule needs a look inside: nothing passes at all.
    assert not secret_search_gaps.places(
        Policy((INJECTED,), passthrough=through), secret
    )


@pytest.mark.parametrize(
    ("settings", "is_said"),
    [
        ({}, False),
        ({"default": "log"}, True),
        ({"default": "log", "inspect": "never"}, True),
        ({"default": "log", "inspect": "always"}, False),
    ],
)
def test_where_unknown_hosts_pass_they_pass_unread(
    settings: dict[str, Any], is_said: bool
) -> None:
    secret = Secret("k", "env:K", ("api.example.com",))

    sentences = secret_search_gaps.places(Policy(**settings), secret)

    assert any("what no rule names" in sentence for sentence in sentences) is is_said
