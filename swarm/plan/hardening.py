"""The floor that no config lowers, checked on specs and on running containers."""

import posixpath
from collections.abc import Iterator
from typing import Any

from swarm.errors import PlanError
from swarm.plan.specs import SandboxSpec

SWAP_FAULT = "no swap limit"
"""Of a container whose memory is limited, on an engine that cannot limit swap."""
INIT_PLACES = ("/sbin/docker-init", "/run/podman-init", "/dev/init")
"""Where engines mount the program that starts and buries a container's processes."""
REQUIRED_TMPFS = ("/tmp", "/run")  # noqa: S108 - paths inside the sandbox


def refuse(spec: SandboxSpec) -> None:
    """Raise PlanError with every fault that puts the spec below the floor."""
    faults = list(_spec_faults(spec))
    if faults:
        raise PlanError(
            f"the sandbox {spec.name} would be weaker than the floor: "
            + "; ".join(faults),
            hint="no setting lowers the floor; this is a defect, please report it",
        )


def _spec_faults(spec: SandboxSpec) -> Iterator[str]:
    if _is_root(spec.user):
        yield f"user {spec.user!r} is root"
    if spec.cap_drop != ("ALL",) or spec.cap_add:
        yield "capabilities are not all dropped"
    if "no-new-privileges:true" not in spec.security:
        yield "no-new-privileges is not set"
    if not spec.read_only:
        yield "the root file system is writable"
    if spec.network != "none" and not spec.network.startswith("container:"):
        yield f"network {spec.network!r} has a way out"
    if not spec.seccomp:
        yield "no seccomp profile"
    yield from (
        f"{path} is not a tmpfs" for path in REQUIRED_TMPFS if path not in spec.tmpfs
    )
    yield from _mount_faults(spec)
    yield from _limit_faults(spec)


def _mount_faults(spec: SandboxSpec) -> Iterator[str]:
    for mount in spec.mounts:
        if mount.source.endswith(".sock") or mount.source in ("/", "/proc", "/sys"):
            yield f"{mount.source} may not be mounted"


def _limit_faults(spec: SandboxSpec) -> Iterator[str]:
    limits = spec.limits
    for name in ("memory", "cpus", "pids", "nofile", "shm", "tmp"):
        if getattr(limits, name) <= 0:
            yield f"no limit on {name}"


def inspected_faults(raw: dict[str, Any], spec: SandboxSpec | None = None) -> list[str]:
    """The faults of a container, by its `docker inspect`, that put it below the floor.

    A shape that is not understood is a fault: the floor is proven, not assumed.
    With a spec, what weakens the container beside what was asked for is one too.
    """
    try:
        faults = list(_inspect_faults(raw))
        return [*faults, *_differences(raw, spec)] if spec else faults
    except (KeyError, TypeError, AttributeError) as surprise:
        return [f"the engine's answer is not understood: {surprise!r}"]


def _inspect_faults(raw: dict[str, Any]) -> Iterator[str]:
    config, host = raw["Config"], raw["HostConfig"]
    if _is_root(config["User"]):
        yield f"user {config['User']!r} is root"
    for fault, is_absent in _absent_faults(host).items():
        if not is_absent:
            yield fault
    for mount in raw["Mounts"]:
        if str(mount.get("Source", "")).endswith(".sock"):
            yield f"a socket is mounted: {mount['Source']}"


def _differences(raw: dict[str, Any], spec: SandboxSpec) -> Iterator[str]:
    """What the engine did otherwise than it was asked, by settings of its own."""
    host = raw["HostConfig"]
    if host["Memory"] not in (0, spec.limits.memory):
        yield "another memory limit"
    if raw["Config"]["User"] != spec.user:
        yield f"another user, {raw['Config']['User']!r}"
    if spec.runtime and host["Runtime"] != spec.runtime:
        yield f"the runtime is {host['Runtime']!r} and not {spec.runtime!r}"
    asked = {posixpath.normpath(mount.target): mount for mount in spec.mounts}
    present = {posixpath.normpath(each["Destination"]) for each in raw["Mounts"]}
    for place, mount in asked.items():
        if mount.kind == "bind" and place not in present:
            yield f"nothing is mounted at {place}"
    for mounted in raw["Mounts"]:
        # An image's own volumes are no binds, and show nothing of this machine.
        if mounted["Type"] != "bind" or _is_init(mounted):
            continue
        place = posixpath.normpath(mounted["Destination"])
        if place not in asked:
            yield f"{mounted['Source']} is mounted at {place}, which nobody asked for"
        elif asked[place].read_only and mounted["RW"] is not False:
            yield f"{place} is writable"


def _is_init(mount: dict[str, Any]) -> bool:
    """True for the engine's own first process, which is a program of this machine."""
    return mount["Destination"] in INIT_PLACES and mount["RW"] is False


def _absent_faults(host: dict[str, Any]) -> dict[str, bool]:
    """Per fault, true if the container does not have it."""
    security = host["SecurityOpt"] or []
    mode = host["NetworkMode"]
    return {
        "privileged": not host["Privileged"],
        "capabilities are not all dropped": host["CapDrop"] == ["ALL"]
        and not host["CapAdd"],
        "no-new-privileges is not set": "no-new-privileges:true" in security,
        "no seccomp profile of ours": any(
            str(option).startswith("seccomp={") for option in security
        ),
        "the root file system is writable": host["ReadonlyRootfs"] is True,
        "the network has a way out": mode == "none" or mode.startswith("container:"),
        "no pids limit": (host["PidsLimit"] or 0) > 0,
        "no memory limit": host["Memory"] > 0,
        SWAP_FAULT: host["MemorySwap"] == host["Memory"],
        "no cpu limit": host["NanoCpus"] > 0,
        "no nofile limit": any(u["Name"] == "nofile" for u in host["Ulimits"] or []),
        "no shm limit": host["ShmSize"] > 0,
        "no tmpfs on /tmp or /run": set(REQUIRED_TMPFS) <= set(host["Tmpfs"] or {}),
        "a device is passed through": not host["Devices"],
        "a host namespace is shared": not any(
            str(host[key]).startswith("host")
            for key in ("PidMode", "IpcMode", "UTSMode")
        ),
    }


def _is_root(user: str) -> bool:
    uid = user.split(":", 1)[0]
    return not uid.isdigit() or int(uid) == 0
