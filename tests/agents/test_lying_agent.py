"""An agent that lies about itself, in a real box, before a model behind the real gate.

One says on its title that it is ready while it asks its model; the other that it works
while it sleeps. The facts decide, and the contradiction is told.
"""

from collections.abc import Iterator

import pytest

from swarm.model import events
from swarm.model.agent_state import AgentState
from swarm.scripted_model.steps import Hold, Say
from tests.agents.driven import PATIENCE, DrivenAgents, open_driven_agents
from tests.scripted_agent import put_program

PROGRAM = r"""
import json, sys, time, urllib.request
said, marker = sys.argv[1].split()
def ask():
    tool = {"name": "Bash", "input_schema": {"properties": {"command": {}}}}
    turns = [{"role": "user", "content": marker}]
    body = {"model": "m", "messages": turns, "tools": [tool]}
    request = urllib.request.Request(
        "https://api.anthropic.com/v1/messages",
        json.dumps(body).encode(),
        {"x-api-key": "ANTHROPIC_API_KEY", "content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=900).read()
print(f"\x1b]0;{said}\x07" + "a screen that says nothing", flush=True)
ask()
time.sleep(100_000)
"""
DESCRIPTION = """
version = 1
title = "Liar"
summary = "a named fake"
[screen]
argv = ["python3", "/workspace/agent.py", "{prompt}"]
prompt = "argument"
[cues.ready]
title = "^Ready"
[cues.working]
title = "^Working"
"""
A = AgentState


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    with open_driven_agents(tmp_path_factory.mktemp("liars"), ["claude"]) as opened:
        put_program(opened.harness, opened.sample, "liar", DESCRIPTION, PROGRAM)
        yield opened


def history(house: DrivenAgents, task: int) -> list[events.AgentStateChanged]:
    records = house.harness.queries.events.after(task=task, limit=10_000)
    return [r.event for r in records if isinstance(r.event, events.AgentStateChanged)]


def test_what_a_liar_says_is_told_as_a_contradiction(house: DrivenAgents) -> None:
    """Both at once: half a minute is what it takes to call it a contradiction."""
    held = Hold(seconds=PATIENCE)
    house.model.plays("lies-ready", (held, Say("done")))
    house.model.plays("lies-working", (Say("done"),))
    ready = house.start("liar", "screen", "Ready lies-ready")
    working = house.start("liar", "screen", "Working lies-working")

    def contradicted(task: int) -> list[events.AgentStateChanged]:
        return [one for one in history(house, task) if one.contradiction]

    house.harness.until(
        lambda: bool(contradicted(ready) and contradicted(working)),
        f"contradictions\n{history(house, ready)}\n{history(house, working)}",
    )
    first, second = contradicted(ready)[0], contradicted(working)[0]
    held.released.set()
    house.harness.until(
        lambda: history(house, ready)[-1].state is A.READY, "the end of the lie"
    )

    assert (first.state, first.detail, first.source) == (A.WORKING, "model", "gate")
    assert first.contradiction == "says ready, but a request is open"
    assert (second.state, second.rule) == (A.READY, "silence")
    assert second.contradiction == "says working, but nothing happens"
    assert history(house, ready)[-1].contradiction == ""
    told = [one.state for one in history(house, ready)]
    assert A.READY not in told[told.index(A.WORKING) : told.index(A.WORKING) + 2]
