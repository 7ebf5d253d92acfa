"""A sandbox of a uid that no image knows has a name, a group and a home."""

import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.agents import registry
from swarm.config import load
from swarm.engine.host import images
from swarm.engine.tasks import accounts
from swarm.plan import accounts as plan_accounts
from swarm.plan import planner
from swarm.plan.host_facts import HostFacts
from swarm.plan.naming import (
    HOME_LABEL,
    KIND_LABEL,
    TASK_LABEL,
    HomePaths,
    TaskNames,
)
from swarm.plan.plan_request import PlanRequest
from swarm.plan.specs import AGENT_HOME, Plan
from tests.built_image import BUSYBOX, built

PWD = "import pwd, os; print(pwd.getpwuid(os.getuid()))"
LOOK = f"whoami; id -gn; echo ~; python3 -c '{PWD}'"


@pytest.fixture
def docker() -> Iterator[DockerContainers]:
    docker = DockerContainers()
    yield docker
    docker.close()


def plan_for(tmp_path: Path, uid: int) -> Plan:
    places = HomePaths(tmp_path)
    host = HostFacts(places, images.tag("base"), images.seccomp_profile(), uid, uid)
    names = TaskNames(f"test{secrets.token_hex(3)}", 1, "look")
    request = PlanRequest("look", LOOK)
    shell = registry.find("command")
    return planner.make(names, request, shell, load.load(Path("/nonexistent")), host)


@pytest.mark.parametrize(("uid", "name"), [(1000, "agent"), (70001, "agent1")])
def test_a_program_finds_who_it_is(
    docker: DockerContainers, tmp_path: Path, uid: int, name: str
) -> None:
    """As `whoami`, ssh and Java ask."""
    plan = plan_for(tmp_path, uid)
    accounts.write(docker, plan)
    mounts = tuple(
        mount
        for mount in plan.sandbox.mounts
        if mount.target in [f"/etc/{file}" for file in plan_accounts.FILES]
    )
    spec = replace(plan.sandbox, mounts=mounts, terminal=False, network="none")

    printed = docker.run(spec, 1 << 16).decode().split("\n")

    assert printed[:3] == [name, name, AGENT_HOME]
    assert f"pw_dir='{AGENT_HOME}'" in printed[3]


def test_an_image_may_keep_its_accounts_behind_a_link(
    docker: DockerContainers, tmp_path: Path
) -> None:
    """With a musl-like shell, an account of the uid that has no shell, and no home."""
    dockerfile = (
        f"FROM {built('busybox', BUSYBOX)}\n"
        "RUN mkdir -p /etc /usr/lib && ln -s ../usr/lib/passwd /etc/passwd && "
        "echo 'svc:x:70001:9::/srv:/sbin/nologin' > /usr/lib/passwd\n"
    )
    linked = f"swarm-test/{secrets.token_hex(4)}:1"
    plan = plan_for(tmp_path, 70001)
    look = ("sh", "-c", "whoami; id -gn; echo ~; cat /etc/passwd")
    with closing(DockerImages()) as engine:
        engine.build(linked, {"Dockerfile": dockerfile.encode()}, {}, print)
        try:
            sandbox = replace(plan.sandbox, image=linked, argv=look)
            accounts.write(docker, replace(plan, sandbox=sandbox))
            mounts = tuple(
                mount
                for mount in sandbox.mounts
                if mount.target in [f"/etc/{file}" for file in plan_accounts.FILES]
            )
            spec = replace(sandbox, mounts=mounts, terminal=False, network="none")
            printed = docker.run(spec, 1 << 16).decode().split("\n")
        finally:
            engine.untag(linked)

    assert printed[:3] == ["svc", "agent", AGENT_HOME]
    assert printed[3] == f"svc:x:70001:70001::{AGENT_HOME}:/bin/sh"


def test_a_plan_that_mounts_no_accounts_is_left_alone(
    docker: DockerContainers, tmp_path: Path
) -> None:
    """One of a task that an earlier version queued."""
    plan = plan_for(tmp_path, 1000)
    older = tuple(m for m in plan.sandbox.mounts if m.target == "/etc/swarm")
    accounts.write(docker, replace(plan, sandbox=replace(plan.sandbox, mounts=older)))

    assert not list(tmp_path.rglob("passwd"))


def test_an_image_s_labels_are_none_of_the_container_s_that_is_made_for_a_file(
    docker: DockerContainers, tmp_path: Path
) -> None:
    """They could name another task, or a container that no cleaning takes."""
    plan = plan_for(tmp_path, 1000)
    hostile = f"swarm-test/{secrets.token_hex(4)}:1"
    dockerfile = (
        f"FROM {plan.sandbox.image}\n"
        f'LABEL {TASK_LABEL}="1" {KIND_LABEL}="gate" exitCode="\N{SUPERSCRIPT TWO}"\n'
    )
    with closing(DockerImages()) as engine:
        engine.build(hostile, {"Dockerfile": dockerfile.encode()}, {}, print)
        began = time.time() - 1
        try:
            sandbox = replace(plan.sandbox, image=hostile)
            accounts.write(docker, replace(plan, sandbox=sandbox))
        finally:
            engine.untag(hostile)
    home = {HOME_LABEL: plan.sandbox.labels[HOME_LABEL]}

    heard = list(islice(docker.news(home, began), 2))

    assert {each.labels[TASK_LABEL] for each in heard} == {""}
    assert {each.labels[KIND_LABEL] for each in heard} == {"file"}
