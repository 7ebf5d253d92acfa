"""An agent that ends by itself is told in its own words, with a way on."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.cli import exit_codes, wait_goals
from swarm.engine.tasks import ended_badly
from swarm.model import events, needs
from swarm.model.limits import REFUSED_WORDS
from swarm.model.task import State
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from swarm.ports import ContainerFacts
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import begin, description, put_program, said

PLAN = Plan(SandboxSpec("box", "an/image:1", ("true",), "1:1", {}), "/w")


def test_a_conversation_that_the_agent_does_not_know_is_told_with_a_way_on(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    text = description().replace("rollout-07-{conv", "rollout-*-{conv")
    task = begin(harness, sample, text)
    box = harness.context.names(task.id).sandbox
    # Its transcript stands somewhere else, as after an update of the agent.
    script = (
        "cd ~/.scripted/sessions/2026 && for f in *; do mv $f rollout-x${f#*-07}; done"
    )
    assert not harness.context.containers.exec_status(box, ["sh", "-c", script])
    harness.wish_done("stop", task=task.id)

    harness.wish_done("continue", task=task.id, prompt="two")
    harness.until(
        lambda: harness.queries.events.follows(
            task.id, events.TaskContinued, events.TaskStopped
        ),
        "the end",
    )

    task = harness.queries.tasks.get(task.id)
    assert (task.state, task.exit_code) == (State.STOPPED, 1)
    assert "No conversation found with session ID" in task.reason
    assert f"--continue --fresh {task.id}" in task.hint
    before = task.conversation
    harness.wish_done("continue", task=task.id, fresh=True)
    harness.until_state(task.id, State.LIVE)
    harness.until(lambda: said(harness, task)[-1:] == ["one"], "told again")
    assert harness.queries.tasks.get(task.id).conversation != before


def test_a_crash_is_told_in_its_own_words(harness: KeeperHarness, sample: Path) -> None:
    harness.start_keeper()
    task = begin(harness, sample, description(), "CRASH")
    task = harness.until_state(task.id, State.STOPPED)
    assert task.exit_code == 1
    assert "ModuleNotFoundError: No module named 'everything'" in task.reason
    assert task.hint == f"`swarm logs {task.id}` has all that it printed"


SAYS = """\
version = 1
title = "Says"
summary = "a named fake"

