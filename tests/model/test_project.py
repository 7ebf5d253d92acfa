"""A project's choice is stored with its task and read back the same."""

import json
import re
from dataclasses import replace
from inspect import getsource

import pytest

from swarm.gate import listener_handover
from swarm.model.project import (
    GATE_PORTS,
    ProjectChoice,
    ServiceContainer,
    from_json,
    of_plan,
    to_json,
)

FULL = ProjectChoice(
    agent="claude",
    stacks=("c", "python"),
    packages=("libpq-dev",),
    dockerfile="docker/Dockerfile",
    setup=("pip install .", "make"),
    each_task=("migrate",),
    test="pytest",
    ports=(3000, 8080),
    env_files=(".env",),
    protect=(".github",),
    hide=("secrets",),
    compose="compose.yaml",
    services=("db",),
    service_container={
        "cache": ServiceContainer(recipe="redis", environment={"A": "b"}, port=6379),
        "queue": ServiceContainer(image="q:1", command=("q", "-v"), health="q ok"),
    },
)


@pytest.mark.parametrize("choice", [ProjectChoice(), FULL])
def test_it_survives_json(choice: ProjectChoice) -> None:
    assert from_json(json.loads(json.dumps(to_json(choice)))) == choice


def test_a_plan_keeps_it() -> None:
    """A task of an earlier version has none."""
    assert of_plan({}) == ProjectChoice()
    assert of_plan({"project": to_json(FULL)}) == FULL


def test_only_what_takes_away_counts_unasked() -> None:
    assert FULL.narrowing == ProjectChoice(protect=(".github",), hide=("secrets",))
    assert FULL.narrowing.asking == ()


def test_all_else_is_asked_for_by_its_name_in_the_file() -> None:
    assert {*FULL.asking} == {
        *("agent", "stacks", "packages", "dockerfile", "setup", "test"),
        *("each_task", "ports"),
        *("env_files", "compose", "services", "service-container"),
    }


def test_files_that_act_outside_the_box_are_named() -> None:
    assert FULL.named_files == ("docker/Dockerfile", "compose.yaml")


@pytest.mark.parametrize("each_task", [None, (), ("migrate",)])
def test_a_set_up_beside_services_is_kept_if_it_is_said_what_fills_them(
    each_task: tuple[str, ...] | None,
) -> None:
    """An empty answer is one, too."""
    choice = ProjectChoice(setup=("a",), each_task=each_task)
    beside = replace(choice, service_container=FULL.service_container)

    assert choice.keeps_setup
    assert beside.keeps_setup == (each_task is not None)
    asking = ProjectChoice(each_task=each_task).asking
    assert asking == (("each_task",) if each_task is not None else ())


def test_the_gates_ports_are_those_at_which_it_listens() -> None:
    """It imports nothing of ours but the policy, so they stand there once more."""
    listened = re.findall(r'_listener\("[0-9.]+", (\d+)', getsource(listener_handover))
    assert {*GATE_PORTS} == {*map(int, listened)}
