"""A program in a running container: its status, and no more rights than the agent's."""

import subprocess

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.errors import TimedOut, ToolError
from tests.adapters.docker.test_containers import _spec

STATUS = "id -u; grep -E '^(CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/self/status"


def test_a_program_runs_as_the_container_s_own_do() -> None:
    """By the status alone, and by a command line for the human's terminal."""
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    name = spec.name
    try:
        docker.create(spec)
        with pytest.raises(ToolError, match="not running"):
            docker.exec_status(name, ["true"])
        docker.start(name)

        assert docker.exec_status(name, ["sh", "-c", "exit 3"]) == 3
        assert docker.exec_status(name, ["no-such-program"]) in (126, 127)
        assert docker.exec_status(name, ["sh", "-c", "head -c 9000000 /dev/zero"]) != 0
        argv = docker.exec_argv(
            name, ["sh", "-c", f"{STATUS}; echo $A; exit 7"], {"A": "b"}, terminal=False
        )
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    finally:
        docker.remove(name)
        docker.close()

    assert done.returncode == 7
    facts = done.stdout.split()
    assert facts[0] == "1000"
    assert facts[1::2][:4] == ["CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"]
    assert [int(value, 16) for value in facts[2::2][:4]] == [0, 0, 1, 2]
    assert facts[-1] == "b"


def test_a_program_that_does_not_end_is_let_go() -> None:
    """An agent's may stop it, for both are of one user; the keeper must not wait."""
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    try:
        docker.create(spec)
        docker.start(spec.name)

        with pytest.raises(TimedOut, match="sleep did not end within 1 seconds"):
            docker.exec_status(spec.name, ["sleep", "1000"], seconds=1)

        assert docker.exec_status(spec.name, ["true"]) == 0
    finally:
        docker.remove(spec.name)
        docker.close()
