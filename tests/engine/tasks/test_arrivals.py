"""A text is known in the prompt of each agent, whatever its prompt makes of it."""

from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.engine.tasks import arrivals
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePanes

EDGE = "─" * 60
LONG = "Please look at all of the tests in the folder and mend those that fail now."


@pytest.mark.parametrize(
    ("agent", "screen", "text", "is_held"),
    [
        ("claude", f"{EDGE}\n❯ go on\n{EDGE}\n  ? for shortcuts", "go on", True),
        ("claude", f"{EDGE}\n❯ \n{EDGE}\n  ? for shortcuts", "go on", False),
        ("claude", f"❯ go on\n{EDGE}\n❯ \n{EDGE}\n  ? for shortcuts", "go on", False),
        (
            "claude",
            f"{EDGE}\n❯ [Pasted text #1 +9 lines]\n{EDGE}\n  ? for shortcuts",
            "a\n" * 10,
            True,
        ),
        (
            "claude",
            f"{EDGE}\n❯ Please look at all of the tests in the\n  folder and mend "
            f"those\n{EDGE}\n  ? for shortcuts",
            LONG,
            True,
        ),
        (
            "codex",
            "› go on\n\n  m · /workspace\n  ? for shortcuts",
            "go on",
            True,
        ),
        (
            "codex",
            "› Ask Codex to do anything\n\n  m · /workspace\n  ? for shortcuts",
            "go on",
            False,
        ),
        (
            "pi",
            f"{EDGE}\ngo on\n{EDGE}\n/w (main)\n↑1k 1.1%/128k (auto)",
            "go on",
            True,
        ),
        ("claude", "Do you want to proceed?\n❯ 1. Yes", "Yes", False),
    ],
)
def test_a_prompt_that_holds_it_is_seen(
    tmp_path: Path, agent: str, screen: str, text: str, is_held: bool
) -> None:
    with fake_context(HomePaths(tmp_path)) as context:
        context.journal.queue(lambda _: queued(agent=agent))
        assert isinstance(context.panes, FakePanes)
        pane = context.names(1).pane
        context.panes.open(pane, ["agent"], {})
        context.panes.show(pane, screen)

        seen = arrivals.sight(context, registry.find(agent), 1)

        assert seen.holds(text) is is_held


def test_an_agent_without_a_pane_shows_nothing(tmp_path: Path) -> None:
    with fake_context(HomePaths(tmp_path)) as context:
        context.journal.queue(lambda _: queued(agent="claude"))

        seen = arrivals.sight(context, registry.find("claude"), 1)

        assert (seen.parts, seen.holds("go on")) == (None, False)
