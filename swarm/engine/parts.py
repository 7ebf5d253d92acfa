"""The engine's long-running parts, for the operations that start or end a sandbox."""

from dataclasses import dataclass, field

from swarm.engine.context import EngineContext
from swarm.engine.gate.net_pool import NetPool
from swarm.engine.open_ports.hub import OpenPorts
from swarm.engine.resource_meter import ResourceMeter
from swarm.engine.sensor.supervisor import SensorSupervisor
from swarm.engine.side_channels.hub import SideChannels
from swarm.policy.layers import ResolvedPolicy
from swarm.store.audit_writer import AuditWriter
from swarm.store.thread_queries import ThreadQueries
from swarm.store.usage_writer import UsageWriter


@dataclass(frozen=True, slots=True)
class EngineParts:
    """The context, the gate's nets, the sensor and the meter; the keeper owns them."""

    context: EngineContext
    read: ThreadQueries
    """The context's `read`."""
    nets: NetPool
    sensor: SensorSupervisor
    audit: AuditWriter
    usage: UsageWriter
    meter: ResourceMeter
    channels: SideChannels
    ports: OpenPorts
    last_policies: dict[str, ResolvedPolicy] = field(default_factory=dict)
    """The policy last put in force on each net, by its name; not stored."""

    def close(self) -> None:
        """Release the database and the engine's sockets, once no keeper runs."""
        self.read.close()
        self.usage.close()
        self.audit.close()
        self.context.journal.close()
        self.context.containers.close()
        self.context.images.close()
