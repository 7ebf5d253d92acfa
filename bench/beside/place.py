"""Containers for one run of the gate's bench: server, clients, peers, and our gate."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from bench.beside import load
from bench.docker_command import docker
from swarm.adapters.docker import DockerImages
from swarm.bootstrap import wiring
from swarm.engine.gate.net_pool import GateConfig
from swarm.engine.host import images
from swarm.engine.parts import EngineParts
from swarm.plan.naming import HomePaths
from swarm.policy.rules import Limits, Policy, Rule

HERE = Path(__file__).parent
PEERS = {
    "squid, splice": ("squid -N -f /bench/squid.conf", 3129),
    "squid, CONNECT": ("squid -N -f /bench/squid.conf", 3128),
    "tinyproxy": ("tinyproxy -d -c /bench/tinyproxy.conf", 8888),
    "mitmproxy, passthrough": (
        "/peers/bin/mitmdump -q --listen-port 8081 --ignore-hosts .*",
        8081,
    ),
    "mitmproxy, intercepting": (
        "/peers/bin/mitmdump -q --listen-port 8082 --ssl-insecure",
        8082,
    ),
    "proxy.py": (
        "/peers/bin/proxy --hostname 0.0.0.0 --port 8899 --num-workers 1 "
        "--num-acceptors 1 --log-level ERROR",
        8899,
    ),
}
SERVER = "python3 /bench/stream.py & exec nginx -c /bench/nginx.conf"


@dataclass(frozen=True)
class Place:
    """Where one run measures."""

    parts: EngineParts
    image: str
    server: str
    """The server's address."""
    certificate: str
    net: str

    def box(self, name: str) -> str:
        """A container of this run."""
        return f"swarm-{self.parts.context.paths.tag}-bench-{name}"

    def policy(self, inspect: bool) -> Policy:
        """The server is allowed, read or passed through."""
        rule = Rule(
            "allow",
            load.NAME,
            (load.PORT, load.STREAM_PORT),
            methods=("GET",) if inspect else (),
        )
        return Policy(
            rules=(rule,),
            allow_nets=(f"{self.server}/32",),
            upstream_ca=(self.certificate,),
            limits=Limits(per_second=100_000),  # the client is faster than agents are
        )

    def hold(self, inspect: bool) -> None:
        """Put that policy in force for the measured net."""
        self.parts.nets.apply_config(self.net, GateConfig(self.policy(inspect)))

    def start(self, name: str, network: str, command: str) -> None:
        """Run a container of the bench's image."""
        host = () if network.startswith("container:") else ("--add-host", self._host())
        docker(
            "run", "-d", "--init", "--name", self.box(name), "--user", "0",
            "--label", f"swarm.home={self.parts.context.paths.tag}", "--label",
            "swarm.kind=bench", "--network", network, *host,
            self.image, "bash", "-c", command,
        )  # fmt: skip

    def _host(self) -> str:
        return f"{load.NAME}:{self.server or '127.0.0.1'}"

    def measure(self, box: str, what: str, proxy: str, count: int) -> float:
        """What the client prints in that container."""
        said = docker(
            "exec", self.box(box), "python3", "/bench/load.py", what, proxy, str(count)
        )
        return float(said)

    @contextmanager
    def holding(self, box: str, proxy: str, count: int) -> Iterator[None]:
        """So many connections are open meanwhile."""
        client = subprocess.Popen(
            ["docker", "exec", "-i", self.box(box), "python3", "/bench/load.py",
             "hold", proxy, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert client.stdin is not None
        assert client.stdout is not None
        assert client.stdout.readline() == b"held\n"
        yield
        client.stdin.close()
        client.wait(30)


def resident(container: str) -> float:
    """MB of all of a container's processes."""
    said = docker("top", container, "-o", "pid,rss").splitlines()[1:]
    return sum(int(line.split()[1]) for line in said) / 1024


@contextmanager
def place(*peers: str) -> Iterator[Place]:
    """Everything runs and answers, these peers too; everything goes at the end."""
    image = _image()
    home = Path(tempfile.mkdtemp(prefix="swarm-bench-"))
    os.environ["SWARM_CONFIG"] = str(home / "config.toml")
    parts = wiring.engine_parts(HomePaths(home))
    try:
        yield _opened(parts, image, peers)
    finally:
        parts.nets.close()
        wiring.clear(parts.context.paths)
        parts.close()
        rmtree(home)


def _opened(parts: EngineParts, image: str, peers: Iterable[str]) -> Place:
    names = parts.nets.gate.names
    parts.context.containers.make_network(names.gate, names.labels("gate"))
    server = Place(parts, image, "", "", "")
    server.start("server", names.gate, SERVER)
    address = docker(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        server.box("server"),
    ).strip()  # fmt: skip
    certificate = docker("exec", server.box("server"), "cat", "/bench/cert.pem")
    (parts.context.paths.home / "config.toml").write_text(
        f'[gate]\nready = 1\nhosts = {{ "{load.NAME}" = "{address}" }}\n'
    )
    net = parts.nets.take()
    made = Place(parts, image, address, certificate, net)
    made.hold(inspect=False)
    made.start("ours", f"container:{names.net(net)}", "sleep infinity")
    made.start("direct", names.gate, "sleep infinity")
    for name in peers:
        command, port = PEERS[name]
        made.start(slug(name), names.gate, f"exec {command}")
        _await(made, name, port)
    return made


def slug(name: str) -> str:
    """A peer's name as a container's."""
    return "".join(c if c.isalnum() else "-" for c in name)


def _await(at: Place, name: str, port: int) -> None:
    """Until the peer accepts; it offers no other event."""
    script = (
        f"until (exec 3<>/dev/tcp/{at.box(slug(name))}/{port}) 2>/dev/null; "
        "do sleep 0.05; done"
    )
    docker("exec", at.box("direct"), "timeout", "60", "bash", "-c", script)


def _image() -> str:
    door = DockerImages()
    base = images.build(door, "base", lambda _line: None)
    names = (
        "Dockerfile", "nginx.conf", "squid.conf", "tinyproxy.conf", "load.py",
        "stream.py",
    )  # fmt: skip
    files = {name: (HERE / name).read_bytes() for name in names}
    digest = hashlib.sha256(repr((base, files)).encode()).hexdigest()[:12]
    reference = f"swarm/bench:{digest}"
    if not door.image_id(reference):
        door.build(reference, files, {"BASE_IMAGE": base}, lambda _line: None)
    return reference
