"""The sensor as a container: what it may do, and nothing more."""

from dataclasses import dataclass

from swarm.plan.naming import HOME_LABEL, KIND_LABEL
from swarm.plan.specs import Limits, Mount, SandboxSpec

OUT = "/out"
"""Where it writes one file of lines for each container."""
ID_LENGTH = 12
"""Hex digits of a container's id that name it to the sensor."""
KNOWS_BPF = (23, 0)
"""From this engine on a container may have CAP_BPF and CAP_PERFMON."""


@dataclass(frozen=True, slots=True)
class SensorNames:
    """What one home's sensor is called outside."""

    tag: str

    @property
    def sensor(self) -> str:
        """The container."""
        return f"swarm-{self.tag}-sensor"

    @property
    def labels(self) -> dict[str, str]:
        """How it is found again."""
        return {HOME_LABEL: self.tag, KIND_LABEL: "sensor"}


def sensor(names: SensorNames, image: str, out: str, engine: str) -> SandboxSpec:
    """No network, nothing of the host's but one folder; `engine` is its version.

    It gives its capabilities up once its programs are attached.
    """
    return SandboxSpec(
        name=names.sensor,
        image=image,
        argv=("/sensor",),
        user="0:0",
        labels=names.labels,
        mounts=(Mount("bind", out, OUT),),
        workdir="/",
        network="none",
        limits=Limits(memory=256 << 20, cpus=2.0, pids=8, nofile=1024, shm=1 << 20),
        cap_add=_capabilities(engine),
        terminal=False,
        listens=True,
        init=False,
        hostname="sensor",
    )


def _capabilities(engine: str) -> tuple[str, ...]:
    numbers = tuple(int(part) for part in engine.split(".")[:2] if part.isdigit())
    return ("BPF", "PERFMON") if numbers >= KNOWS_BPF else ("SYS_ADMIN",)
