"""Sentences about secrets name the line, and hold no value."""

from swarm.model.secret_words import expired
from swarm.policy.rules import Secret


def test_only_what_is_over_is_told() -> None:
    secrets = (
        Secret("never", "env:A", ("a.b",)),
        Secret("later", "env:A", ("a.b",), expires=200.0),
        Secret("over", "env:A", ("a.b",), origin="p.toml:3", expires=100.0),
    )

    (sentence,) = expired(secrets, 100.0)

    assert sentence.startswith("p.toml:3: secrets.over expired on 1970-01-01 ")
    assert expired(secrets, 99.0) == ()
