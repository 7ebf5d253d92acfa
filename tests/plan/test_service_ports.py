"""Whose program listens at a service's port is told by the kernel."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from swarm.model.project import ServiceContainer
from swarm.plan import service_ports
from swarm.plan.service_containers import FIRST_UID, Service
from tests.plan.test_service_containers import planned


def _services(*ports: int | None) -> list[Service]:
    wanted = {
        f"s{number}": ServiceContainer(image="db:1", port=port)
        for number, port in enumerate(ports)
    }
    return planned(**wanted)


def test_each_that_has_a_port_is_looked_for_as_its_user() -> None:
    spec = service_ports.listening(_services(7, None, 9), "net", "gate:1")

    assert spec.argv[-2:] == (f"7:{FIRST_UID}", f"9:{FIRST_UID + 2}")
    assert spec.network == "container:net"


@pytest.fixture(params=[("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port at which this process listens."""
    address, family = request.param
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        yield server.getsockname()[1]


def _printed(*pairs: str) -> bytes:
    """What the one-shot prints, run here."""
    argv = [sys.executable, "-c", service_ports._UNTIL_THEY_LISTEN, *pairs]
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout


def test_it_ends_once_its_own_user_listens(port: int) -> None:
    assert service_ports.taken(_printed(f"{port}:{os.geteuid()}")) is None


def test_another_user_there_is_named(port: int) -> None:
    printed = _printed(f"{port}:{os.geteuid() + 1}")

    assert service_ports.taken(printed) == (port, os.geteuid())
    assert len(printed) <= service_ports.LIMIT
