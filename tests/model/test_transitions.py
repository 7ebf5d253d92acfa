"""Every event in every state: it moves the task as the table says, or is refused."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import IllegalMove
from swarm.model import events as model_events
from swarm.model.task import State, Task
from swarm.model.transitions import MOVES, apply_event, new_task
from tests.model.builders import build_event

KINDS = sorted(
    set(model_events.KINDS.values()) - {model_events.TaskQueued},
    key=lambda kind: kind.__name__,
)
HAPPENINGS = [build_event(kind) for kind in KINDS]


def _in(state: State) -> Task:
    return replace(new_task(1, 0.0, build_event(model_events.TaskQueued)), state=state)


@pytest.mark.parametrize(
    ("state", "event"),
    list(itertools.product(State, HAPPENINGS)),
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_event_in_a_state(state: State, event: model_events.Event) -> None:
    """Legal: it leads where the table says. Otherwise: refused, with both states."""
    before = _in(state)
    allowed, to = MOVES.get(type(event), (frozenset(State), state))
    if state not in allowed:
        with pytest.raises(IllegalMove, match=f"task 1 is {state}, not "):
            apply_event(before, 5.0, event)
        return

    after = apply_event(before, 5.0, event)

    assert after.state is to
    assert after.changed == (5.0 if type(event) in MOVES else before.changed)
    assert before == _in(state)


def test_only_a_restore_leads_out_of_an_end() -> None:
    """What is merged, failed or removed starts no sandbox again."""
    ends = (State.MERGED, State.REJECTED, State.FAILED)
    out = {kind for kind, (allowed, _) in MOVES.items() if allowed & set(ends)}

    assert out == {model_events.TaskRestored, model_events.TaskRejected}


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=40))
def test_no_sequence_of_events_loses_what_the_task_is(
    events: list[model_events.Event],
) -> None:
    """Refused ones change nothing; name, repository and prompt stay for ever."""
    first = new_task(1, 0.0, build_event(model_events.TaskQueued))
    task = first
    for at, event in enumerate(events):
        try:
            task = apply_event(task, float(at), event)
        except IllegalMove:
            continue

    assert (task.id, task.name, task.repo, task.prompt, task.branch) == (
        first.id,
        first.name,
        first.repo,
        first.prompt,
        first.branch,
    )


def test_a_failure_with_0_is_one_until_the_task_runs_again() -> None:
    """Whatever sentence takes the reason's place meanwhile."""
    failed = model_events.TaskStopped(0, "it says so", failed_with_0=True)
    stopped = apply_event(_in(State.LIVE), 1.0, failed)
    again = [
        model_events.TaskContinued({}),
        model_events.ContinueFailed("queue", "no room"),
        model_events.TaskContinued({}),
        model_events.TaskProvisioning(),
    ]
    task = stopped
    for event in again:
        task = apply_event(task, 2.0, event)
        assert task.failed_with_0

    live = apply_event(task, 3.0, model_events.TaskLive("box", "pane"))

    assert not live.failed_with_0
    assert not apply_event(live, 4.0, model_events.TaskStopped(0)).failed_with_0


def test_a_snapshot_remembers_what_was_included() -> None:
    """The next look takes the same paths in; old events know of none."""
    taken = model_events.SnapshotTaken("t", 1, 1, 0, 0, 0, included=("dist/",))
    body = taken.to_json()

    assert model_events.SnapshotTaken.from_json(body) == taken
    assert apply_event(_in(State.STOPPED), 1.0, taken).review.included == ("dist/",)
    del body["included"]
    assert not model_events.SnapshotTaken.from_json(body).included


def test_a_restore_takes_the_words_of_the_discard_away() -> None:
    """One that was stored by an older swarm has no reason, and says nothing."""
    discarded = apply_event(
        _in(State.STOPPED), 1.0, model_events.TaskRejected("discarded by you")
    )
    told = model_events.TaskRestored("killed by you", "why")

    assert apply_event(discarded, 2.0, model_events.TaskRestored()).reason == ""
    restored = apply_event(discarded, 2.0, told)
    assert (restored.reason, restored.hint) == ("killed by you", "why")
