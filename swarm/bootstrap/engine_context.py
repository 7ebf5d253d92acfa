"""Puts the keeper's tools together; what it imports is what a keeper needs anyway."""

import os
import threading
from collections.abc import Callable
from typing import Any

from swarm.config import load, prices
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.engine.gate.client import GateClient
from swarm.engine.gate.net_pool import NetPool
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.resource_meter import ResourceMeter
from swarm.engine.sensor.client import SensorClient
from swarm.engine.sensor.inotify import InotifySensor
from swarm.engine.sensor.log_follower import FollowerCallbacks, LogFollower
from swarm.engine.sensor.supervisor import SensorSupervisor
from swarm.model import events
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.plan.sensor_container import SensorNames
from swarm.ports import Containers, Panes
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.usage_writer import UsageWriter


def kit(paths: HomePaths, containers: Containers, panes: Panes) -> EngineContext:
    """The tools of one home's keeper; threads that record are running then."""
    journal, audit = Journal(paths.database), AuditWriter(paths.database)
    read = _reader(paths)
    return EngineContext(
        places=paths,
        journal=journal,
        read=read,
        sandboxes=containers,
        panes=panes,
        config=_config,
        nets=_nets(paths, containers, journal),
        sensing=_sensing(paths, containers, journal, audit),
        audit=audit,
        meter=ResourceMeter(
            containers, UsageWriter(paths.database), lambda: read().tasks
        ),
        uid=os.getuid(),
        gid=os.getgid(),
    )


def _config() -> Config:
    return load.load(load.user_file())


def _reader(paths: HomePaths) -> Callable[[], Queries]:
    """One instance for each thread that asks."""
    own = threading.local()

    def read() -> Queries:
        if not hasattr(own, "queries"):
            own.queries = Queries(paths.database)
        found: Queries = own.queries
        return found

    return read


def _nets(paths: HomePaths, containers: Containers, journal: Journal) -> NetPool:
    log = GateRecorder(journal, lambda: prices.load(load.user_file()))
    gate = GateClient(
        containers, GateNames(paths.tag), lambda: _config().gate.hosts, log.on_line
    )
    return NetPool(containers, gate, log, lambda: _config().gate.ready)


def _sensing(
    paths: HomePaths, containers: Containers, journal: Journal, audit: AuditWriter
) -> SensorSupervisor:
    ears = FollowerCallbacks(
        gave=lambda task, file, lines: _note(
            journal, task, events.SensorLogDropped(file, lines)
        ),
        missed=lambda task, n: _note(
            journal, task, events.SensorGap(n, "it made no sense")
        ),
        trouble=lambda reason: _note(journal, None, events.Trouble("audit", reason)),
    )
    follower = LogFollower(paths.sensor, audit, lambda: _config().sensor.keep, ears)
    made: list[SensorSupervisor] = []

    def heard(line: dict[str, Any]) -> None:
        made[0].on_line(line)

    sensor = SensorClient(containers, SensorNames(paths.tag), paths.sensor, heard)
    fallback = InotifySensor(paths.sensor, heard)
    made.append(
        SensorSupervisor(
            sensor, fallback, follower, journal, lambda: _config().sensor.kind
        )
    )
    return made[0]


def _note(journal: Journal, task: int | None, event: events.Event) -> None:
    journal.record(task, event)
