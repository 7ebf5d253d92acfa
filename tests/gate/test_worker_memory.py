"""What a worker notes is what the next one finds."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.gate.worker_memory import WorkerMemory, prune_uses
from swarm.policy.rules import Policy, Rule

ONCE = Rule("allow", "ok.example", uses=1)
RATED = Rule("allow", "ok.example", rate=3)


def test_the_next_worker_takes_up_what_was_noted() -> None:
    kept: dict[str, str] = {}
    memory = WorkerMemory({}, kept.__setitem__)
    memory.note_name(0, "a.example")
    memory.note_name(1, "b.example")
    memory.note_uses(ONCE, 1)
    memory.note_uploaded(500)

    following = WorkerMemory(kept)

    assert list(following.names()) == ["a.example", "b.example"]
    assert (following.uses(ONCE), following.uses(RATED)) == (1, 0)
    assert following.uploaded() == 500


@given(st.lists(st.floats(0, 300), max_size=40))
def test_the_requests_of_a_minute_are_kept(times: list[float]) -> None:
    """To the second, and in one note, whatever the rule's rate is."""
    kept: dict[str, str] = {}
    memory = WorkerMemory({}, kept.__setitem__)
    for time in sorted(times):
        memory.note_request(RATED, time)

    last = int(max(times, default=0))
    in_time = [int(time) for time in sorted(times) if int(time) > last - 60]
    assert WorkerMemory(kept).requests(RATED) == in_time
    assert len(kept) == bool(times)


def test_uses_of_rules_that_are_gone_are_forgotten() -> None:
    kept: dict[str, str] = {}
    memory = WorkerMemory({}, kept.__setitem__)
    memory.note_uses(ONCE, 1)
    memory.note_uploaded(500)

    prune_uses(kept, Policy(rules=(ONCE,)))
    assert WorkerMemory(kept).uses(ONCE) == 1
    prune_uses(kept, Policy(rules=(RATED,)))
    assert WorkerMemory(kept).uses(ONCE) == 0
    assert WorkerMemory(kept).uploaded() == 500


def test_a_value_that_did_not_change_is_noted_once() -> None:
    noted: list[str] = []
    memory = WorkerMemory({}, lambda key, _value: noted.append(key))
    memory.note_uploaded(5)
    memory.note_uploaded(5)

    assert noted == ["uploaded"]
