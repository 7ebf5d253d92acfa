"""Says if sandboxes work on an engine of some kind: one answer for `doctor` and `new`.

Each finding is known from what the engine says of itself, before anything is made.
"""

import os
import platform
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from swarm.adapters import system
from swarm.config.schema import Config
from swarm.engine.host.check import Check
from swarm.engine.host.kernel import Kernel
from swarm.errors import ToolError
from swarm.ports import ContainerEngineFacts

LEAST_API = (1, 30)
"""Docker 17.06: the first that can wait for a container's removal."""
LIMITS_WAY = (
    "give it the cgroup controllers memory, pids and cpu: by `cgroup_enable=memory` at "
    "boot, or by cgroup 2 and `Delegate=yes` in user@.service for a rootless engine"
)
SWAP_WAY = (
    "boot with `swapaccount=1`, or turn swap off (`sudo swapoff -a`), or accept it: "
    "`unlimited_swap = true` in [sandbox]"
)

_OWN_KERNEL = re.compile(r"runsc|gvisor|kata|firecracker|urunc", re.IGNORECASE)
"""Runtimes that give a container a kernel of its own, by their usual names."""


@dataclass(frozen=True, slots=True)
class Here:
    """What this side brings to the question; tests bring their own."""

    host_name: str = field(default_factory=socket.gethostname)
    uid: int = field(default_factory=os.getuid)
    gid: int = field(default_factory=os.getgid)
    kernel: Kernel = field(default_factory=Kernel)
    release: str = field(default_factory=platform.release)
    """The kernel's."""
    container: str = field(default_factory=system.container)
    """The file that says that swarm itself is in a container; empty if it is not."""


def examine(facts: ContainerEngineFacts, config: Config, here: Here) -> Iterator[Check]:
    """What `doctor` says of the engine's kind; a `fail` is a task that cannot start."""
    yield from _interface(facts)
    yield from _runtime(facts, config)
    yield from _limits(facts)
    yield from _swap(facts, config, here)
    yield _seccomp(facts)
    yield from _users(facts, here)
    if facts.selinux:
        found = "confines sandboxes: swarm labels its own files, and lends no object "
        found += "of your repository but copies of the base's"
        yield Check("SELinux", "ok", found)


def require(facts: ContainerEngineFacts, config: Config, here: Here) -> None:
    """Refuse an engine on which no sandbox works; ToolError is the first finding."""
    for check in examine(facts, config, here):
        if check.grade == "fail":
            raise ToolError(f"{facts.product}: {check.finding}", hint=check.remedy)


def is_plain(facts: ContainerEngineFacts, here: Here) -> bool:
    """True for rootful Docker on this machine, which sees the files that swarm sees.

    Of any other, `shared_files` finds out by a try.
    """
    return (
        facts.product == "Docker"
        # Its files need not be the engine's, even if its name and kernel are.
        and (not here.container or facts.sees_our_files)
        and facts.endpoint.startswith("unix://")
        and _is_this_machine(facts, here)
        # As a snap it sees no hidden folder of a home, and no other's /tmp.
        and not facts.root.startswith("/var/snap/")
        and not (facts.rootless or facts.remapped or facts.selinux)
    )


def _is_this_machine(facts: ContainerEngineFacts, here: Here) -> bool:
    """False for a virtual machine, or another behind a socket, whatever its name."""
    is_same_kernel = facts.kernel in ("", here.release)
    return facts.host_name == here.host_name and is_same_kernel


def swap_stays_unlimited(
    facts: ContainerEngineFacts, config: Config, here: Here
) -> bool:
    """True if swap cannot be limited, and there is none or the user accepts it."""
    has_none = _is_this_machine(facts, here) and here.kernel.swap() == 0
    return not facts.enforces.swap and (has_none or config.sandbox.unlimited_swap)


def opts_out_of_remap(facts: ContainerEngineFacts, uid: int) -> bool:
    """True if sandboxes must be without the engine's user-namespace remap.

    Only root can give a worktree to the ids that a container's user then is.
    """
    return facts.remapped and (uid != 0 or facts.first_ids is None)


