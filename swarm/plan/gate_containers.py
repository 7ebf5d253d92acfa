"""The specs of the containers of the gate and its nets, to the last flag."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from swarm.plan.naming import HOME_LABEL, KIND_LABEL
from swarm.plan.specs import LEAST_PIDS, Limits, Mount, SandboxSpec

SHARED_KINDS = frozenset({"gate", "net", "netsetup", "sensor"})
"""Kinds of containers that belong to no single task."""
GATE_USER, NET_USER = "65531:65531", "65532:65532"
RUN, KEYS = "/run/gate", "/keys"
SETUP = "/opt/swarm/netsetup"
PROXY_PORT = 3128
HOST_NAME = "host.docker.internal"
"""The gate's name for the machine that the container engine runs on."""
HOST_ADDRESS = "host-gateway"
"""The container engine puts that machine's address in its place."""
OWN_IPV6 = {"net.ipv6.conf.lo.disable_ipv6": "0"}
"""IPv6 on the loopback: `::1` is then the sandbox itself."""
ANY_PORT = {"net.ipv4.ip_unprivileged_port_start": "0"}
"""Whoever is in a net may listen on port 53 or 80; Docker's default, not Podman's."""
SMALL = Limits(memory=64 << 20, cpus=1.0, pids=LEAST_PIDS, nofile=1024, shm=1 << 20)


@dataclass(frozen=True, slots=True)
class GateNames:
    """The names of one home's gate, nets and volumes in the container engine."""

    tag: str

    @property
    def gate(self) -> str:
        """The container of the gate, and its network."""
        return f"swarm-{self.tag}-gate"

    @property
    def run(self) -> str:
        """The volume with the socket that listeners come through."""
        return f"{self.gate}-run"

    @property
    def keys(self) -> str:
        """The volume with the CA's key; mounted nowhere but in the gate."""
        return f"{self.gate}-keys"

    def net(self, name: str) -> str:
        """The container that owns one net's namespace."""
        return f"swarm-{self.tag}-net-{name}"

    def name_of(self, container: str) -> str:
        """The name of the net that a container holds; empty if it holds none."""
        prefix = self.net("")
        return container.removeprefix(prefix) if container.startswith(prefix) else ""

    def labels(self, kind: str) -> dict[str, str]:
        """The labels by which the containers and volumes of this home are found."""
        return {HOME_LABEL: self.tag, KIND_LABEL: kind}


def gate(names: GateNames, image: str, hosts: Mapping[str, str]) -> SandboxSpec:
    """The one container with a network: no capability, no privilege, read-only.

    It knows this machine by name on every platform; a rule opens that name.
    """
    hosts = {HOST_NAME: HOST_ADDRESS, **hosts}
    return SandboxSpec(
        name=names.gate,
        image=image,
        argv=("python3", "-m", "swarm.gate"),
        user=GATE_USER,
        labels={**names.labels("gate"), "swarm.gate.hosts": _digest(hosts)},
        mounts=(Mount("volume", names.run, RUN), Mount("volume", names.keys, KEYS)),
        workdir="/",
        network=names.gate,
        limits=Limits(
            memory=1 << 30, cpus=2.0, pids=1024, nofile=20000, shm=1 << 20, tmp=16 << 20
        ),
        tmpfs={"/tmp": "rw,noexec,nosuid,nodev,size=16777216"},  # noqa: S108 - inside
        terminal=False,
        listens=True,
        init=False,  # it buries its own children, and handles TERM itself
        hosts=hosts,
        hostname="gate",
    )


def _digest(hosts: Mapping[str, str]) -> str:
    text = json.dumps(sorted(hosts.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def net(names: GateNames, name: str, image: str, has_ipv6: bool = True) -> SandboxSpec:
    """A process that does nothing: it holds a namespace without interfaces.

    The engine switches IPv6 off there. With `has_ipv6` the loopback alone has it, so
    that `::1` is the sandbox itself; there is no other interface and no route.
    """
    return SandboxSpec(
        name=names.net(name),
        image=image,
        argv=("sleep", "infinity"),
        user=NET_USER,
        labels=names.labels("net"),
        workdir="/",
        network="none",
        # It uses 0.4 MB; the engine's own helper, which starts it, and the relay of
        # open ports need the rest.
        limits=replace(SMALL, memory=128 << 20),
        terminal=False,
        dns=("127.0.0.1",),
        sysctls={**ANY_PORT, **(OWN_IPV6 if has_ipv6 else {})},
        init=False,
    )


def netsetup(names: GateNames, name: str, image: str, nonce: str) -> SandboxSpec:
    """The one-shot that holds NET_ADMIN, in the net's namespace, and exits."""
    return SandboxSpec(
        name=f"{names.net(name)}-setup",
        image=image,
        argv=(SETUP, name, nonce),
        user="0:0",
        labels=names.labels("netsetup"),
        mounts=(Mount("volume", names.run, RUN),),
        workdir="/",
        network=f"container:{names.net(name)}",
        limits=SMALL,
        cap_add=("NET_ADMIN", "DAC_OVERRIDE"),
        terminal=False,
        init=False,
    )