[headless]
argv = ["sh", "/workspace/agent.py", "{prompt}"]
stream = "codex"
"""
FAILS_WITH_0 = """\
echo '{"type":"thread.started","thread_id":"x"}'
echo '{"type":"turn.failed","error":{"message":"the model gave \\u001b[31mup"}}'
"""


def test_an_agent_that_says_it_failed_is_no_success_by_its_0(
    harness: KeeperHarness, sample: Path
) -> None:
    """Some agents print an error, change nothing and end with 0."""
    harness.start_keeper()
    put_program(harness, sample, "says", SAYS, FAILS_WITH_0)
    wish = {"repo": str(sample), "prompt": "one", "agent": "says"}
    task_id = int(harness.wish_done("new", **wish)["tasks"][0])

    task = harness.until_state(task_id, State.STOPPED)

    assert task.exit_code == 0
    assert task.failed_with_0
    assert task.reason == (
        "says ended with 0, but says that it failed: the model gave \\x1b[31mup"
    )
    assert task.hint == f"`swarm logs {task_id}` has all that it printed"
    assert wait_goals.status_of(wait_goals.END, [task]) == exit_codes.TASK_FAILED
    harness.until(
        lambda: needs.has_failed(harness.queries.tasks.get(task_id)), "a failure"
    )


@pytest.mark.parametrize(
    ("agent", "seconds", "asked", "sent", "is_told"),
    [
        ("claude", 1, False, 0, True),
        ("claude", 1, True, 0, False),
        ("claude", 1, False, 900, False),
        ("claude", 59, False, 0, False),
        ("command", 1, False, 0, False),
    ],
)
def test_an_end_at_once_before_the_model_was_asked_is_told(
    tmp_path: Path, agent: str, seconds: int, asked: bool, sent: int, is_told: bool
) -> None:
    with fake_context(HomePaths(tmp_path)) as context:
        made = queued(agent=agent, way="screen", plan=specs.to_json(PLAN))
        task = context.journal.queue(lambda _: made).id
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        context.journal.record(task, *live)
        known = context.read().tasks.get(task)
        model = replace(known.model, first_asked=1.0 if asked else None)
        known = replace(known, model=model, net=replace(known.net, sent=sent))
        state = {
            "StartedAt": "2026-01-01T00:00:00.5Z",
            "FinishedAt": f"2026-01-01T00:00:{seconds:02d}.5Z",
        }

        ended = ContainerFacts("box", "id", {}, "exited", 0, raw={"State": state})
        reason, _, failed_with_0 = ended_badly.why(context, known, ended)

        assert (bool(reason), failed_with_0) == (is_told, is_told)
        if is_told:
            assert reason == (
                "claude ended with 0, and never asked its model (after 1.00 s)"
            )


@pytest.mark.parametrize(("exit_code", "failed_with_0"), [(0, True), (1, False)])
def test_an_end_at_once_after_a_continue_is_a_failure(
    tmp_path: Path, exit_code: int, failed_with_0: bool
) -> None:
    """An agent on its screen says good-bye with 0 to a conversation it has not."""
    with fake_context(HomePaths(tmp_path)) as context:
        plan = specs.to_json(replace(PLAN, way="screen"))
        made = queued(agent="claude", way="screen", plan=plan)
        task = context.journal.queue(lambda _: made).id
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        again = events.TaskContinued(plan)
        context.journal.record(task, *live, events.TaskStopped(0), again, *live)
        state = {
            "StartedAt": "2026-01-01T00:00:00.5Z",
            "FinishedAt": "2026-01-01T00:00:01.5Z",
        }
        known = context.read().tasks.get(task)

        ended = ContainerFacts(
            "box", "id", {}, "exited", exit_code, raw={"State": state}
        )
        why = ended_badly.why(context, known, ended)

        assert why.reason.startswith("claude did not take its conversation up")
        assert why.failed_with_0 is failed_with_0


@pytest.mark.parametrize(
    ("code", "is_end_by_a_signal"),
    [
        (137, True),
        (143, True),
        (139, True),
        (134, True),
        (255, True),
        (0, False),
        (1, False),
        (128, False),
        (401 & 0xFF, False),
        (403 & 0xFF, False),
        (404 & 0xFF, False),
        (429 & 0xFF, False),
        (500 & 0xFF, False),
    ],
)
def test_a_status_of_a_host_is_no_signal(code: int, is_end_by_a_signal: bool) -> None:
    """An agent may end with the status it was answered, of which a byte is left."""
    assert ended_badly.is_signalled(code) == is_end_by_a_signal


@pytest.mark.parametrize(("exit_code", "why"), [(1, "key"), (145, "key"), (0, "model")])
def test_a_refusal_that_the_gate_saw_is_told_before_any_words(
    tmp_path: Path, exit_code: int, why: str
) -> None:
    """Whatever code it ends with, if by itself."""
    with fake_context(HomePaths(tmp_path)) as context:
        made = queued(agent="claude", way="headless", plan=specs.to_json(PLAN))
        task = context.journal.queue(lambda _: made).id
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        refused = events.ModelRefused("net", 1, "api.example", why, 401, "no")
        context.journal.record(task, *live, refused)
        known = context.read().tasks.get(task)

        ended = ContainerFacts("box", "id", {}, "exited", exit_code)
        reason, hint, _ = ended_badly.why(context, known, ended)
        killed = ContainerFacts("box", "id", {}, "exited", 137)

        assert reason == f"{REFUSED_WORDS[why]}: api.example answered 401 (no)"
        assert f"then `swarm retry --continue {task}`" in hint
        assert ended_badly.why(context, known, killed) == ended_badly.Why()