def _interface(facts: ContainerEngineFacts) -> Iterator[Check]:
    if facts.system != "linux":
        found = f"it runs containers of {facts.system}, and a sandbox is one of Linux"
        yield Check("engine's system", "fail", found, "switch it to Linux containers")
    if (0, 0) < facts.api < LEAST_API:
        version, least = (f"{one[0]}.{one[1]}" for one in (facts.api, LEAST_API))
        found = f"it speaks version {version} of the API; {least} is needed"
        yield Check("engine's API", "fail", found, "install Docker 17.06 or newer")
    if not facts.bounded_logs:
        found = "it bounds no log: a sandbox's output can fill the disk"
        mend = "give it the log driver `local` or `json-file`"
        yield Check("engine's logs", "warn", found, mend)


def _runtime(facts: ContainerEngineFacts, config: Config) -> Iterator[Check]:
    """Podman's Docker API gives every container the one runtime of its settings."""
    wanted = config.sandbox.runtime
    if wanted and facts.product == "Podman":
        found = f"it chooses the runtime itself, and would leave {wanted} out unsaid"
        mend = f'set `runtime = "{wanted}"` in [engine] of Podman\'s containers.conf, '
        mend += "and take it out of [sandbox]"
        yield Check("runtime", "fail", found, mend)
    if _OWN_KERNEL.search(facts.default_runtime):
        # Not the sandbox's alone: a sandbox joins its net's namespace, and the sensor
        # reads the kernel that programs run on.
        found = f"its default runtime is {facts.default_runtime}, with a kernel for "
        found += "each container: gate, nets and sensor need this machine's"
        mend = "let its `default-runtime` be runc (`/etc/docker/daemon.json`)"
        yield Check("default runtime", "fail", found, mend)


def _limits(facts: ContainerEngineFacts) -> Iterator[Check]:
    can = facts.enforces
    limits = {"memory": can.memory, "processes": can.pids, "processor time": can.cpus}
    lacking = [name for name, is_held in limits.items() if not is_held]
    if not lacking:
        yield Check("limits", "ok", "memory, processes, processor time")
        return
    mode = "rootless, " if facts.rootless else ""
    found = f"it cannot limit {' or '.join(lacking)} ({mode}cgroup {facts.cgroup})"
    yield Check("limits", "fail", found, LIMITS_WAY)


def _swap(facts: ContainerEngineFacts, config: Config, here: Here) -> Iterator[Check]:
    if facts.enforces.swap or not facts.enforces.memory:
        return
    found = "it cannot limit swap: over its limit of memory, a sandbox would use it"
    if not swap_stays_unlimited(facts, config, here):
        yield Check("swap", "fail", found, SWAP_WAY)
    elif config.sandbox.unlimited_swap:
        yield Check("swap", "warn", f"{found}; `unlimited_swap` accepts it", SWAP_WAY)
    else:
        found = (
            "it cannot limit swap; there is none here, and `new` fails once there is"
        )
        yield Check("swap", "warn", found, SWAP_WAY)


def _seccomp(facts: ContainerEngineFacts) -> Check:
    if facts.seccomp:
        return Check("seccomp", "ok", "offered by the container engine")
    mend = "use a kernel and an engine with seccomp; no sandbox starts without"
    return Check("seccomp", "fail", "the engine offers no seccomp", mend)


def _users(facts: ContainerEngineFacts, here: Here) -> Iterator[Check]:
    if not facts.remapped:
        return
    if opts_out_of_remap(facts, here.uid):
        found = "remapped by the engine; sandboxes do without (`--userns=host`), for "
        found += "else they could not write your files; the floor is that of any engine"
        mend = "to keep the remap, run swarm as root, which can give worktrees away"
        yield Check("remapped users", "warn", found, mend)
    else:
        assert facts.first_ids is not None
        found = f"remapped: a sandbox's 0:0 is {':'.join(map(str, facts.first_ids))}"
        yield Check("remapped users", "ok", found)
