"""A task is taken up again: the same id, files, home and conversation, whole."""

from pathlib import Path

import pytest

from swarm.model import agent_screen
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import (
    begin,
    description,
    install,
    said,
    told,
    until_screen,
)

MIXED = (
    '!ls {prompt} {id} {mode}\n#note\n\n  @file\tit\'s "quoted" `$(x)` \\ %s %H é 漢字'
)
PROMPTS = ["/quit", "--resume x", MIXED, "x" * 100_000]


@pytest.mark.parametrize("delivery", ["argument", "paste"])
def test_a_stopped_task_goes_on_in_a_fresh_box_with_all_that_was_said(
    harness: KeeperHarness, sample: Path, delivery: str
) -> None:
    """The agent refuses an id that it does not know, and one that it knows, begun."""
    harness.start_keeper()
    task = begin(harness, sample, description(prompt=delivery))
    assert task.conversation
    first = harness.context.containers.inspect(harness.context.names(task.id).sandbox)
    harness.wish_done("stop", task=task.id)
    (harness.context.worktree(task) / "mine.txt").write_text("kept")

    answer = harness.wish_done("continue", task=task.id, prompt="two")
    task = told(harness, task.id, 2)

    assert answer["conversation"] == task.conversation
    assert said(harness, task) == ["one", "two"]
    second = harness.context.containers.inspect(harness.context.names(task.id).sandbox)
    assert first
    assert second
    assert first.id != second.id
    assert (harness.context.worktree(task) / "mine.txt").read_text() == "kept"
    assert [known.id for known in harness.queries.tasks.all()] == [task.id]
    assert len(harness.task_containers()) == 1


DELIVERIES = [
    pytest.param(way, marks=() if way == "argument" else pytest.mark.long)
    for way in ("argument", "file", "paste")
]


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_a_prompt_arrives_whole_in_the_place_that_is_meant_for_it(
    harness: KeeperHarness, sample: Path, delivery: str
) -> None:
    harness.start_keeper()
    task = begin(harness, sample, description(prompt=delivery), PROMPTS[0])
    expected = PROMPTS[:1]
    for prompt in PROMPTS[1:]:
        harness.wish_done("kill", task=task.id)
        harness.wish_done("continue", task=task.id, prompt=prompt)
        expected.append(prompt)
        task = told(harness, task.id, len(expected))
    assert said(harness, task) == expected


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_a_headless_prompt_arrives_whole(
    harness: KeeperHarness, sample: Path, delivery: str
) -> None:
    """For `paste` read `stdin`."""
    harness.start_keeper()
    install(harness, sample, description(prompt=delivery))
    wish = {"repo": str(sample), "agent": "scripted", "way": "headless"}
    ids = [
        int(harness.wish_done("new", prompt=prompt, **wish)["tasks"][0])
        for prompt in PROMPTS
    ]
    tasks = [harness.until_taken_in(task_id) for task_id in ids]
    assert [said(harness, task) for task in tasks] == [[p] for p in PROMPTS]


def test_a_conversation_in_which_nothing_was_said_is_begun(
    harness: KeeperHarness, sample: Path
) -> None:
    """The dialog came first: an agent knows no id that it was never told a word in."""
    harness.start_keeper()
    install(harness, sample, description(trusted=False))
    wish = {"repo": str(sample), "prompt": "one", "agent": "scripted"}
    task_id = int(harness.wish_done("new", **wish)["tasks"][0])
    until_screen(harness, task_id, agent_screen.FIRST_RUN)
    harness.wish_done("stop", task=task_id)

    harness.wish_done("continue", task=task_id)
    until_screen(harness, task_id, agent_screen.FIRST_RUN)
    pane = harness.context.names(task_id).pane
    harness.context.panes.send(pane, "y", enter=True)

    assert said(harness, told(harness, task_id, 1)) == ["one"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("live", "is live"), ("rejected", "is rejected"), ("command", "keeps no")],
)
def test_what_cannot_go_on_is_refused_with_the_way_out(
    harness: KeeperHarness, sample: Path, state: str, words: str
) -> None:
    harness.start_keeper()
    if state == "command":
        task = harness.until_taken_in(harness.new_task(sample, "true"))
    else:
        task = begin(harness, sample, description())
    if state == "rejected":
        harness.wish_done("stop", task=task.id)
        harness.wish_done("discard", task=task.id)
    refused = harness.wish("continue", task=task.id)
    assert refused.outcome == "refused"
    assert words in refused.message
    assert f"{task.id}" in refused.hint


RULED = """
[mode.ask]
[mode.full]
[project]
held = "off"
settings = [".rules"]
rules = "RULES.md"
[places.briefing]
kind = "file"
path = "~/.scripted/briefing.md"
"""


@pytest.mark.parametrize("fresh", [False, True])
def test_one_that_goes_on_is_told_all_that_a_new_one_is(
    harness: KeeperHarness, sample: Path, fresh: bool
) -> None:
    """Also of the rules that its agent does not read by itself in this mode."""
    harness.start_keeper()
    task = begin(harness, sample, description() + RULED, mode="ask", way="headless")
    harness.until_taken_in(task.id)
    first = harness.context.plan(task).files

    harness.wish_done("continue", task=task.id, prompt="two", fresh=fresh)
    task = told(harness, task.id, 1 if fresh else 2)

    again = harness.context.plan(task).files
    briefed = [name for name, text in first.items() if "Read `RULES.md`" in text]
    assert len(briefed) == 1
    assert [again[name] for name in briefed] == [first[name] for name in briefed]
