"""Every task's net: made ahead, handed out once, donated again after a gate's death."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from swarm.engine.gate.client import GateClient, GateInfo
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.host import images
from swarm.errors import SwarmError, ToolError
from swarm.plan import gate_containers
from swarm.policy import rules
from swarm.policy.rules import Policy
from swarm.ports import Containers

FUMBLED = ("already running container", "cannot start a stopped process")
SETUP_LIMIT = 4096
"""Bytes that the one-shot may print."""


@dataclass(frozen=True, slots=True)
class GateConfig:
    """What the gate is to hold for one net."""

    policy: Policy = field(default_factory=Policy)
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values; they are in memory, on the gate's standard input, and nowhere else."""
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """As the gate is told."""
        return {
            "policy": rules.to_json(self.policy),
            "secrets": dict(self.secrets),
            "placeholders": dict(self.placeholders),
        }


class NetPool:
    """Safe for several threads; everything that takes long blocks its caller only."""

    def __init__(
        self,
        containers: Containers,
        gate: GateClient,
        log: GateRecorder,
        ready: Callable[[], int],
    ) -> None:
        self._door = containers
        self._ready = ready
        self._guard = threading.Lock()
        self._filling = threading.Lock()
        self._pool: list[str] = []
        self.gate = gate
        self.log = log

    def up(self) -> GateInfo:
        """The gate's hello, started where it does not run."""
        return self.gate.up()

    def take(self) -> str:
        """A net that is ready: out of the pool, or made now in about 0.5 s."""
        self.up()
        with self._guard:
            if self._pool:
                return self._pool.pop()
        return self._make()

    def fill(self) -> None:
        """Make nets until enough are ready; a second filler does nothing."""
        if not self._filling.acquire(blocking=False):
            return
        try:
            while len(self._pool) < self._ready():
                self.up()
                made = self._make()
                with self._guard:
                    self._pool.append(made)
        finally:
            self._filling.release()

    def apply_config(self, net: str, config: GateConfig) -> int:
        """Put a policy in force; returns how many open connections that cut."""
        return int(self.gate.ask("policy", net=net, **config.body())["cut"])

    def served(self) -> set[str]:
        """The nets whose listeners the gate holds now."""
        return set(self.gate.ask("hello")["nets"])

    def donate(self, net: str, config: GateConfig) -> None:
        """Open the listeners in the net's namespace and give them to the gate."""
        nonce = secrets.token_hex(16)
        number = self.log.last(net)
        self.gate.ask("open", net=net, nonce=nonce, seq=number, **config.body())
        image = images.reference(self._door, "gate")
        spec = gate_containers.netsetup(self.gate.names, net, image, nonce)
        said = self._door.run(spec, SETUP_LIMIT)
        if said.strip() != b"adopted":
            raise ToolError(f"the net {net} was not set up: {said[:200]!r}")

    def drop(self, net: str) -> None:
        """The net goes, and with it every way out of whoever is in it."""
        if self.gate.is_up:
            self.gate.ask("close", net=net)
        self._door.remove(self.gate.names.net(net))

    def existing(self) -> set[str]:
        """The nets whose namespaces exist."""
        found = self._door.all(self.gate.names.labels("net"))
        return {
            self.gate.names.name_of(facts.name)
            for facts in found
            if facts.status == "running"
        }

    def empty_pool(self) -> list[str]:
        """Take every ready net out of the pool: another gate does not know them."""
        with self._guard:
            pool, self._pool = self._pool, []
        return pool

    def adopt(self, net: str) -> None:
        """A net that an earlier keeper made ready and never handed out."""
        with self._guard:
            self._pool.append(net)

    def close(self) -> None:
        """Hang up and record what was heard; gate and nets go on."""
        self.gate.close()
        self.log.close()

    def _make(self) -> str:
        """A net that stands; a start that the engine fumbles is tried once more.

        Docker 20.10 answers about one start in a thousand of a container that was
        just made with one of these, and takes the next.
        """
        try:
            return self._made()
        except ToolError as error:
            if not any(words in error.message for words in FUMBLED):
                raise
            return self._made()

    def _made(self) -> str:
        name = secrets.token_hex(4)
        container = self.gate.names.net(name)
        image = images.reference(self._door, "gate")
        try:
            self._door.create(gate_containers.net(self.gate.names, name, image))
            self._door.start(container)
            self.donate(name, GateConfig())
        except SwarmError:
            self._door.remove(container)
            raise
        return name
