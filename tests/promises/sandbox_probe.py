"""A real sandbox with a real keeper and a real gate, and a web outside to reach for."""

import ipaddress
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docker

from swarm.engine.egress import policy_resolver
from swarm.engine.gate.client import GateClient
from swarm.engine.gate.net_pool import GateConfig, NetPool
from swarm.model.task import State
from swarm.plan.specs import Mount, SandboxSpec
from swarm.policy.rules import Policy, Rule
from tests.engine.keeper_harness import PATIENCE, KeeperHarness, open_keeper_harness
from tests.promises.inside import Ended, by_itself, inside
from tests.promises.web import Web

WEAK = Path(__file__).with_name("weak_gate.py")
TOOLS = Path(__file__).with_name("tools.py").read_text(encoding="utf-8")
FORBIDDEN_ADDRESSES = {
    "loop.test": "127.0.0.1",
    "zero.test": "0.0.0.0",
    "meta.test": "169.254.169.254",
    "ten.test": "10.9.8.7",
    "home.test": "192.168.1.1",
    "carrier.test": "100.64.0.1",
    "many.test": "224.0.0.251",
    "all.test": "255.255.255.255",
    "six.test": "::1",
    "mapped.test": "::ffff:127.0.0.1",
    "nat64.test": "64:ff9b::7f00:1",
    "sixtofour.test": "2002:7f00:1::1",
    "local6.test": "fe80::1",
    "unique.test": "fd00::1",
}
"""Names that an allowed domain may be made to lead to."""
INSIDE = ("git.corp.internal", "nas.local", "hub.lan", "intranet")
"""Names of the user's own network."""


@dataclass(frozen=True)
class ProbeResult:
    """What a probe brought out of the sandbox."""

    code: int
    out: str


@dataclass
class SandboxProbe:
    """One sandbox, seen from inside and from outside."""

    harness: KeeperHarness
    task: int
    web: Web
    box: str
    """The container that probes run in."""

    def allow(self, *rules: Rule, **settings: Any) -> None:
        """Another policy, in force at once; the web may be reached."""
        secrets = settings.pop("values", {})
        placeholders = settings.pop("placeholders", {})
        network = f"{self.web.address}/32"
        settings.setdefault("allow_nets", (network,))
        policy = Policy(
            rules=rules, upstream_ca=(self.web.authority.certificate,), **settings
        )
        task = self.harness.queries.tasks.get(self.task)
        self.harness.parts.nets.apply_config(
            task.net.name, GateConfig(policy, secrets, placeholders)
        )

    def good(self, **more: Any) -> Rule:
        """The rule that lets the web's own name pass."""
        usual = {"kind": "allow", "host": "good.test", "ports": (self.web.port,)}
        return Rule(**{**usual, **more})

    def run(
        self, script: str, seconds: float = PATIENCE, by_engine: bool = False
    ) -> ProbeResult:
        """Python in the sandbox, as the agent, with `tools` at hand.

        `by_engine` is for a script that may end whatever else runs in the box.
        """
        code = f"{TOOLS}\nPORT = {self.web.port}\nWEB = {self.web.address!r}\n"
        text = code + textwrap.dedent(script)
        argv = ["python3", "-c", text]
        if by_engine:
            done = _told(by_itself(self.box, argv, seconds))
        else:
            done = self._exec(argv, seconds)
        if "Traceback (most recent" in done.out:
            raise RuntimeError(f"the probe itself is broken: {done.out}")
        return done

    def shell(self, command: str, seconds: float = PATIENCE) -> ProbeResult:
        """A shell's command in the sandbox, as the agent."""
        return self._exec(["bash", "-c", command], seconds)

    def _exec(self, argv: list[str], seconds: float) -> ProbeResult:
        return _told(inside(self.box).run(argv, seconds))

    def inspect(self, name: str = "") -> dict[str, Any]:
        """What `docker inspect` says; of the sandbox where no other is named."""
        facts = self.harness.context.containers.inspect(name or self.box)
        assert facts is not None
        return facts.raw

    @property
    def net(self) -> str:
        """The container that owns the sandbox's namespace."""
        task = self.harness.queries.tasks.get(self.task)
        return self.harness.parts.nets.gate.names.net(task.net.name)

    def said(self, kind: str) -> list[Any]:
        """The journal's events of one kind about the task."""
        return [
            known.event
            for known in self.harness.queries.events.after(
                task=self.task, limit=100_000
            )
            if type(known.event).__name__ == kind
        ]


