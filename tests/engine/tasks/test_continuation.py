"""A task is taken up again: the same id, files, home and conversation, whole."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.agents import login_store
from swarm.agents.login_tokens import Tokens
from swarm.model import agent_screen
from swarm.model.task import State
from swarm.plan import specs
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


LOGS_IN = """
[login]
kind = "paste"
done = "~/.scripted/login.json"
"""
KEY = """
[secrets.later]
source = "file:{file}"
hosts = ["later.example"]
placeholder = "LATER_KEY"
"""


def test_a_key_and_a_login_that_came_later_are_taken_up(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    """It lacked them, was stopped, and its human did what its row told."""
    harness.start_keeper()
    task = begin(harness, sample, description() + LOGS_IN)
    harness.wish_done("stop", task=task.id)
    before = harness.context.plan(task).sandbox.environment
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text("a-key-of-a-person\n")
    (harness.paths.home / "policy.toml").write_text(KEY.format(file=file))
    now = time.time()
    tokens = Tokens("at-of-a-person-0001", "rt-of-a-person-0001", now + 900_000)
    login = login_store.new("claude", tokens, now)
    login_store.write(harness.paths.home, "scripted", login)

    harness.wish_done("continue", task=task.id, prompt="two")
    task = told(harness, task.id, 2)

    after = harness.context.plan(task).sandbox.environment
    assert "LATER_KEY" not in before
    assert after["LATER_KEY"].startswith(specs.PLACEHOLDER_PREFIX)
    assert before.items() <= after.items()
    box = harness.context.names(task.id).sandbox
    script = 'test "$LATER_KEY" && grep -q Token ~/.scripted/login.json'
    assert not harness.context.containers.exec_status(box, ["sh", "-c", script])

    harness.wish_done("stop", task=task.id)
    revoked = replace(login, revoked="invalid_grant")
    login_store.write(harness.paths.home, "scripted", revoked)
    answer = harness.wish("continue", task=task.id, prompt="three")
    assert "scripted is logged out" in str(answer)
    assert harness.queries.tasks.get(task.id).state is State.STOPPED
