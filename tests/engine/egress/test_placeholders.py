"""A secret's variable holds a worthless value, another one for each task."""

from swarm.engine.egress import placeholders
from swarm.plan import specs
from swarm.policy.rules import Policy, Secret


def test_each_variable_has_a_value_of_its_own() -> None:
    policy = Policy(
        secrets=(
            Secret("a", "env:A", ("a.example",), "A_KEY"),
            Secret("b", "env:B", ("b.example",), "B_KEY"),
            Secret("c", "env:C", ("c.example",)),
        )
    )

    first, second = placeholders.of(policy), placeholders.of(policy)

    assert list(first) == ["A_KEY", "B_KEY"]
    values = [*first.values(), *second.values()]
    assert len(set(values)) == 4
    assert all(value.startswith(specs.PLACEHOLDER_PREFIX) for value in values)
