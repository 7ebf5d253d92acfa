"""A real sandbox with a real keeper and a real gate, and a web outside to reach for."""

import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
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
from tests.engine.conftest import House, open_house
from tests.promises.web import Web

WEAK = Path(__file__).with_name("weak_gate.py")
TOOLS = Path(__file__).with_name("tools.py").read_text(encoding="utf-8")
STRANGE = {
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


@dataclass(frozen=True)
class Done:
    """What a probe brought out of the sandbox."""

    code: int
    out: str


@dataclass
class Den:
    """One sandbox, seen from inside and from outside."""

    house: House
    task: int
    web: Web
    box: str
    """The container that probes run in."""

    def allow(self, *rules: Rule, **settings: Any) -> None:
        """Another policy, in force at once; the web may be reached."""
        secrets = settings.pop("values", {})
        placeholders = settings.pop("placeholders", {})
        network = f"{self.web.address}/32"
        policy = Policy(
            rules=rules,
            allow_nets=(network,),
            upstream_ca=(self.web.authority.certificate,),
            **settings,
        )
        task = self.house.queries.task(self.task)
        self.house.kit.nets.hold(
            task.net.name, GateConfig(policy, secrets, placeholders)
        )

    def good(self, **more: Any) -> Rule:
        """The rule that lets the web's own name pass."""
        usual = {"kind": "allow", "host": "good.test", "ports": (self.web.port,)}
        return Rule(**{**usual, **more})

    def run(self, script: str, seconds: float = 40.0) -> Done:
        """Python in the sandbox, as the agent, with `tools` at hand."""
        code = f"{TOOLS}\nPORT = {self.web.port}\nWEB = {self.web.address!r}\n"
        text = code + textwrap.dedent(script)
        done = self._exec(["python3", "-c", text], seconds)
        if "Traceback (most recent" in done.out:
            raise RuntimeError(f"the probe itself is broken: {done.out}")
        return done

    def shell(self, command: str, seconds: float = 40.0) -> Done:
        """A shell's command in the sandbox, as the agent."""
        return self._exec(["bash", "-c", command], seconds)

    def _exec(self, argv: list[str], seconds: float) -> Done:
        done = subprocess.run(
            ["docker", "exec", self.box, *argv],
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        return Done(done.returncode, (done.stdout + done.stderr).decode("latin-1"))

    def inspect(self, name: str = "") -> dict[str, Any]:
        """What `docker inspect` says; of the sandbox where no other is named."""
        facts = self.house.kit.sandboxes.inspect(name or self.box)
        assert facts is not None
        return facts.raw

    @property
    def net(self) -> str:
        """The container that owns the sandbox's namespace."""
        task = self.house.queries.task(self.task)
        return self.house.kit.nets.gate.names.net(task.net.name)

    def said(self, kind: str) -> list[Any]:
        """The journal's events of one kind about the task."""
        return [
            known.event
            for known in self.house.queries.events(task=self.task, limit=100_000)
            if type(known.event).__name__ == kind
        ]


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
def den(sample: Path, weak: bool = False) -> Iterator[Den]:
    """A den with one live task that sleeps; everything goes at the end."""
    with open_house() as house, tempfile.TemporaryDirectory() as folder:
        names = house.kit.nets.gate.names
        house.kit.sandboxes.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), Path(folder))
        hosts = dict.fromkeys(("good.test", "api.test", "evil.test"), web.address)
        known = {**hosts, "sub.good.test": web.address, **STRANGE}
        kit = house.kit
        kind = WeakGate if weak else GateClient
        gate = kind(kit.sandboxes, names, lambda: known, kit.nets.log.heard)
        nets = NetPool(kit.sandboxes, gate, kit.nets.log, lambda: 0)
        house.kit = replace(kit, nets=nets)
        house.keep()
        task = house.new(sample, "sleep 100000")
        house.reach(task, State.LIVE)
        yield Den(house, task, web, house.kit.names(task).sandbox)
        web.close()


@contextmanager
def bridged(of: Den) -> Iterator[Den]:
    """The same sandbox on a plain bridge: what most tools call isolated."""
    name = f"{of.box}-bridged"
    network = of.house.kit.nets.gate.names.gate
    plan = replace(_spec_of(of), name=name, network=network, hosts={})
    of.house.kit.sandboxes.create(replace(plan, terminal=False))
    of.house.kit.sandboxes.start(name)
    yield replace(of, box=name)
    of.house.kit.sandboxes.remove(name)


def _spec_of(of: Den) -> SandboxSpec:
    from swarm.plan import specs  # noqa: PLC0415 - beside its one use

    plan = specs.from_json(of.house.queries.plan(of.task))
    return replace(plan.sandbox, argv=("sleep", "100000"))


def gateway(network: str) -> str:
    """The host's own address on a bridge."""
    client = docker.APIClient(version="auto")
    try:
        found = client.inspect_network(network)["IPAM"]["Config"][0]
        return str(found["Gateway"])
    finally:
        client.close()


def held_by_gate(of: Den) -> set[str]:
    """The nets that the gate serves now."""
    return set(of.house.kit.nets.gate.ask("hello")["nets"])


def digest(policy: Policy) -> str:
    """As the journal has it."""
    return policy_resolver.digest(policy)
