"""A sandbox that is printed as a command or a file is the sandbox that swarm makes."""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.plan import box_text
from swarm.plan.specs import Limits, Mount, SandboxSpec
from tests.plan.builders import SPEC
from tests.plan.test_quoting import HOSTILE, read_yaml

TEXTS = [text for text in HOSTILE if text]
FLOOR = (
    "NetworkMode", "CapDrop", "CapAdd", "SecurityOpt", "ReadonlyRootfs", "Tmpfs",
    "Memory", "MemorySwap", "NanoCpus", "PidsLimit", "ShmSize", "Ulimits", "Init",
    "LogConfig", "Privileged", "Devices", "PidMode", "IpcMode", "UTSMode", "Runtime",
    "Dns", "ExtraHosts", "UsernsMode",
)  # fmt: skip


def hostile(tmp_path: Path, spec: SandboxSpec = SPEC) -> SandboxSpec:
    """Every field that a human or a repository fills holds what breaks quoting."""
    folder = tmp_path / 'a, "b"\n$x `y` é'
    folder.mkdir()
    return replace(
        spec,
        argv=("bash", "-c", *TEXTS),
        labels={**spec.labels, **{f"l{n}": text for n, text in enumerate(TEXTS)}},
        environment={f"V{number}": text for number, text in enumerate(HOSTILE)},
        mounts=(
            Mount("bind", str(folder), "/workspace", read_only=False),
            Mount("bind", str(folder), "/read, only", read_only=True),
            Mount("volume", f"{spec.name}-home", "/home/agent"),
        ),
        limits=Limits(cpus=1.5, pids=64),
        hosts={"git.lan": "10.0.0.7"},
        hostname="sandbox",
    )


@pytest.fixture
def engine() -> Iterator[tuple[DockerContainers, SandboxSpec]]:
    docker = DockerContainers()
    tag = f"test-{secrets.token_hex(4)}"
    yield (
        docker,
        replace(
            SPEC,
            name=f"swarm-{tag}-1",
            image=images.reference(docker, "base"),
            labels={"swarm.home": tag},
            seccomp=images.seccomp_profile(),
            tmpfs={"/tmp": "rw,exec,size=1048576", "/run": "rw,noexec,mode=1777"},
        ),
    )
    for facts in docker.all({"swarm.home": tag}):
        docker.remove(facts.name)
    docker.remove_volume(f"swarm-{tag}-1-home")
    docker.close()


def test_the_printed_command_makes_the_sandbox_that_swarm_makes(
    engine: tuple[DockerContainers, SandboxSpec], tmp_path: Path
) -> None:
    docker, spec = engine
    ours = hostile(tmp_path, spec)
    theirs = replace(ours, name=f"{ours.name}-printed")
    (tmp_path / box_text.SECCOMP_FILE).write_text(ours.seccomp)

    for mount in ours.mounts:
        if mount.kind == "volume":
            docker.make_volume(mount.source, ours.labels)
    docker.create(ours)
    command = box_text.docker_command(theirs, "a note\nof two lines")
    subprocess.run(
        ["bash", "-ec", command.replace("docker run", "docker create")],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )

    expected, printed = raw(docker, ours.name), raw(docker, theirs.name)
    for field in FLOOR:
        assert (field, same(printed["HostConfig"], field)) == (
            field,
            same(expected["HostConfig"], field),
        )
    assert mounts(printed) == mounts(expected)
    assert config(printed) == config(expected)


def config(inspected: dict[str, Any]) -> dict[str, Any]:
    """All of it but the order of variables, and who is attached at the start."""
    return {
        field: sorted(value) if field == "Env" else value
        for field, value in inspected["Config"].items()
        if not field.startswith("Attach") and field != "StdinOnce"
    }


def raw(docker: DockerContainers, name: str) -> dict[str, Any]:
    facts = docker.inspect(name)
    assert facts
    return facts.raw


def same(host: dict[str, Any], field: str) -> Any:
    """The value, with the profile as JSON: the command line compacts it."""
    value = host[field]
    if field != "SecurityOpt":
        return value or None
    return [
        json.loads(option.removeprefix("seccomp="))
        if option.startswith("seccomp=")
        else option
        for option in value
    ]


