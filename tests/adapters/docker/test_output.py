"""All output of a container is followed to its end, and its status waited for."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.errors import TimedOut, ToolError
from swarm.plan.naming import HOME_LABEL
from swarm.plan.specs import SandboxSpec

TAG = f"test-{secrets.token_hex(4)}"


def _spec(command: str) -> SandboxSpec:
    return SandboxSpec(
        name=f"swarm-{TAG}-1",
        image=images.tag("gate"),
        argv=("sh", "-c", command),
        user="1000:1000",
        labels={HOME_LABEL: TAG},
        terminal=False,
    )


@pytest.fixture
def docker() -> Iterator[DockerContainers]:
    with closing(DockerContainers()) as docker:
        yield docker
        docker.remove(f"swarm-{TAG}-1")


def test_both_streams_from_the_first_byte_to_the_last(docker: DockerContainers) -> None:
    spec = _spec("echo one; echo two >&2; sleep 1; printf three; exit 7")
    docker.create(spec)

    output = b"".join(docker.start_followed(spec.name))

    assert sorted(output.split()) == [b"one", b"three", b"two"]
    assert docker.await_end(spec.name, 20) == 7


def test_another_thread_hangs_up(docker: DockerContainers) -> None:
    spec = _spec("echo here; sleep 600")
    docker.create(spec)
    seen = threading.Event()

    def follow() -> None:
        try:
            for _ in docker.start_followed(spec.name):
                seen.set()
        except ToolError:
            return

    thread = threading.Thread(target=follow)
    thread.start()
    assert seen.wait(30)
    docker.close()
    thread.join(30)

    assert not thread.is_alive()
    with pytest.raises(TimedOut, match="did not end within 1 seconds"):
        docker.await_end(spec.name, 1)


def test_there_is_no_such_container(docker: DockerContainers) -> None:
    with pytest.raises(ToolError, match="No such container"):
        next(docker.start_followed("swarm-test-none"))
