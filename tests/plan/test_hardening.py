"""Each line of the floor, weakened, is refused by name: as data and as what runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from swarm.errors import PlanError
from swarm.plan.hardening import inspected_faults, refuse
from swarm.plan.specs import Limits, Mount
from tests.plan.builders import SPEC, inspected


def test_a_good_one_has_no_fault() -> None:
    """Or none of the refusals below would prove anything."""
    refuse(SPEC)
    assert inspected_faults(inspected()) == []


@pytest.mark.parametrize(
    ("weaker", "reason"),
    [
        ({"user": "0:0"}, "user '0:0' is root"),
        ({"user": "root"}, "user 'root' is root"),
        ({"user": ""}, "user '' is root"),
        ({"cap_drop": ()}, "capabilities"),
        ({"cap_add": ("NET_RAW",)}, "capabilities"),
        ({"security": ()}, "no-new-privileges"),
        ({"read_only": False}, "root file system"),
        ({"network": "bridge"}, "network 'bridge' has a way out"),
        ({"network": "host"}, "network 'host' has a way out"),
        ({"seccomp": ""}, "no seccomp"),
        ({"tmpfs": {"/run": "rw"}}, "/tmp is not a tmpfs"),
        ({"mounts": (Mount("bind", "/var/run/docker.sock", "/s"),)}, "docker.sock"),
        ({"mounts": (Mount("bind", "/", "/host"),)}, "/ may not be mounted"),
        ({"limits": Limits(memory=0)}, "no limit on memory"),
        ({"limits": Limits(pids=-1)}, "no limit on pids"),
        ({"limits": Limits(cpus=0)}, "no limit on cpus"),
    ],
)
def test_a_weaker_spec_is_refused(weaker: dict[str, Any], reason: str) -> None:
    """No config can ask for it."""
    with pytest.raises(PlanError, match="weaker than the floor") as refused:
        refuse(replace(SPEC, **weaker))

    assert reason in refused.value.message


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("Privileged", True, "privileged"),
        ("CapDrop", None, "capabilities are not all dropped"),
        ("CapAdd", ["SYS_ADMIN"], "capabilities are not all dropped"),
        ("SecurityOpt", ["seccomp={}"], "no-new-privileges is not set"),
        (
            "SecurityOpt",
            ["no-new-privileges:true", "seccomp=unconfined"],
            "no seccomp profile of ours",
        ),
        ("ReadonlyRootfs", False, "the root file system is writable"),
        ("NetworkMode", "default", "the network has a way out"),
        ("PidsLimit", None, "no pids limit"),
        ("MemorySwap", -1, "no swap limit"),
        ("MemorySwap", 0, "no swap limit"),
        ("NanoCpus", 0, "no cpu limit"),
        ("Ulimits", None, "no nofile limit"),
        ("ShmSize", 0, "no shm limit"),
        ("Tmpfs", None, "no tmpfs on /tmp or /run"),
        ("Devices", [{"PathOnHost": "/dev/sda"}], "a device is passed through"),
        ("PidMode", "host", "a host namespace is shared"),
        ("IpcMode", "host", "a host namespace is shared"),
    ],
)
def test_a_weaker_container_is_found(key: str, value: object, fault: str) -> None:
    """The engine may ignore what it was asked for; that is seen before it starts."""
    raw = inspected()
    raw["HostConfig"][key] = value

    assert inspected_faults(raw) == [fault]


def test_root_and_sockets_are_found_too() -> None:
    """They stand elsewhere in the engine's answer."""
    raw = inspected()
    raw["Config"]["User"] = ""
    raw["Mounts"] = [{"Source": "/run/docker.sock"}]

    assert inspected_faults(raw) == [
        "user '' is root",
        "a socket is mounted: /run/docker.sock",
    ]


ASKED = replace(
    SPEC,
    runtime="runsc",
    limits=Limits(memory=1),
    mounts=(Mount("bind", "/here/etc", "/etc/swarm/", read_only=True),),
)
MOUNT = {
    "Type": "bind",
    "Source": "/here/etc",
    "Destination": "/etc/swarm",
    "RW": False,
}
VOLUME = {"Type": "volume", "Source": "/v", "Destination": "/data", "RW": True}
INIT = {**MOUNT, "Source": "/usr/bin/tini", "Destination": "/sbin/docker-init"}


def as_asked() -> dict[str, Any]:
    raw = inspected()
    raw["HostConfig"]["Runtime"] = "runsc"
    raw["Mounts"] = [dict(MOUNT), VOLUME, INIT]
    return raw


def test_what_was_asked_for_is_no_fault() -> None:
    """Nor is a volume of the image's own, or the engine's first process."""
    assert inspected_faults(as_asked(), ASKED) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda raw: raw["HostConfig"].update(Runtime="oci"), "the runtime is 'oci'"),
        (lambda raw: raw["HostConfig"].update(Runtime=""), "the runtime is ''"),
        (lambda raw: raw["HostConfig"].pop("Runtime"), "not understood"),
        (lambda raw: raw["HostConfig"].update(Memory=2, MemorySwap=2), "memory limit"),
        (lambda raw: raw["Config"].update(User="7:7"), "another user, '7:7'"),
        (lambda raw: raw["Mounts"][0].update(RW=True), "/etc/swarm is writable"),
        (lambda raw: raw["Mounts"][0].pop("RW"), "not understood"),
        (lambda raw: raw["Mounts"].pop(0), "nothing is mounted at /etc/swarm"),
        (
            lambda raw: raw["Mounts"].append(MOUNT | {"Destination": "/etc"}),
            "/here/etc is mounted at /etc, which nobody asked for",
        ),
        (
            lambda raw: raw["Mounts"].append(MOUNT | {"Destination": "/"}),
            "nobody asked",
        ),
        (lambda raw: raw["Mounts"].append(INIT | {"RW": True}), "nobody asked for"),
    ],
)
def test_what_an_engine_does_beside_what_was_asked_is_found(
    change: Callable[[dict[str, Any]], object], fault: str
) -> None:
    """Settings of its own may mount folders in every container, or choose a runtime."""
    raw = as_asked()
    change(raw)

    (found,) = inspected_faults(raw, ASKED)

    assert fault in found


@pytest.mark.parametrize("key", sorted(inspected()["HostConfig"]))
def test_an_answer_without_a_line_is_a_fault(key: str) -> None:
    """The floor is proven, not assumed."""
    raw = inspected()
    del raw["HostConfig"][key]

    assert "not understood" in inspected_faults(raw)[0]
