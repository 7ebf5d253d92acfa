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


@given(st.lists(st.floats(0, 1e9), max_size=20))
def test_as_many_requests_are_kept_as_the_rate_allows(times: list[float]) -> None:
    kept: dict[str, str] = {}
    memory = WorkerMemory({}, kept.__setitem__)
    for time in sorted(times):
        memory.note_request(RATED, time)

    assert WorkerMemory(kept).requests(RATED) == sorted(times)[-3:]


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
