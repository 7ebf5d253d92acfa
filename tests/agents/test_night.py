"""A night, simulated: eight tasks of five agents and of commands, then the morning.

Two meet a limit, one asks, one was denied what it wanted and waits, one crashes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.cli.agent.check_policy import FORBIDDEN
from swarm.engine.host import images
from swarm.model import events
from swarm.model.agent_state import AgentState
from swarm.model.task import State
from swarm.scripted_model.steps import Limit, Say, Step, Write
from tests.agents.asking import COMMAND
from tests.agents.driven import DONE, DrivenAgents, open_driven_agents

pytestmark = [pytest.mark.long, pytest.mark.agents]

AGENTS = ("claude", "codex", "gemini", "opencode", "qwen")
OFTEN = 10_000
WAITS = f"curl -sS -m 20 https://{FORBIDDEN}/; sleep 100000"
WORK = (Write("hello.txt", "hello\n"), Say(DONE))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all, where all of them work at once."""
    for agent in AGENTS:
        images.build(DockerImages(), f"agents/{agent}", lambda _line: None)
    with open_driven_agents(tmp_path_factory.mktemp("night"), AGENTS) as opened:
        config = opened.harness.paths.home / "config.toml"
        config.write_text(f"max_running = 8\n{config.read_text()}")
        opened.harness.patience = 900.0
        yield opened


def begin(
    house: DrivenAgents, agent: str, way: str, work: tuple[Step, ...], **more: Any
) -> int:
    """Start a task whose model says these steps."""
    marker = f"night-{agent}-{way}"
    house.model.plays(marker, work)
    return house.start(agent, way, f"Please do {marker} now.", **more)


def listed(house: DrivenAgents, *words: str) -> str:
    """What `swarm ls` prints."""
    argv = [sys.executable, "-m", "swarm", "ls", "--all", *words]
    home = {"SWARM_HOME": str(house.harness.paths.home), "COLUMNS": "200"}
    done = subprocess.run(
        argv, env={**os.environ, **home}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_what_the_list_shows_in_the_morning(house: DrivenAgents) -> None:
    """Each row tells what it waits for, and nobody was typed into."""
    tasks, until = house.harness.queries.tasks, house.harness.until
    limit = begin(
        house,
        "claude",
        "headless",
        (Limit(20), *WORK),
        resume_after_limit="yes",
    )
    off = begin(
        house, "qwen", "screen", (Limit(7200, OFTEN), Say()), resume_after_limit="no"
    )
    asks = begin(house, "codex", "screen", (COMMAND, Say(DONE)), mode="ask")
    ready = {a: begin(house, a, "screen", WORK) for a in ("gemini", "opencode")}
    denied = house.harness.new_task(house.sample, WAITS)
    crash = house.harness.new_task(house.sample, "echo half > half.txt; kill -SEGV $$")
    command = house.harness.new_task(house.sample, "echo all > all.txt")

    def state(task: int) -> AgentState | None:
        status = tasks.get(task).agent_status
        return status.state if status else None

    house.harness.until_state(command, State.STOPPED)
    house.harness.until_state(crash, State.STOPPED, State.FAILED)
    until(lambda: bool(tasks.get(asks).questions), f"asks\n{house.screen(asks)}")
    until(lambda: state(off) is AgentState.LIMITED, f"limit\n{house.screen(off)}")
    until(lambda: state(denied) is AgentState.STALLED, "denied")
    for agent, task in ready.items():
        marker = f"night-{agent}-screen"
        until(lambda m=marker: house.model.furthest(m) >= 1, f"{marker} ends")  # type: ignore[misc]  # mypy knows no default of a lambda
        until(lambda task=task: state(task) is AgentState.READY, f"{task} is ready")  # type: ignore[misc]  # mypy knows no default of a lambda
    until(
        lambda: tasks.get(limit).state is State.STOPPED and not tasks.get(limit).limit,
        "it went on after its limit",
    )

    rows = {row["id"]: row for row in json.loads(listed(house, "--json"))}
    shown = listed(house)
    print(shown)
    assert len(rows) == 8
    assert [rows[task]["state"] for task in (limit, command)] == ["stopped", "stopped"]
    words = {
        task: next(line for line in shown.splitlines() if line.split()[0] == str(task))
        for task in rows
    }
    for task, word in (
        (asks, "asks permission"),
        (off, "limited"),
        (denied, "stalled after a denial"),
        (crash, "stopped 139"),
        *((task, "ready") for task in ready.values()),
    ):
        assert word in words[task], shown
    assert "year.txt" in tasks.get(asks).questions[0].body
    seen = [r.event for r in house.harness.queries.events.after(limit=100_000)]
    typed = [each for each in seen if isinstance(each, events.ModelLimitTried)]
    assert not any(each.how == "prompt" for each in typed)
    assert not any(isinstance(each, events.FollowUpGiven) for each in seen)
    for task in (off, asks, denied, *ready.values()):
        house.harness.wish_done("kill", task=task)
