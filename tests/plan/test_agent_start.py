"""An agent's start has its own data, the settings and the request's words."""

from pathlib import Path

from swarm.agents import registry
from swarm.config import load
from swarm.config.schema import AgentSettings
from swarm.plan import agent_start
from swarm.plan.plan_request import PlanRequest

CONFIG = load.load(Path("/nonexistent"))
COMMAND = registry.find("command")


def test_a_command_runs_in_the_shell_that_the_image_has() -> None:
    begin = agent_start.start_of(PlanRequest("p", "make"), COMMAND, CONFIG, "sh")

    assert begin.argv[0] == "sh"
    assert "make" in begin.argv
    assert agent_start.program(COMMAND, CONFIG, "") == agent_start.SHELL


def test_a_task_s_own_way_and_mode_count_before_the_settings() -> None:
    claude = registry.find("claude")
    settings = AgentSettings(way="headless", mode="edits")
    config = CONFIG.model_copy(update={"agents": {"claude": settings}})

    assert agent_start.chosen_start(claude, config, "", "") == ("headless", "edits")
    own = agent_start.chosen_start(claude, config, "screen", "full")
    assert own == ("screen", "full")
