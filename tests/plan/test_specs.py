"""A plan goes into the journal and comes back unchanged."""

import json
from pathlib import Path

import pytest

from swarm.agents import registry
from swarm.config import load
from swarm.plan import planner, specs
from swarm.plan.host_facts import HostFacts
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.plan_request import PlanRequest
from swarm.plan.specs import Plan
from tests.plan.builders import SPEC

AT = HostFacts(HomePaths(Path("/h")), "swarm/base:1", "{}", 1000, 1000)
NAMES = TaskNames("0", 1, "x")
CONFIG = load.load(Path("/nonexistent"))
SHELL = registry.find("command")


def test_a_plan_survives_the_journal() -> None:
    """As JSON text, to the last flag."""
    plan = planner.make(NAMES, PlanRequest("p", "make check"), SHELL, CONFIG, AT)

    assert specs.from_json(json.loads(json.dumps(specs.to_json(plan)))) == plan


def test_a_plan_of_another_version_is_an_error() -> None:
    """A field that nobody knows could be a promise that nobody keeps."""
    body = specs.to_json(Plan(SPEC, "/w"))
    body["sandbox"]["limits"]["disk"] = 1

    with pytest.raises(TypeError, match="disk"):
        specs.from_json(body)
