"""Makes nets before they are needed, gives each to one task, and removes them."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from swarm.engine.gate.client import GateClient, GateInfo
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.host import failed_starts, images
from swarm.errors import SwarmError, ToolError
from swarm.plan import gate_containers
from swarm.policy import parent_proxy, rules
from swarm.policy.parent_proxy import ProxyEndpoint
from swarm.policy.rules import Policy
from swarm.ports import Containers

SETUP_LIMIT = 4096
"""Bytes that the set-up container may print."""


@dataclass(frozen=True, slots=True)
class GateConfig:
    """The policy and secrets that the gate holds for one net."""

    policy: Policy = field(default_factory=Policy)
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Values. They exist in memory and on the gate's standard input, nowhere else."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    parent: ProxyEndpoint | None = None
    """The proxy that everything goes out through, with its password."""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The gate's own answers to agents that ask for a token: placeholders."""
    former: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that are over, which are masked and sent nowhere."""

    def to_json(self) -> dict[str, Any]:
        """The body of the commands `open` and `policy`."""
        return {
            "policy": rules.to_json(self.policy),
            "secrets": dict(self.secrets),
            "placeholders": dict(self.placeholders),
            "parent": parent_proxy.to_json(self.parent),
            "answers": {name: dict(answer) for name, answer in self.answers.items()},
            "former": {name: list(values) for name, values in self.former.items()},
        }


class NetPool:
    """Safe for several threads; a slow call blocks only its caller."""

    def __init__(
        self,
        containers: Containers,
        gate: GateClient,
        log: GateRecorder,
        ready: Callable[[], int],
    ) -> None:
        self._containers = containers
        self._ready = ready
        self._guard = threading.Lock()
        self._made = threading.Condition(self._guard)
        self._filling = threading.Lock()
        self._pool: list[str] = []
        self._is_making = False
        """`fill` makes one at this moment."""
        self._takers = 0
        """Tasks that found no net ready."""
        self.gate = gate
        self._has_ipv6 = True
        """Nothing has shown yet that a net cannot have it."""
        self.log = log

    def up(self) -> GateInfo:
        """The gate's description; starts the gate if it does not run."""
        return self.gate.up()

    def take(self) -> str:
        """Return a net from the pool, or make one now in about 0.5 s.

        One that died in the pool is removed, and another one given. The one that
        `fill` makes at this moment is waited for: a second one beside it takes longer.
        """
        self.up()
        while net := self._pop():
            facts = self._containers.inspect(self.gate.names.net(net))
            if facts and facts.status == "running":
                return net
            self.drop(net)
        with self._taker() as is_first:
            return (is_first and self._pop_when_made()) or self._make_with_retry()

    @contextmanager
    def _taker(self) -> Iterator[bool]:
        """Nets for later are not made meanwhile; true for the first that waits."""
        with self._guard:
            self._takers += 1
            is_first = self._takers == 1
        try:
            yield is_first
        finally:
            with self._guard:
                self._takers -= 1

    def _pop_when_made(self) -> str:
        """The net that `fill` makes now; empty if it makes none, or failed."""
        with self._made:
            self._made.wait_for(lambda: not self._is_making)
            return self._pool.pop() if self._pool else ""

    def _pop(self) -> str:
        with self._guard:
            return self._pool.pop() if self._pool else ""

    def fill(self) -> None:
        """Make nets until enough are ready; does nothing if another thread does it.

        It ends early if a task waits for a net: whoever took one fills the pool again.
        """
        if not self._filling.acquire(blocking=False):
            return
        try:
            while len(self._pool) < self._ready():
                with self._guard:
                    if self._takers:
                        return
                    self._is_making = True
                self._make_for_later()
        finally:
            self._filling.release()

    def _make_for_later(self) -> None:
        try:
            self.up()
            self.adopt(self._make_with_retry())
        finally:
            with self._made:
                self._is_making = False
                self._made.notify_all()

    def apply_config(self, net: str, config: GateConfig) -> int:
        """Put a policy in force; returns how many open connections it cut."""
        return int(self.gate.send_command("policy", net=net, **config.to_json())["cut"])

    def served(self) -> set[str]:
        """The nets whose listeners the gate holds now."""
        return set(self.gate.send_command("hello")["nets"])

    def hand_over_listeners(self, net: str, config: GateConfig) -> None:
        """Open the listeners in the net's namespace and give them to the gate."""
        failed_starts.once_more(lambda: self._hand_over(net, config))

    def _hand_over(self, net: str, config: GateConfig) -> None:
        nonce = secrets.token_hex(16)
        number = self.log.last(net)
        self.gate.send_command(
            "open", net=net, nonce=nonce, seq=number, **config.to_json()
        )
        image = images.reference(self._containers, "gate")
        spec = gate_containers.netsetup(self.gate.names, net, image, nonce)
        output = self._containers.run(spec, SETUP_LIMIT)
        if output.strip() != b"adopted":
            raise ToolError(f"the net {net} was not set up: {output[:200]!r}")

    def drop(self, net: str) -> None:
        """Remove the net; its sandbox then has no way out."""
        if self.gate.is_up:
            self.gate.send_command("close", net=net)
        self._containers.remove(self.gate.names.net(net))

    def existing(self) -> set[str]:
        """The nets whose namespaces exist."""
        containers = self._containers.all(self.gate.names.labels("net"))
        return {
            self.gate.names.name_of(facts.name)
            for facts in containers
            if facts.status == "running"
        }

    def empty_pool(self) -> list[str]:
        """Take every ready net out of the pool: a new gate does not serve them."""
        with self._guard:
            pool, self._pool = self._pool, []
        return pool

    def adopt(self, net: str) -> None:
        """Put a net into the pool that an earlier keeper made and gave to no task."""
        with self._guard:
            self._pool.append(net)

    def close(self) -> None:
        """Hang up and record the queued lines; the gate and the nets go on."""
        self.gate.close()
        self.log.close()

    def _make_with_retry(self) -> str:
        return failed_starts.once_more(self._make)

    def _make(self) -> str:
        name = secrets.token_hex(4)
        container = self.gate.names.net(name)
        try:
            self._start(name)
            self._hand_over(name, GateConfig())
        except SwarmError:
            self._containers.remove(container)
            raise
        return name

    def _start(self, name: str) -> None:
        """Start a net; without IPv6 on its loopback if kernel or engine has none."""
        image = images.reference(self._containers, "gate")
        spec = gate_containers.net(self.gate.names, name, image, self._has_ipv6)
        try:
            self._containers.create(spec)
            self._containers.start(spec.name)
        except ToolError as error:
            words = error.message.lower()
            if not self._has_ipv6 or not ("ipv6" in words or "sysctl" in words):
                raise
            self._has_ipv6 = False
            self._containers.remove(spec.name)
            self._start(name)
