"""Words that no agent can start with are refused before anything is made."""

import pytest

from swarm.agents import registry
from swarm.errors import PlanError
from swarm.plan.plan_request import PROMPT_LIMIT, check_words


@pytest.mark.parametrize(
    ("prompt", "command", "reason"),
    [
        ("", None, "the prompt is empty"),
        ("  \n", None, "the prompt is empty"),
        ("p", None, "needs a command"),
        ("a\0b", "true", "NUL"),
        ("é" * PROMPT_LIMIT, "true", "longer than 120 KiB"),
    ],
)
def test_words_no_agent_can_be_started_with(
    prompt: str, command: str | None, reason: str
) -> None:
    with pytest.raises(PlanError, match=reason):
        check_words(registry.find("command"), prompt, command)
