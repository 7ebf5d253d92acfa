"""A mode that a repository's own settings would loosen is refused, early and late."""

import subprocess
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.agents import registry
from swarm.engine.tasks import agent_settings
from swarm.errors import PlanError
from swarm.model import events
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import begin, description

OBEYS = """
[mode.ask]
[mode.full]
[project]
held = "refused"
settings = [".obey"]
"""


def _repository(folder: Path, *files: str) -> Repository:
    place = new_repository(folder / "repo")
    for file in files:
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text("{}\n")
    commit_all(place, "more")
    return Repository.open(place, folder / "home")


def test_it_is_refused_in_a_mode_below_full(tmp_path: Path) -> None:
    repository = _repository(tmp_path, ".qwen/settings.json")
    agent, head = registry.find("qwen"), repository.head

    for mode in ("ask", "edits"):
        with pytest.raises(PlanError, match=rf"\.qwen of the repository.* mode {mode}"):
            agent_settings.notes_on_base(repository, head, agent, mode, ())
    assert agent_settings.notes_on_base(repository, head, agent, "full", ()) == ()
    assert (
        agent_settings.notes_on_base(repository, head, agent, "ask", (".qwen",)) == ()
    )


def test_where_the_mode_holds_it_is_told(tmp_path: Path) -> None:
    repository = _repository(tmp_path, ".claude/settings.json")
    agent, head = registry.find("claude"), repository.head

    (note,) = agent_settings.notes_on_base(repository, head, agent, "ask", ())

    assert "claude does not obey .claude of the repository" in note
    assert agent_settings.notes_on_base(repository, head, agent, "full", ()) == ()


def test_from_the_queue_to_a_start_that_is_refused(
    harness: KeeperHarness, sample: Path
) -> None:
    """What is committed is told when it is asked for; what is written, at its start."""
    harness.start_keeper()
    text = description() + OBEYS
    task = begin(harness, sample, text, way="headless", mode="ask").id
    harness.until_taken_in(task)
    (harness.paths.worktree(task) / ".obey").write_text("all\n")
    harness.wish_done("continue", task=task, prompt="go on")
    harness.until(lambda: bool(_refusals(harness, task)), "the start is refused")

    assert ".obey of the repository" in _refusals(harness, task)[0]

    (sample / ".obey").write_text("all\n")
    for words in (("add", "-A"), ("commit", "-qm", "obey")):
        subprocess.run(["git", "-C", str(sample), *words], check=True)
    wish = {"repo": str(sample), "agent": "scripted", "prompt": "x"}
    answer = harness.wish("new", **wish, mode="ask")
    assert ".obey of the repository" in str(answer)
    harness.wish_done("new", **wish, mode="full")


def _refusals(harness: KeeperHarness, task: int) -> list[str]:
    records = harness.queries.events.after(task=task, limit=1000)
    kinds = (events.ContinueFailed,)
    return [e.event.reason for e in records if isinstance(e.event, kinds)]
