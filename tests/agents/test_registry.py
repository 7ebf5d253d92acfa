"""An agent's data is found by its name, and a prompt is filled in as it is."""

import pytest

from swarm.agents import registry
from swarm.errors import PlanError


def test_an_unknown_agent_is_refused_with_those_that_exist() -> None:
    with pytest.raises(PlanError, match=r"there is no agent '\.\./x'") as caught:
        registry.find("../x")

    assert all(name in caught.value.hint for name in registry.names())


@pytest.mark.parametrize("name", registry.names())
def test_every_agent_is_readable_and_has_a_program(name: str) -> None:
    agent = registry.find(name)

    assert (agent.name, bool(agent.argv)) == (name, True)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("say {prompt}", "say {command}"),
        ("{prompt}{command}", "{command}make"),
        ("{other} {", "{other} {"),
        ("{{prompt}}", "{{command}}"),
    ],
)
def test_a_value_is_never_read_as_a_template(template: str, text: str) -> None:
    words = {"prompt": "{command}", "command": "make"}

    assert registry.filled(template, words) == text
