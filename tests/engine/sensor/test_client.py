"""The sensor on a real kernel: everything two tasks do, each under its own name."""

import json
import secrets
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.engine.sensor.client import SensorClient
from swarm.errors import ToolError
from swarm.plan.sensor_container import SensorNames
from swarm.plan.specs import Limits, SandboxSpec
from tests.engine.keeper_harness import PATIENCE

FILES = 5_000
UNTAR = """
import io, tarfile
made = io.BytesIO()
with tarfile.open(fileobj=made, mode="w") as tar:
    for number in range({files}):
        data = b"x" * (number % 3000)
        entry = tarfile.TarInfo(f"{mark}/{{number % 100}}/file{{number}}")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
made.seek(0)
tarfile.open(fileobj=made).extractall("/tmp", filter="data")
"""
DEEDS = r"""
cd /tmp; echo hello > a; echo more >> a; mv a b; ln -s /etc/passwd link; chmod +x b
mkdir d; cp b d/c; rm b; rm -r d; truncate -s 7 $'na\nme\351'
echo no > /etc/passwd; touch /root/x; unshare -U true
"""


@dataclass
class Watch:
    """A sensor, and containers that do what a test says."""

    docker: DockerContainers
    sensor: SensorClient
    tag: str
    said: list[dict[str, Any]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def make(self, *argv: str) -> str:
        """A container of ours, not started yet: its name."""
        name = f"swarm-{self.tag}-{secrets.token_hex(3)}"
        spec = SandboxSpec(
            name=name,
            image=images.reference(self.docker, "base"),
            argv=argv,
            user="1000:1000",
            labels={"swarm.home": self.tag, "swarm.kind": "test"},
            workdir="/",
            limits=Limits(memory=1 << 30),
            tmpfs={"/tmp": "rw,exec,size=268435456,nr_inodes=50000", "/run": "rw"},
            seccomp=images.seccomp_profile(),
            terminal=False,
        )
        self.docker.create(spec)
        return name

    def id(self, name: str) -> str:
        facts = self.docker.inspect(name)
        assert facts is not None
        return facts.id

    def run(self, *names: str) -> None:
        """Start them at once, and wait until all have ended."""
        for name in names:
            self.docker.start(name)
        for name in names:
            subprocess.run(["docker", "wait", name], check=True, capture_output=True)

    def seen(self, name: str) -> list[dict[str, Any]]:
        """Every line about the container; it is observed no more."""
        self.sensor.drop(self.id(name))
        text = self.sensor.file(self.id(name)).read_text()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    docker, tag = DockerContainers(), f"test-{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder:
        said: list[dict[str, Any]] = []
        sensor = SensorClient(docker, SensorNames(tag), Path(folder) / "sensor")
        sensor.set_line_handler(said.append)
        sensor.up()
        yield Watch(docker, sensor, tag, said)
        sensor.close()
        for facts in docker.all({"swarm.home": tag}):
            docker.remove(facts.name)
    docker.close()


def of(lines: list[dict[str, Any]], op: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["op"] == op]


def test_two_tasks_at_once_are_seen_whole_and_apart(watch: Watch) -> None:
    """Every file of each, with its size, and not one under the other's name."""
    marks = ("alpha", "beta")
    names = {
        mark: watch.make("python3", "-c", UNTAR.format(files=FILES, mark=mark))
        for mark in marks
    }
    for name in names.values():
        watch.sensor.add(watch.id(name))
    watch.run(*names.values())

    seen = {mark: watch.seen(name) for mark, name in names.items()}
    files = {
        mark: {
            line["path"]: line
            for line in of(seen[mark], "create")
            if line["path"].startswith("/tmp/")
        }
        for mark in marks
    }

    for mark in marks:
        expected = {f"/tmp/{mark}/{n % 100}/file{n}" for n in range(FILES)}
        assert set(files[mark]) == expected
    sizes = sum(number % 3000 for number in range(FILES))
    for mark in marks:
        closed = {x["inode"]: x for x in of(seen[mark], "close")}
        told = [closed.get(one["inode"], one) for one in files[mark].values()]
        assert sum(one.get("size", 0) for one in told) == sizes
    assert [line for line in watch.said if line["op"] == "lost"] == []


def test_each_deed_is_told_with_its_result(watch: Watch) -> None:
    """What was done, what was denied, and by which program."""
    name = watch.make("bash", "-c", DEEDS)
    watch.sensor.add(watch.id(name))
    watch.run(name)

    lines = watch.seen(name)
    done = {(x["op"], x["path"]) for x in lines if "path" in x and "result" not in x}
    denied = {(x["path"], x["result"]) for x in lines if "path" in x and "result" in x}

    assert {
        ("create", "/tmp/a"),
        ("rename", "/tmp/b"),
        ("symlink", "/tmp/link"),
        ("chmod", "/tmp/b"),
        ("mkdir", "/tmp/d"),
        ("create", "/tmp/d/c"),
        ("unlink", "/tmp/b"),
        ("unlink", "/tmp/d/c"),
        ("rmdir", "/tmp/d"),
        ("create", "/tmp/na\nme\udce9"),
    } <= done
    assert {("/etc/passwd", -30), ("/root/x", -13)} <= denied
    assert [x["from"] for x in of(lines, "rename")] == ["/tmp/a"]
    assert [x["from"] for x in of(lines, "symlink")] == ["/etc/passwd"]
    assert 272 in {x["flags"] for x in of(lines, "denied")}, "unshare"


def test_the_very_first_program_is_seen_with_its_words_and_its_end(
    watch: Watch,
) -> None:
    """Nothing of the engine's own preparation is told as the task's."""
    name = watch.make("bash", "-c", "sh -c 'exit 3'; true 'two words'; env x; exit 7")
    watch.sensor.add(watch.id(name))
    watch.run(name)

    lines = watch.seen(name)
    words = [line["argv"] for line in of(lines, "exec") if "argv" in line]
    ends = {line["inner"]: line.get("flags", 0) >> 8 for line in of(lines, "exit")}

    script = "sh -c 'exit 3'; true 'two words'; env x; exit 7"
    assert words[0][-3:] == ["bash", "-c", script]
    assert ["sh", "-c", "exit 3"] in words
    assert ends[1] == 7
    assert 3 in ends.values()
    assert ("/usr/bin/x", -2) in {
        (line["path"], line.get("result")) for line in of(lines, "exec")
    }, "a program that is not there"


def test_a_stranger_s_end_hides_no_container_that_follows(watch: Watch) -> None:
    """The kernel gives the number of its process namespace to the next one."""
    for _ in range(8):
        ours = watch.make("true")
        stranger = watch.make("sh", "-c", "sleep 600 & sleep 600")
        watch.sensor.add(watch.id(ours))
        watch.docker.start(stranger)
        watch.docker.kill(stranger)
        watch.docker.remove(stranger)
        watch.run(ours)

        assert of(watch.seen(ours), "exec")


def test_who_is_not_observed_is_nobody_s(watch: Watch) -> None:
    """A stranger's container beside it, and what runs after a drop, leave no line."""
    ours, stranger = watch.make("sleep", "0.2"), watch.make("touch", "/tmp/strange")
    watch.sensor.add(watch.id(ours))
    watch.run(ours, stranger)

    assert "strange" not in json.dumps(watch.seen(ours))
    assert not watch.sensor.file(watch.id(stranger)).exists()


def test_it_holds_no_capability_once_it_is_attached(watch: Watch) -> None:
    """What reads the whole kernel must not be worth breaking into."""
    facts = watch.docker.inspect(watch.sensor.names.sensor)
    assert facts is not None
    status = Path(f"/proc/{facts.raw['State']['Pid']}/status").read_text()
    held = {
        line.split(":")[0]: int(line.split(":")[1], 16)
        for line in status.splitlines()
        if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb"))
    }

    assert set(held.values()) == {0}
    assert facts.raw["HostConfig"]["NetworkMode"] == "none"
    assert facts.raw["HostConfig"]["ReadonlyRootfs"] is True


def test_its_death_is_told_and_it_is_started_again(watch: Watch) -> None:
    """Until then nothing is observed, and a wish to observe is refused."""
    lost = threading.Event()
    watch.sensor.set_lost_handler(lambda _why: lost.set())
    name = watch.make("bash", "-c", "until test -e /tmp/go; do sleep 0.1; done; id")
    watch.docker.start(name)

    watch.docker.kill(watch.sensor.names.sensor)
    assert lost.wait(PATIENCE)
    with pytest.raises(ToolError, match="does not run"):
        watch.sensor.add(watch.id(name))
    watch.sensor.up()
    watch.sensor.add(watch.id(name), runs=True)
    subprocess.run(["docker", "exec", name, "touch", "/tmp/go"], check=True)
    subprocess.run(["docker", "wait", name], check=True, capture_output=True)

    lines = watch.seen(name)
    assert "/tmp/go" in {line.get("path") for line in of(lines, "create")}
    assert ["id"] in [line["argv"] for line in of(lines, "exec")]
