"""The sensor: what it costs those it watches, what it misses, and how soon it tells."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.loads import CHURN, GCC, UNTAR
from bench.table import Row, paired
from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.engine.host import images
from swarm.engine.sensor.client import SensorClient
from swarm.plan.sensor_container import SensorNames
from swarm.plan.specs import Limits, Mount, SandboxSpec

HERE = Path(__file__).parent
RUNS = 7


@dataclass(frozen=True)
class Bench:
    """An engine, a folder on its disk, and names that nobody else has."""

    docker: DockerContainers
    folder: Path
    tag: str
    image: str

    def sandbox(self, script: str, place: str) -> str:
        """A container that runs a script in /tmp, or in a worktree on the disk."""
        name = f"swarm-{self.tag}-{secrets.token_hex(3)}"
        tree = self.folder / name
        tree.mkdir()
        os.chown(tree, 1000, 1000)
        self.docker.create(
            SandboxSpec(
                name=name,
                image=self.image,
                argv=("python3", "-c", f"{TIMED}\nPLACE = {place!r}\n{script}{END}"),
                user="1000:1000",
                labels={"swarm.home": self.tag, "swarm.kind": "bench"},
                workdir="/",
                mounts=(Mount("bind", str(tree), "/workspace"),),
                limits=Limits(memory=2 << 30),
                tmpfs={"/tmp": "rw,exec,size=512m,nr_inodes=90000", "/run": "rw"},
                seccomp=images.seccomp_profile(),
                terminal=False,
            )
        )
        return name

    def id(self, name: str) -> str:
        """Of a container."""
        facts = self.docker.inspect(name)
        assert facts is not None
        return facts.id

    def seconds(self, name: str) -> float:
        """Run it to its end: what it measured itself; it is removed."""
        self.docker.start(name)
        subprocess.run(["docker", "wait", name], check=True, capture_output=True)
        said = self.docker.logs(name, 1).decode()
        self.docker.remove(name)
        shutil.rmtree(self.folder / name)
        return float(said)


LOADS = (
    ("untar of 20,000 files on tmpfs", UNTAR, "/tmp", 2.2),
    ("untar of 20,000 files on disk", UNTAR, "/workspace", 1.1),
    ("npm-like churn on disk", CHURN, "/workspace", 1.1),
    ("build with gcc on disk", GCC, "/workspace", 1.05),
)
TIMED = "import time, os, sys\nbegan = time.perf_counter()"
END = "\nprint(time.perf_counter() - began)"


def rows() -> list[Row]:
    """Overhead beside no sensor at all, then what two tasks at once miss."""
    with _bench() as bench, _sensor(bench) as sensor:
        found = [
            _cost(bench, sensor, what, script, place, limit)
            for what, script, place, limit in LOADS
        ]
        for what, script in (("untar", UNTAR), ("churn", CHURN), ("gcc", GCC)):
            found += _completeness(bench, sensor, what, script)
        return found


@contextmanager
def _bench() -> Iterator[Bench]:
    docker, tag = DockerContainers(), f"bench-{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder:
        yield Bench(docker, Path(folder), tag, image())
        for facts in docker.all({"swarm.home": tag}):
            docker.remove(facts.name)
    docker.close()


def image() -> str:
    """The base image with a compiler in it, built where it is missing."""
    door = DockerImages()
    base = images.build(door, "base", lambda _line: None)
    files = {"Dockerfile": HERE.joinpath("gcc/Dockerfile").read_bytes()}
    digest = hashlib.sha256(repr((base, files)).encode()).hexdigest()[:12]
    reference = f"swarm/bench-gcc:{digest}"
    if not door.image_id(reference):
        door.build(reference, files, {"BASE_IMAGE": base}, lambda _line: None)
    return reference


@contextmanager
def _sensor(bench: Bench) -> Iterator[SensorClient]:
    lost: list[object] = []
    sensor = SensorClient(bench.docker, SensorNames(bench.tag), bench.folder / "sensor")
    sensor.set_line_handler(lost.append)
    sensor.up()
    yield sensor
    sensor.close()


def _cost(
    bench: Bench, sensor: SensorClient, what: str, script: str, place: str, limit: float
) -> Row:
    """In turn: observed, and with the sensor's programs taken out of the kernel."""

    def observed() -> float:
        sensor.up()
        name = bench.sandbox(script, place)
        identity = bench.id(name)
        sensor.add(identity)
        seconds = bench.seconds(name)
        sensor.drop(identity)
        return seconds

    def alone() -> float:
        bench.docker.remove(sensor.names.sensor)
        return bench.seconds(bench.sandbox(script, place))

    ours, floor = paired(observed, alone, RUNS)
    sensor.up()
    return Row(f"{what}: observed / not", ours * 1000, floor * 1000, limit, "ms")


def _completeness(
    bench: Bench, sensor: SensorClient, what: str, script: str
) -> Iterator[Row]:
    """Two at once, each with a mark of its own in every path."""
    sensor.up()
    marks = {mark: bench.sandbox(script, f"/tmp/{mark}") for mark in ("one", "two")}
    ids = {mark: bench.id(name) for mark, name in marks.items()}
    for identity in ids.values():
        sensor.add(identity)
    for name in marks.values():
        bench.docker.start(name)
    missing = strange = 0
    expected = 0
    for mark, name in marks.items():
        subprocess.run(["docker", "wait", name], check=True, capture_output=True)
        made = int(bench.docker.logs(name, 2).decode().split()[0])
        sensor.drop(ids[mark])
        seen = _made(sensor.file(ids[mark]).read_text(), mark)
        other = "two" if mark == "one" else "one"
        strange += len(_made(sensor.file(ids[mark]).read_text(), other))
        expected += made
        missing += made - len(seen)
        bench.docker.remove(name)
    print(f"  {what}: expected {expected}, missing {missing}, misattributed {strange}")
    yield Row(f"{what}, two at once: files missed", missing, 0, 0.5, "")
    yield Row(f"{what}, two at once: misattributed", strange, 0, 0.5, "")


def _made(text: str, mark: str) -> set[str]:
    ops = ("create", "rename")
    lines = (json.loads(line) for line in text.splitlines())
    return {
        line["path"]
        for line in lines
        if line["op"] in ops and line["path"].startswith(f"/tmp/{mark}/")
    }