def mounts(inspected: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return sorted(
        (mount["Source"], mount["Destination"], mount["RW"])
        for mount in inspected["Mounts"]
    )


def test_a_compose_file_holds_every_value_as_it_is(tmp_path: Path) -> None:
    spec = hostile(tmp_path)

    service = parsed(box_text.compose_file(spec, "note"))["services"]["sandbox"]

    assert service["entrypoint"] + service["command"] == list(spec.argv)
    assert service["environment"] == spec.environment
    assert service["labels"] == spec.labels
    assert [mount["source"] for mount in service["volumes"]] == [
        spec.mounts[0].source,
        spec.mounts[1].source,
        "volume0",
    ]
    assert [mount["read_only"] for mount in service["volumes"]] == [False, True, False]
    assert service["security_opt"] == [*spec.security, "seccomp=./seccomp.json"]
    floor = {
        "user": spec.user,
        "cap_drop": ["ALL"],
        "read_only": True,
        "init": True,
        "network_mode": "none",
        "mem_limit": spec.limits.memory,
        "memswap_limit": spec.limits.memory,
        "cpus": "1.5",
        "pids_limit": 64,
        "shm_size": spec.limits.shm,
        "ulimits": {"nofile": {"soft": 16384, "hard": 16384}},
        "tmpfs": ["/tmp:rw", "/run:rw"],
        "extra_hosts": ["git.lan:10.0.0.7"],
    }
    assert {key: service[key] for key in floor} == floor


def test_a_namespace_of_another_container_brings_its_host_name() -> None:
    spec = replace(SPEC, network="container:net-1", runtime="runsc", dns=("1.2.3.4",))

    command, compose = box_text.docker_command(spec), box_text.compose_file(spec)

    assert "--network container:net-1" in command
    assert "--hostname" not in command
    assert "--runtime runsc" in command
    assert "--dns 1.2.3.4" in command
    assert "hostname" not in parsed(compose)["services"]["sandbox"]


def test_a_placeholder_is_nobody_s() -> None:
    spec = replace(SPEC, environment={"KEY": "swarm-placeholder-1f", "A": "b"})

    assert box_text.without_placeholders(spec).environment == {
        "KEY": "swarm-placeholder",
        "A": "b",
    }


def parsed(text: str) -> Any:
    """The document, read as YAML: the block style that is written, and no other."""
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if not line.startswith("#")
    ]
    value, rest = _block(lines)
    assert not rest
    return value


Lines = list[tuple[int, str]]
_KEY = re.compile(r'([A-Za-z0-9_]+|"(?:[^"\\]|\\.)*"):(?: (.*))?')


def _block(lines: Lines) -> tuple[Any, Lines]:
    indent = lines[0][0]
    if lines[0][1].startswith("- "):
        return _list(lines, indent)
    body: dict[str, Any] = {}
    while lines and lines[0][0] == indent:
        match = _KEY.fullmatch(lines[0][1])
        assert match, lines[0]
        key = read_yaml(match[1]) if match[1].startswith('"') else match[1]
        assert key not in body
        if match[2] is None:
            body[key], lines = _block(lines[1:])
        else:
            body[key], lines = _value(match[2]), lines[1:]
    assert not lines or lines[0][0] < indent
    return body, lines


def _list(lines: Lines, indent: int) -> tuple[Any, Lines]:
    entries: list[Any] = []
    while lines and lines[0][0] == indent:
        text = lines[0][1].removeprefix("- ")
        if _KEY.fullmatch(text):
            entry, lines = _block([(indent + 2, text), *lines[1:]])
        else:
            entry, lines = _value(text), lines[1:]
        entries.append(entry)
    return entries, lines


def _value(text: str) -> Any:
    if text.startswith('"'):
        value = read_yaml(text)
        assert "$" not in value.replace("$$", "")
        return value.replace("$$", "$")
    return json.loads(text)


def test_what_another_kind_of_engine_needs_is_printed_too() -> None:
    """SELinux's label, which `--mount` does not take, and a remap that is left out."""
    spec = replace(
        SPEC,
        mounts=(Mount("bind", "/w", "/workspace", relabel=True),),
        userns="host",
        sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
    )

    command, compose = box_text.docker_command(spec), box_text.compose_file(spec)

    assert (
        "--volume '/w:/workspace:z'" in command or "--volume /w:/workspace:z" in command
    )
    assert "--userns host" in command
    assert "--sysctl net.ipv4.ip_unprivileged_port_start=0" in command
    assert re.search(r'bind:\n +selinux: "z"\n', compose)
    assert 'userns_mode: "host"' in compose
