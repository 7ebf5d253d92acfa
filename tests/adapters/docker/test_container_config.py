"""A sandbox's spec becomes the engine's arguments, with nothing lost on the way."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from docker import APIClient

from swarm.adapters.docker.container_config import create_arguments
from swarm.plan.specs import Mount, SandboxSpec

SPEC = SandboxSpec(
    name="swarm-test-1",
    image="an/image:1",
    argv=("agent", "--prompt", "do it"),
    user="1000:1000",
    labels={"swarm.task": "1"},
    tmpfs={"/tmp": "rw"},
    seccomp="{}",
)


@pytest.fixture
def client() -> Iterator[APIClient]:
    """With a version given, the library connects to nothing."""
    client = APIClient("unix:///nonexistent/docker.sock", version="1.41")
    yield client
    client.close()


def test_the_first_word_is_the_program_whatever_the_image_says(
    client: APIClient,
) -> None:
    """An image's own entry point would run in its place."""
    arguments = create_arguments(SPEC, client)

    assert arguments["entrypoint"] == ["agent"]
    assert arguments["command"] == ["--prompt", "do it"]


def test_nothing_of_the_image_s_runs_beside_the_agent(client: APIClient) -> None:
    """Neither its health check, nor a signal of its own for the end."""
    arguments = create_arguments(SPEC, client)

    assert arguments["healthcheck"] == {"test": ["NONE"]}
    assert arguments["stop_signal"] == "SIGTERM"


def test_the_limits_are_the_spec_s_and_swap_is_none(client: APIClient) -> None:
    """Memory and swap together are no more than the memory."""
    host_config = create_arguments(SPEC, client)["host_config"]

    assert host_config["Memory"] == host_config["MemorySwap"] == SPEC.limits.memory
    assert host_config["PidsLimit"] == SPEC.limits.pids
    assert host_config["NanoCpus"] == SPEC.limits.cpus * 1e9


def test_the_floor_is_passed_on(client: APIClient) -> None:
    """Promise: no capability, a read-only root, our seccomp profile. Why: a field that
    is forgotten here weakens every sandbox without an error."""
    host_config = create_arguments(SPEC, client)["host_config"]

    assert host_config["CapDrop"] == list(SPEC.cap_drop) == ["ALL"]
    assert host_config["ReadonlyRootfs"] is True
    assert host_config["SecurityOpt"] == [*SPEC.security, "seccomp={}"]


def test_another_container_s_namespace_has_its_host_name(client: APIClient) -> None:
    """The engine refuses a container that brings one of its own."""
    alone = create_arguments(SPEC, client)
    shared = create_arguments(replace(SPEC, network="container:gate"), client)

    assert (alone["hostname"], shared["hostname"]) == (SPEC.hostname, None)


def test_standard_input_is_open_only_for_those_who_read_it(client: APIClient) -> None:
    silent = replace(SPEC, terminal=False, listens=False)

    assert create_arguments(SPEC, client)["stdin_open"]
    assert create_arguments(replace(silent, listens=True), client)["stdin_open"]
    assert not create_arguments(silent, client)["stdin_open"]


def test_a_read_only_mount_stays_read_only(client: APIClient) -> None:
    mounts = (Mount("bind", "/a", "/b", read_only=True), Mount("bind", "/c", "/d"))

    arguments = create_arguments(replace(SPEC, mounts=mounts), client)

    assert [
        (mount["Source"], mount["Target"], mount["ReadOnly"])
        for mount in arguments["host_config"]["Mounts"]
    ] == [("/a", "/b", True), ("/c", "/d", False)]
