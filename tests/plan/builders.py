"""A sandbox that keeps every line of the floor."""

from typing import Any

from swarm.plan.specs import SandboxSpec

SPEC = SandboxSpec(
    name="swarm-0-1",
    image="swarm/base:1",
    argv=("true",),
    user="1000:1000",
    labels={"swarm.home": "0"},
    seccomp='{"defaultAction": "SCMP_ACT_ERRNO"}',
    tmpfs={"/tmp": "rw", "/run": "rw"},
)


def inspected() -> dict[str, Any]:
    """As `docker inspect` shows one; the lines of it that count."""
    return {
        "Config": {"User": "1000:1000"},
        "Mounts": [{"Source": "/home/you/.local/state/swarm/worktrees/1"}],
        "HostConfig": {
            "Privileged": False,
            "CapDrop": ["ALL"],
            "CapAdd": None,
            "SecurityOpt": ["no-new-privileges:true", "seccomp={}"],
            "ReadonlyRootfs": True,
            "NetworkMode": "none",
            "PidsLimit": 512,
            "Memory": 1,
            "MemorySwap": 1,
            "NanoCpus": 1,
            "Ulimits": [{"Name": "nofile", "Hard": 1, "Soft": 1}],
            "ShmSize": 1,
            "Tmpfs": {"/tmp": "rw", "/run": "rw"},
            "Devices": [],
            "PidMode": "",
            "IpcMode": "private",
            "UTSMode": "",
        },
    }