def _told(done: Ended) -> ProbeResult:
    return ProbeResult(done.code, done.out.decode("latin-1"))


class WeakGate(GateClient):
    """Runs `weak_gate.py` where the gate should be."""

    def _spec(self, image: str) -> SandboxSpec:
        spec = super()._spec(image)
        return replace(
            spec,
            argv=("python3", "/weak_gate.py"),
            mounts=(*spec.mounts, Mount("bind", str(WEAK), "/weak_gate.py", True)),
        )


@contextmanager
def open_probe(sample: Path, weak: bool = False) -> Iterator[SandboxProbe]:
    """A probe with one live task that sleeps; everything goes at the end."""
    with open_keeper_harness() as harness, tempfile.TemporaryDirectory() as folder:
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), Path(folder))
        hosts = dict.fromkeys(("good.test", "api.test", "evil.test"), web.address)
        hosts |= dict.fromkeys(INSIDE, web.address)
        known = {**hosts, "sub.good.test": web.address, **FORBIDDEN_ADDRESSES}
        containers, log = harness.context.containers, harness.parts.nets.log
        kind = WeakGate if weak else GateClient
        gate = kind(containers, names, lambda: known, log.on_line)
        nets = NetPool(containers, gate, log, lambda: 0)
        harness.parts = replace(harness.parts, nets=nets)
        harness.start_keeper(renews_policies=False)
        task = harness.new_task(sample, "sleep 100000")
        harness.until_state(task, State.LIVE)
        yield SandboxProbe(harness, task, web, harness.context.names(task).sandbox)
        web.close()


@contextmanager
def open_bridged_probe(of: SandboxProbe) -> Iterator[SandboxProbe]:
    """The same sandbox on a plain bridge: what most tools call isolated."""
    name = f"{of.box}-bridged"
    network = of.harness.parts.nets.gate.names.gate
    plan = replace(_spec_of(of), name=name, network=network, hosts={})
    of.harness.context.containers.create(replace(plan, terminal=False))
    of.harness.context.containers.start(name)
    yield replace(of, box=name)
    of.harness.context.containers.remove(name)


def _spec_of(of: SandboxProbe) -> SandboxSpec:
    from swarm.plan import specs  # noqa: PLC0415 - beside its one use

    plan = specs.from_json(of.harness.queries.tasks.plan(of.task))
    return replace(plan.sandbox, argv=("sleep", "100000"))


def gateway(network: str) -> str:
    """The host's own address on a bridge."""
    client = docker.APIClient(version="auto")
    try:
        found = client.inspect_network(network)["IPAM"]["Config"][0]
        # An engine that never started before does not tell its own bridge's address.
        first = next(ipaddress.ip_network(found["Subnet"]).hosts())
        return str(found.get("Gateway") or first)
    finally:
        client.close()


def once_begun(probe: SandboxProbe, act: Callable[[], object]) -> None:
    """Act in a thread as soon as the script in the sandbox calls `begun()`.

    A clock would not do: on a busy machine the script may not have begun.
    """
    worktree = probe.harness.paths.worktree(probe.task)
    begun, acted = worktree / "begun", worktree / "acted"
    for file in (begun, acted):
        file.unlink(missing_ok=True)

    def wait() -> None:
        deadline, pause = time.monotonic() + PATIENCE, threading.Event()
        while not begun.exists():
            if time.monotonic() > deadline:
                return
            pause.wait(0.01)
        act()
        acted.touch()

    threading.Thread(target=wait, daemon=True).start()


def held_by_gate(of: SandboxProbe) -> set[str]:
    """The nets that the gate serves now."""
    return set(of.harness.parts.nets.gate.send_command("hello")["nets"])


def digest(policy: Policy) -> str:
    """As the journal has it."""
    return policy_resolver.digest(policy)
