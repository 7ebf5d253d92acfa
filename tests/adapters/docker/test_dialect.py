"""Podman's words become Docker's; a weaker container is not made to look like one."""

from copy import deepcopy
from typing import Any

import pytest
from docker import APIClient

from swarm.adapters.docker.container_config import create_arguments
from swarm.adapters.docker.dialect import (
    DEFAULT_CAPABILITIES,
    DOCKER,
    Dialect,
    dialect,
    in_docker_s_words,
    short_name,
)
from swarm.engine.host import images
from swarm.plan import hardening
from swarm.plan.specs import SandboxSpec

PODMAN = Dialect("k8s-file", is_podman=True)
PODMAN_VERSION = {"Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}]}


def podman_s_answer() -> dict[str, Any]:
    """As Podman 4.3.1 told of a sandbox; the lines of it that count."""
    (option,) = [
        one for one in _options(images.seccomp_profile(), PODMAN) if "seccomp" in one
    ]
    return {
        "Config": {"User": "1000:1000", "Image": "localhost/swarm/base:1"},
        "Mounts": [{"Source": "/home/you/.local/state/swarm/worktrees/1"}],
        "HostConfig": {
            "Privileged": False,
            "CapDrop": sorted(DEFAULT_CAPABILITIES),
            "CapAdd": [],
            "SecurityOpt": ["no-new-privileges", option],
            "ReadonlyRootfs": True,
            "NetworkMode": "container:2133",
            "PidsLimit": 512,
            "Memory": 1 << 30,
            "MemorySwap": 1 << 30,
            "NanoCpus": 1,
            "Ulimits": [{"Name": "RLIMIT_NOFILE", "Hard": 1, "Soft": 1}],
            "ShmSize": 1,
            "Tmpfs": {"/tmp": "rw", "/run": "rw", "/var/tmp": "rw"},
            "Devices": [],
            "PidMode": "private",
            "IpcMode": "shareable",
            "UTSMode": "private",
        },
    }


def _options(profile: str, spoken: Dialect) -> list[str]:
    client = APIClient("unix:///nonexistent/docker.sock", version="1.41")
    spec = SandboxSpec("n", "i", ("true",), "1:1", {}, seccomp=profile)
    host_config = create_arguments(spec, client, spoken)["host_config"]
    client.close()
    return list(host_config["SecurityOpt"])


def test_podman_s_sandbox_keeps_the_floor_in_docker_s_words() -> None:
    told = in_docker_s_words(podman_s_answer(), PODMAN)

    assert hardening.inspected_faults(told) == []
    assert told["Config"]["Image"] == "swarm/base:1"


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("CapDrop", sorted(DEFAULT_CAPABILITIES - {"NET_RAW"}), "capabilities"),
        ("CapDrop", [], "capabilities"),
        ("CapAdd", ["SYS_ADMIN"], "capabilities"),
        ("SecurityOpt", ["no-new-privileges"], "seccomp"),
        ("SecurityOpt", ["no-new-privileges", "seccomp=unconfined"], "seccomp"),
        ("SecurityOpt", ["no-new-privileges", "seccomp=/tmp/other.json"], "seccomp"),
        ("Ulimits", [{"Name": "RLIMIT_NPROC", "Hard": 1, "Soft": 1}], "nofile"),
        ("MemorySwap", -1, "swap"),
    ],
)
def test_a_weaker_one_is_still_weaker(key: str, value: object, fault: str) -> None:
    """Words are changed and nothing is assumed: each line, weakened, is found."""
    weaker = podman_s_answer()
    weaker["HostConfig"][key] = value

    (found,) = hardening.inspected_faults(in_docker_s_words(weaker, PODMAN))

    assert fault in found


def test_docker_s_answer_stays_as_it_is() -> None:
    answer = podman_s_answer()

    assert in_docker_s_words(deepcopy(answer), DOCKER) == answer


def test_podman_gets_the_profile_by_its_path_and_docker_its_text() -> None:
    """Podman opens whatever follows the equals sign."""
    profile = images.seccomp_profile()

    assert f"seccomp={profile}" in _options(profile, DOCKER)
    assert any(
        one.startswith("seccomp=/") and one.endswith("/seccomp.json")
        for one in _options(profile, PODMAN)
    )


@pytest.mark.parametrize(
    ("drivers", "driver"),
    [
        (["awslogs", "json-file", "local"], "local"),
        (["json-file", "syslog"], "json-file"),
        (["k8s-file", "none", "passthrough", "journald"], "k8s-file"),
        (["journald", "none"], ""),
        (None, "local"),
    ],
)
def test_an_engine_gets_a_log_driver_that_it_has(
    drivers: list[str] | None, driver: str
) -> None:
    assert dialect({"Plugins": {"Log": drivers}}, {}).log_driver == driver


@pytest.mark.parametrize(
    ("version", "podman"),
    [
        (PODMAN_VERSION, True),
        ({"Components": [{"Name": "Engine"}]}, False),
        ({"Components": None}, False),
        ({}, False),
    ],
)
def test_podman_is_known_by_its_version_whatever_the_socket_s_name(
    version: dict[str, Any], podman: bool
) -> None:
    assert dialect({}, version).is_podman is podman


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("localhost/swarm/gate:1", "swarm/gate:1"),
        ("docker.io/swarm/gate:1", "swarm/gate:1"),
        ("docker.io/library/debian:trixie", "debian:trixie"),
        ("swarm/gate:1", "swarm/gate:1"),
        ("localhost:5000/team/image:1", "localhost:5000/team/image:1"),
    ],
)
def test_a_local_image_has_the_name_that_swarm_gave_it(told: str, name: str) -> None:
    assert short_name(told) == name
