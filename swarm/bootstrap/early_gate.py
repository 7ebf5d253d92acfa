"""Starts the gate's container while the keeper's modules load."""

import threading
from contextlib import suppress

from swarm.config import load
from swarm.engine.gate.client import GateClient
from swarm.engine.host.container_client import Line
from swarm.errors import SwarmError
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.ports import Containers


def begin(paths: HomePaths, containers: Containers) -> threading.Thread:
    """Start it on a thread, which ends once the container runs or cannot.

    The first task of a keeper waits for both, and neither needs the other. A failure
    is told when the gate is greeted, which tries it again.
    """
    thread = threading.Thread(
        target=_start, args=(paths, containers), name="early gate", daemon=True
    )
    thread.start()
    return thread


def _start(paths: HomePaths, containers: Containers) -> None:
    with suppress(SwarmError):
        hosts = load.load(load.user_file()).gate.hosts
        names = GateNames(paths.tag)
        GateClient(containers, names, lambda: hosts, _drop).start_container()


def _drop(_: Line) -> None:
    """Nothing is said yet: the keeper's own client reads all lines."""
