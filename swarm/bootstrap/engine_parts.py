"""Builds the keeper's tools; imports only modules that every keeper needs."""

import os
from collections.abc import Callable

from swarm.config import load, prices
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.engine.gate.client import GateClient
from swarm.engine.gate.net_pool import NetPool
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.open_ports.hub import OpenPorts
from swarm.engine.parts import EngineParts
from swarm.engine.resource_meter import ResourceMeter
from swarm.engine.sensor.client import SensorClient
from swarm.engine.sensor.inotify import InotifySensor
from swarm.engine.sensor.log_follower import FollowerCallbacks, LogFollower
from swarm.engine.sensor.supervisor import SensorSupervisor
from swarm.engine.side_channels.hub import SideChannels
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.wanted_tools import WantedTool
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths
from swarm.plan.sensor_container import SensorNames
from swarm.ports import Containers, Images, Panes
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.thread_queries import ThreadQueries
from swarm.store.usage_writer import UsageWriter


def build(
    paths: HomePaths, containers: Containers, panes: Panes, images: Images
) -> EngineParts:
    """The parts of one home's engine; starts the threads that record."""
    journal, audit = Journal(paths.database), AuditWriter(paths.database)
    usage, read = UsageWriter(paths.database), ThreadQueries(paths.database)
    context = EngineContext(
        paths=paths,
        journal=journal,
        read=read,
        containers=containers,
        panes=panes,
        config=_config,
        uid=os.getuid(),
        gid=os.getgid(),
        images=images,
    )
    journal.set_listener(context.signals.nudge)
    return EngineParts(
        context=context,
        read=read,
        nets=_net_pool(paths, containers, journal),
        sensor=_sensor_supervisor(context, audit),
        audit=audit,
        usage=usage,
        meter=ResourceMeter(containers, usage, lambda: read().tasks),
        channels=SideChannels(context),
        ports=OpenPorts(containers, GateNames(paths.tag)),
    )


def _config() -> Config:
    return load.load(load.user_file())


def _net_pool(paths: HomePaths, containers: Containers, journal: Journal) -> NetPool:
    log = GateRecorder(journal, lambda: prices.load(load.user_file()))
    gate = GateClient(
        containers, GateNames(paths.tag), lambda: _config().gate.hosts, log.on_line
    )
    return NetPool(containers, gate, log, lambda: _config().gate.ready)


def _sensor_supervisor(context: EngineContext, audit: AuditWriter) -> SensorSupervisor:
    paths, containers = context.paths, context.containers
    journal, read = context.journal, context.read
    callbacks = FollowerCallbacks(
        log_dropped=lambda task, file, lines: _record(
            journal, task, events.SensorLogDropped(file, lines)
        ),
        lines_lost=lambda task, n: _record(
            journal, task, events.SensorGap(n, "it made no sense")
        ),
        trouble=lambda reason: _record(journal, None, events.Trouble("audit", reason)),
        wanted=lambda task, tool: _record_wanted(journal, read, task, tool),
        stored=context.signals.stored,
    )
    follower = LogFollower(
        paths.sensor, audit, lambda: _config().sensor.keep, callbacks
    )
    sensor = SensorClient(containers, SensorNames(paths.tag), paths.sensor)
    fallback = InotifySensor(paths.sensor)
    supervisor = SensorSupervisor(
        sensor, fallback, follower, journal, lambda: _config().sensor.kind
    )
    sensor.set_line_handler(supervisor.on_line)
    fallback.set_line_handler(supervisor.on_line)
    return supervisor


def _record_wanted(
    journal: Journal, read: Callable[[], Queries], task: int, tool: WantedTool
) -> None:
    """Record it once: after a restart the sensor's reader tells it again."""
    if tool.name not in read().tasks.get(task).wants:
        command = safe_line(" ".join(tool.command), 200)
        _record(journal, task, events.ToolWanted(tool.name, command))


def _record(journal: Journal, task: int | None, event: events.Event) -> None:
    journal.record(task, event)
