"""An expression is compiled once."""

from swarm.agents.patterns import compiled


def test_the_same_expression_is_the_same_pattern() -> None:
    assert compiled("a+") is compiled("a+")
    assert compiled("a+").search("baa")
