"""A merge's message is the human's, and says where the work came from."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.merge import message
from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.repo import Actor
from swarm.model.review import MergeOrder
from tests.adapters.git.git_helpers import task_on

WHO = Identity(Actor("Ann", "ann@example.org"), Actor("Bot", "bot@example.org"))
ORDER = MergeOrder("main", "squash", "", "Do it", "claude")
TRAILERS = "Swarm-Task: 1\nSwarm-Agent: claude\n"


@pytest.mark.parametrize(
    ("text", "subject"),
    [("Do it", "Do it"), ("  Do it\n\n", "Do it"), ("", "Merge task 1"), ("\0", None)],
)
def test_the_humans_words_come_first(
    repo: Path, text: str, subject: str | None
) -> None:
    """Without the NUL that git cannot store, and never empty."""
    composed = message.compose(task_on(repo), replace(ORDER, message=text), WHO)

    assert composed == f"{subject or 'Merge task 1'}\n\n{TRAILERS}"


def test_a_signoff_is_the_committers(repo: Path) -> None:
    """As `git commit --signoff` has it."""
    composed = message.compose(task_on(repo), replace(ORDER, signoff=True), WHO)

    assert composed.endswith(f"{TRAILERS}Signed-off-by: Bot <bot@example.org>\n")


def test_an_agents_name_is_one_line(repo: Path) -> None:
    """It comes from a file of settings, but never adds a trailer."""
    order = replace(ORDER, agent="x\nSigned-off-by: y")

    assert "\nSigned-off-by" not in message.compose(task_on(repo), order, WHO)
