"""Installs in one network: a home, a keeper, a gate and a box of their own.

`python -m tests.first_install.run NETWORK TOOL…` prints a line of JSON for each tool;
`--stack NAME` has them run in that stack's own image. A process of its own, because the
user's variables are those of the whole process.
"""

import argparse
import contextlib
import dataclasses
import ipaddress
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.engine.egress import user_network
from swarm.model.events import Event, NetDenied, PolicyApplied
from swarm.model.task import State
from swarm.policy import reasons
from tests.built_image import built
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.first_install import packages
from tests.first_install.mirror import DOMAIN, Mirror, host
from tests.first_install.networks import DIRECT, NETWORKS, Network
from tests.first_install.parent_proxy import ParentProxy
from tests.first_install.projects import Files
from tests.first_install.stacks import ALL_TOOLS, stack_image
from tests.promises.sandbox_probe import gateway

_UNPACK = (
    "import json, sys, pathlib\n"
    "for name, text in json.load(sys.stdin).items():\n"
    "    pathlib.Path(name).write_text(text)"
)
SECONDS = 480
"""The limit of one install."""
USERS = ("HOME", "PATH", "LANG", "DOCKER_HOST", "PYTHONPATH", "TMPDIR", "USER")
"""Variables of this machine that the user of the table has, too."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one tool in one network."""

    tool: str
    network: str
    outcome: str
    """`works`, `fails`, or `untried`; `works with a line` if a denial named one."""
    said: str = ""
    """What the tool said in the end."""
    denials: tuple[str, ...] = ()
    """Host, reason and way out of each denial."""


def image() -> str:
    """The image with the tools; built if it is not there, which takes minutes."""
    return built("install", Path(__file__).with_name("Dockerfile").read_bytes())


def _docker(*words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["docker", *words],
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=SECONDS + 60,
    )


