"""A start waits for a limit that stops it, with a sentence."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from swarm.engine.tasks.held_start import HELD as SENTENCE
from swarm.engine.tasks.held_start import held_start
from swarm.model.limits import Choice, ModelLimit
from swarm.model.task import State, Task
from tests.engine.tasks.limited_tasks import LIMIT, NOW, task

HELD = replace(LIMIT, until=NOW + 900)


@pytest.mark.parametrize(
    ("changed", "limit", "choice", "is_held"),
    [
        ({}, HELD, "yes", True),
        ({}, HELD, "ask", True),
        ({}, HELD, "no", False),
        ({"agent": "codex"}, HELD, "yes", False),
        ({"resumes": True}, HELD, "yes", False),
        ({}, replace(HELD, until=None), "yes", False),
        ({}, replace(HELD, until=NOW), "yes", False),
        ({}, replace(HELD, kind="overload"), "yes", False),
        ({}, None, "yes", False),
    ],
)
def test_a_start_during_a_limit_waits(
    changed: dict[str, object],
    limit: ModelLimit | None,
    choice: Choice,
    is_held: bool,
) -> None:
    """With the sentence, and the way to start it all the same."""
    starts = replace(task(2, State.QUEUED, None), **changed)  # type: ignore[arg-type]  # fields of a task
    tasks = [task(1, limit=limit), starts]
    own: Callable[[Task], Choice] = lambda _: choice  # noqa: E731 - a value of its type

    why, hint = held_start(starts, tasks, NOW, own)

    assert bool(why) is is_held
    if is_held:
        assert why.startswith(SENTENCE)
        assert "m.test" in why
        assert hint == "`swarm limits 2 off` starts it now"
