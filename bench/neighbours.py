"""What a task waits at the gate while another misbehaves, and how fast a cut is."""

import statistics
import tempfile
import time
from pathlib import Path

from bench.beside import load
from bench.beside.place import Place, place
from bench.table import Row
from swarm.engine.gate.net_pool import GateConfig
from swarm.policy.rules import Policy, Rule
from tests.promises.neighbour import WAYS, HostileWeb, misbehaving
from tests.promises.sandbox_probe import gateway

OWN = "127.0.0.1:3128"
COUNT, ROUNDS = 40, 3
CUT_MS = 250.0


def rows() -> list[Row]:
    """A new connection of one's own beside each way, as a ratio to the quiet one."""
    with place() as at, tempfile.TemporaryDirectory() as folder:
        web = HostileWeb(gateway(at.parts.nets.gate.names.gate), Path(folder))
        try:
            net = _neighbour(at, web)
            at.measure("ours", "new", OWN, COUNT)  # the worker starts, caches fill
            return [row for way in WAYS for row in _beside(at, net, web, way)]
        finally:
            web.close()


def _neighbour(at: Place, web: HostileWeb) -> str:
    """Another task's net, under the limits that every task has, and its box."""
    nets = at.parts.nets
    net = nets.take()
    ports = (web.port,)
    policy = Policy(
        rules=(
            Rule("allow", load.NAME, ports),
            Rule("allow", "api.test", ports, methods=("GET", "POST")),
        ),
        allow_nets=(f"{web.address}/32",),
        upstream_ca=(web.authority.certificate,),
    )
    nets.apply_config(net, GateConfig(policy))
    at.start("neighbour", f"container:{nets.gate.names.net(net)}", "sleep infinity")
    return net


def _beside(at: Place, net: str, web: HostileWeb, way: str) -> list[Row]:
    """Quiet and noisy rounds in turns: the machine is the same for both."""
    box, gate = at.box("neighbour"), at.parts.nets.gate
    quiet, noisy, cuts = [], [], []
    for _ in range(ROUNDS):
        quiet.append(at.measure("ours", "new", OWN, COUNT))
        with misbehaving(box, web.port, way):
            noisy.append(at.measure("ours", "new", OWN, COUNT))
            began = time.perf_counter()
            gate.send_command("cut", net=net)
            cuts.append((time.perf_counter() - began) * 1000)
        gate.send_command("uncut", net=net)
    ours, floor = statistics.median(noisy), statistics.median(quiet)
    return [
        Row(f"beside {way}: new / quiet", ours, floor, 2.5, "ms"),
        Row(f"beside {way}: its cut in force", max(cuts), 0, CUT_MS, "ms"),
    ]
