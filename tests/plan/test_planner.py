"""What was asked becomes a plan that leaves nothing open."""

from dataclasses import replace
from pathlib import Path

from swarm.agents import registry
from swarm.agents.description import Screen
from swarm.config import load
from swarm.plan import planner
from swarm.plan.host_facts import HostFacts
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.plan_request import PlanRequest

AT = HostFacts(HomePaths(Path("/h")), "swarm/base:1", "{}", 1000, 1000)
NAMES = TaskNames("0", 1, "x")
CONFIG = load.load(Path("/nonexistent"))
SHELL = registry.find("command")


def test_a_prompt_is_never_read_as_a_template_or_by_a_shell() -> None:
    """It stands where it belongs, braces, quotes and all."""
    nasty = "{prompt} {command} '; rm -rf / #\n$(id)"

    plan = planner.make(NAMES, PlanRequest(nasty, nasty), SHELL, CONFIG, AT)

    assert nasty in plan.sandbox.argv


def test_root_gives_the_worktree_to_the_agent() -> None:
    """An agent is never root, and can write its files all the same."""
    as_root = replace(AT, uid=0, gid=0)

    plan = planner.make(NAMES, PlanRequest("p", "true"), SHELL, CONFIG, as_root)

    assert (plan.sandbox.user, plan.owner) == ("1000:1000", (1000, 1000))
    mine = planner.make(NAMES, PlanRequest("p", "true"), SHELL, CONFIG, AT)
    assert (mine.sandbox.user, mine.owner) == ("1000:1000", None)


def test_only_a_headless_agent_has_no_pager() -> None:
    """One with a screen of its own may ask whoever looks at it."""
    own_screen = replace(SHELL, screen=Screen(("x", "{prompt}")))

    for agent, pager in ((SHELL, "cat"), (own_screen, None)):
        plan = planner.make(NAMES, PlanRequest("p", "true"), agent, CONFIG, AT)
        assert plan.sandbox.environment.get("PAGER") == pager
