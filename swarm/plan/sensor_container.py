"""The spec of the sensor's container, with no more rights than it needs."""

from dataclasses import dataclass

from swarm.plan.naming import HOME_LABEL, KIND_LABEL
from swarm.plan.specs import LEAST_PIDS, Limits, Mount, SandboxSpec

OUT = "/out"
"""The folder in which the sensor writes one file of lines for each container."""
ID_LENGTH = 12
"""Hex digits of a container's id that name it to the sensor."""
BPF_ENGINE_VERSION = (23, 0)
"""The first engine version that can give CAP_BPF and CAP_PERFMON."""


@dataclass(frozen=True, slots=True)
class SensorNames:
    """The name and labels of one home's sensor in the container engine."""

    tag: str

    @property
    def sensor(self) -> str:
        """The container's name."""
        return f"swarm-{self.tag}-sensor"

    @property
    def labels(self) -> dict[str, str]:
        """The labels by which the container is found."""
        return {HOME_LABEL: self.tag, KIND_LABEL: "sensor"}


def sensor(
    names: SensorNames,
    image: str,
    out: str,
    engine: str,
    *,
    remapped: bool = False,
    selinux: bool = False,
) -> SandboxSpec:
    """The container without network, with one folder of the host.

    `engine` is the container engine's version. The sensor gives its capabilities up
    once its programs are attached. On an engine that remaps users it does without: in
    a user namespace of its own no capability would reach the kernel.
    """
    return SandboxSpec(
        name=names.sensor,
        image=image,
        argv=("/sensor",),
        user="0:0",
        labels=names.labels,
        mounts=(Mount("bind", out, OUT, relabel=selinux),),
        userns="host" if remapped else "",
        workdir="/",
        network="none",
        limits=Limits(
            memory=256 << 20, cpus=2.0, pids=LEAST_PIDS, nofile=1024, shm=1 << 20
        ),
        cap_add=_capabilities(engine),
        terminal=False,
        listens=True,
        init=False,
        hostname="sensor",
    )


def _capabilities(engine: str) -> tuple[str, ...]:
    numbers = tuple(int(part) for part in engine.split(".")[:2] if part.isdigit())
    return ("BPF", "PERFMON") if numbers >= BPF_ENGINE_VERSION else ("SYS_ADMIN",)
