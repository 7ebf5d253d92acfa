"""A task that goes through JSON comes back as the same value."""

import json
from dataclasses import asdict

from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.task import Budget, ModelUsage, NetUsage, ReviewSummary, State, Task
from swarm.store.row_mapping import task_from

TASK = Task(
    id=7,
    name="fix",
    repo="/r",
    agent="command",
    prompt="fix it",
    base_ref="main",
    base="a" * 40,
    target="main",
    branch="swarm/7-fix",
    state=State.LOST,
    created=1.5,
    changed=2.5,
    after=(1, 2),
    agent_status=AgentStatus(
        AgentState.LIMITED,
        3.5,
        Evidence(Source.GATE, "limit", "429", 3.0),
        until=9.5,
    ),
    review=ReviewSummary(tree="b" * 40, files=3),
    net=NetUsage("net-7", denied=2, is_cut=True),
    model=ModelUsage("m", tokens_in=5, cost=0.25),
    budget=Budget(9, 1.0, "it used 9 tokens of 9"),
)


def test_a_task_comes_back_with_the_types_of_its_fields() -> None:
    body = json.loads(json.dumps(asdict(TASK)))
    del body["id"]

    assert task_from(7, body) == TASK