def gems(reference: str) -> dict[str, bytes]:
    """The gem index."""
    said = _docker(
        "run", "--rm", "--network", "none", "-i", reference, "ruby", "-",
        given=packages.GEM_SCRIPT,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    files = packages.gem_files(said.stdout)
    return {f"/gem/{path}": data for path, data in files.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """One network with a task in it."""

    name: str
    harness: KeeperHarness
    task: int
    mirror: Mirror | None
    proxy: ParentProxy | None
    image: str

    def install(self, tool: str) -> Result:
        """Try it; once more with the lines that the denials named."""
        if not self._is_tried(tool):
            return Result(tool, self.name, "untried")
        if NETWORKS[self.name].token:
            self._follow(f"swarm secret import {tool} --yes")
        before = len(self._denied())
        worked, said = self._run(tool)
        self._settled()
        denied = self._denied()[before:]
        words = tuple(dict.fromkeys(_words(one) for one in denied))
        if worked:
            return Result(tool, self.name, "works", "", words)
        is_public = not self._uses_mirror(tool)
        places = [one for one in denied if is_public or one.host.endswith(DOMAIN)]
        lines = list(dict.fromkeys(map(_line, places)))
        followed = [self._follow(line) for line in lines if line.startswith("swarm ")]
        outcome = "fails"
        if followed and all(followed) and self._run(tool)[0]:
            outcome = "works with a line"
        elif not self._uses_mirror(tool) and not self._works_bare(tool):
            outcome = "fails without swarm, too"
        elif ALL_TOOLS[tool].named and self._run(tool, ALL_TOOLS[tool].named)[0]:
            outcome = "works if the project names it"
        return Result(tool, self.name, outcome, _plain(said), words)

    def _works_bare(self, tool: str) -> bool:
        """True if the same works in a container on a plain bridge, with no gate."""
        files = json.dumps(ALL_TOOLS[tool].project(""))
        roots = "/etc/ssl/certs/ca-certificates.crt"
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        words = f"mkdir -p ~/p && cd ~/p && python3 -c '{_UNPACK}' && "
        done = _docker(
            "run", "--rm", "-i", "-v", f"{roots}:{roots}:ro",
            *(f"-e{name}={roots}" for name in names),
            self.image, "timeout", "-k", "5", str(SECONDS),
            "bash", "-c", f"{words} {ALL_TOOLS[tool].install}",
            given=files,
        )  # fmt: skip
        return done.returncode == 0 and "hello" in done.stdout

    def _follow(self, line: str) -> bool:
        """Do what a line says and wait until it is in force; False if it is refused."""
        applied = len(self._events(PolicyApplied))
        done = subprocess.run(
            [sys.executable, "-m", *line.split()],
            cwd=self.harness.queries.tasks.get(self.task).repo,
            env={**os.environ, "SWARM_HOME": str(self.harness.paths.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        print(line, done.returncode, done.stdout, done.stderr, file=sys.stderr)
        if done.returncode == 0 and "already" not in done.stderr:
            self.harness.until(
                lambda: len(self._events(PolicyApplied)) > applied, f"{line} in force"
            )
        return done.returncode == 0

    def _events(self, kind: type[Event]) -> list[Event]:
        recorded = self.harness.queries.events.after(task=self.task, limit=100_000)
        return [one.event for one in recorded if isinstance(one.event, kind)]

    def _is_tried(self, tool: str) -> bool:
        return self.name != DIRECT or ALL_TOOLS[tool].is_public

    def _run(
        self, tool: str, project: Callable[[str], Files] | None = None
    ) -> tuple[bool, str]:
        uses_mirror = self.mirror and self._uses_mirror(tool)
        url = self.mirror.url(tool) if self.mirror and uses_mirror else ""
        folder = self.harness.paths.worktree(self.task) / f"first-{tool}"
        write(folder, (project or ALL_TOOLS[tool].project)(url))
        os.system(f"chmod -R a+rwX {folder}")
        box = self.harness.context.names(self.task).sandbox
        words = f"cd /workspace/first-{tool} && {ALL_TOOLS[tool].install}"
        done = _docker(
            "exec", box, "timeout", "-k", "5", str(SECONDS), "bash", "-c", words
        )
        said = done.stdout + done.stderr
        return done.returncode == 0 and "hello" in done.stdout, said

    def _uses_mirror(self, tool: str) -> bool:
        return bool(self.mirror) and not (self.proxy and ALL_TOOLS[tool].is_public)

    def _settled(self) -> None:
        """Block until the journal has all that was denied so far.

        A denial of our own comes after them.
        """
        name = f"settled-{secrets.token_hex(4)}.test"
        box = self.harness.context.names(self.task).sandbox
        _docker("exec", box, "curl", "-s", "-m", "9", f"https://{name}/")

        def is_there() -> bool:
            return any(one.host == name for one in self._denied(own=True))

        self.harness.until(is_there, "the denial of our own")

    def _denied(self, own: bool = False) -> list[NetDenied]:
        return [
            one
            for one in self._events(NetDenied)
            if isinstance(one, NetDenied)
            and not one.quiet
            and (own or not one.host.startswith("settled-"))
        ]


def _words(denied: NetDenied) -> str:
    return f"{denied.host}:{denied.port} {denied.reason}"


def _line(denied: NetDenied) -> str:
    """The command that the denial names as the way out."""
    reason = reasons.by_code(denied.reason)
    way_out = reason.way_out if reason else ""
    return way_out.format(place=f"{denied.host}:{denied.port}")


def _plain(said: str) -> str:
    """The last lines without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", said)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-12:])


def write(folder: Path, files: Files) -> None:
    """Write these files, and the folders that they are in."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        # Whoever the agent is in the box, it works in the project.
        file.parent.chmod(0o777)
    if folder.exists():
        folder.chmod(0o777)


@contextlib.contextmanager
def open_place(name: str, tools: list[str], stack: str = "") -> Iterator[Place]:
    """Everything of the network runs; everything goes at the end."""
    network = NETWORKS[name]
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        user = _be_the_user(folder / "user")
        reference = stack_image(stack) if stack else image()
        with open_keeper_harness() as harness:
            names = harness.parts.nets.gate.names
            if network.has_proxy:
                label = f"--label=swarm.home={harness.paths.tag}"
                _docker("network", "create", "--internal", label, names.gate)
            else:
                harness.context.containers.make_network(
                    names.gate, names.labels("gate")
                )
            address = gateway(names.gate)
            index = gems(reference) if network.has_mirror and "gem" in tools else {}
            mirror = _mirror(folder, address, network, index)
            proxy = None
            if network.has_proxy:
                proxy = ParentProxy(
                    address, dict.fromkeys(map(host, ALL_TOOLS), address)
                )
                os.environ["HTTPS_PROXY"] = proxy.url
            for tool in tools:
                if mirror and not (proxy and ALL_TOOLS[tool].is_public):
                    write(
                        user, ALL_TOOLS[tool].settings(mirror.url(tool), network.token)
                    )
            _configure(harness, reference, mirror, "" if proxy else address)
            harness.start_keeper()
            sample = new_sample_repository(folder / "sample")
            task = harness.new_task(sample, "sleep 100000")
            harness.until_state(task, State.LIVE)
            yield Place(name, harness, task, mirror, proxy, reference)
            for server in (mirror, proxy):
                if server:
                    server.close()


def _be_the_user(home: Path) -> Path:
    """Forget this machine's own user: its variables, and its home."""
    for name in list(os.environ):
        if name not in USERS and not name.startswith(("SWARM_", "DOCKER_")):
            del os.environ[name]
    home.mkdir()
    os.environ["HOME"] = str(home)
    return home


def _mirror(
    folder: Path, address: str, network: Network, index: dict[str, bytes]
) -> Mirror | None:
    if not network.has_mirror:
        return None
    (folder / "mirror").mkdir()
    return Mirror(address, folder / "mirror", index, network.token)


def _configure(
    harness: KeeperHarness, reference: str, mirror: Mirror | None, address: str
) -> None:
    names = sorted(set(map(host, ALL_TOOLS))) if mirror and address else []
    hosts = ", ".join(f'"{name}" = "{address}"' for name in names)
    home = harness.paths.home
    (home / "config.toml").write_text(
        f'[gate]\nready = 0\nhosts = {{ {hosts} }}\n[sandbox]\nimage = "{reference}"\n'
    )
    nets = json.dumps(sorted(set(nets_of_defaults())))
    policy = f"version = 1\n[network]\nallow_nets = {nets}\n"
    if mirror:
        (home / "mirror.pem").write_text(mirror.authority.certificate)
        policy += f'[tls]\nupstream_ca = ["{home}/mirror.pem"]\n'
    (home / "policy.toml").write_text(policy)


def nets_of_defaults() -> Iterator[str]:
    """Where public registries lead to if this machine keeps them at home."""
    for registry in user_network.current().registries:
        if registry.is_default:
            with contextlib.suppress(OSError):
                for *_, address in socket.getaddrinfo(registry.host, None):
                    if not ipaddress.ip_address(address[0]).is_global:
                        yield f"{address[0]}/32"


def main(name: str, tools: list[str], stack: str) -> None:
    """Print what came of each."""
    with open_place(name, tools, stack) as place:
        for tool in tools:
            result = place.install(tool)
            print(json.dumps(dataclasses.asdict(result)), flush=True)
        if place.mirror:
            print("mirror:", *place.mirror.asked, sep="\n  ", file=sys.stderr)
        if place.proxy:
            print("proxy:", *place.proxy.asked, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", default="")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("tools", nargs="+", choices=ALL_TOOLS)
    asked = parser.parse_args()
    main(asked.network, asked.tools, asked.stack)
