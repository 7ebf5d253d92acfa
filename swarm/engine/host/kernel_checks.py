"""What `swarm doctor` says of this machine's kernel: its features, and its limits."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from swarm.engine.host.check import Check
from swarm.engine.host.inotify_use import Holder, inotify_use
from swarm.engine.host.kernel import Kernel
from swarm.ports import ContainerEngineFacts

INSTANCES_WARN, INSTANCES_LEFT = 512, 64
"""Of one user; a tool that watches files takes one or two."""
WATCHES_WARN, WATCHES_LEFT = 65_536, 16_384
"""Of one user; a folder takes one, and a `node_modules` has thousands."""
EVENTS_WARN = 16_384
"""That wait in one queue; the kernel drops further ones."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of inotify's."""

    check: str
    noun: str
    key: str
    """The sysctl's name below `fs.inotify`."""
    least: int
    least_left: int
    held: Callable[[Holder], int]
    proposed: int


_LIMITS = (
    _Limit(
        "inotify",
        "instances",
        "max_user_instances",
        INSTANCES_WARN,
        INSTANCES_LEFT,
        lambda holder: holder.instances,
        1024,
    ),
    _Limit(
        "inotify watches",
        "watches",
        "max_user_watches",
        WATCHES_WARN,
        WATCHES_LEFT,
        lambda holder: holder.watches,
        524_288,
    ),
)


def examine(kernel: Kernel, facts: ContainerEngineFacts | None) -> Iterator[Check]:
    """The checks of a kernel that sandboxes share with this process."""
    if kernel.nftables():
        yield Check("nftables", "ok", "nf_tables is there")
    else:
        mend = "`sudo modprobe nf_tables`; the gate needs it"
        yield Check("nftables", "warn", "nf_tables was not found", mend)
    if kernel.btf():
        yield Check("sensor", "ok", f"eBPF, by {kernel.btf_file}")
    else:
        mend = "use a kernel with CONFIG_DEBUG_INFO_BTF; inotify sees no command"
        yield Check("sensor", "warn", f"inotify: there is no {kernel.btf_file}", mend)
    yield from _inotify(kernel)
    yield _user_namespaces(kernel, facts)


def _inotify(kernel: Kernel) -> Iterator[Check]:
    holders = inotify_use(kernel.proc, os.getuid()).holders
    for limit in _LIMITS:
        yield _counted(limit, kernel.inotify(limit.key), holders)
    queued = kernel.inotify("max_queued_events")
    if queued is None or queued >= EVENTS_WARN:
        finding = f"{_number(queued)} may wait in a queue"
        yield Check("inotify events", "ok", finding)
    else:
        mend = (
            f"`sudo sysctl fs.inotify.max_queued_events={EVENTS_WARN}`: what does not "
            "fit is dropped"
        )
        finding = f"{queued:,} may wait in a queue, and {EVENTS_WARN:,} should"
        yield Check("inotify events", "warn", finding, mend)


def _counted(limit: _Limit, most: int | None, holders: tuple[Holder, ...]) -> Check:
    held = sum(limit.held(holder) for holder in holders)
    finding = f"{held:,} of {_number(most)} {limit.noun} a user are taken"
    if most is None or (most >= limit.least and most - held >= limit.least_left):
        return Check(limit.check, "ok", finding)
    if most < limit.least:
        finding += f", and {most:,} are few: {limit.least:,} should be allowed"
    first = max(holders, key=limit.held, default=None)
    if first and most - held < limit.least_left:
        taken = limit.held(first)
        finding += f", {taken:,} by {first.name} (pid {first.pid})"
    # A limit that is high enough and taken nevertheless is doubled.
    proposed = max(limit.proposed, 2 * most)
    mend = (
        f"`sudo sysctl fs.inotify.{limit.key}={proposed}`, or end what takes them: "
        "agents share them with you"
    )
    return Check(limit.check, "warn", finding, mend)


def _number(most: int | None) -> str:
    return "any number of" if most is None else f"{most:,}"


def _user_namespaces(kernel: Kernel, facts: ContainerEngineFacts | None) -> Check:
    name = "user namespaces"
    closed = kernel.user_namespaces_closed()
    if not closed:
        return Check(name, "ok", f"{_number(kernel.user_namespaces())} a user")
    if facts and not facts.rootless:
        return Check(name, "ok", f"{closed}; a rootful engine needs none")
    key, _, value = closed.partition(" = ")
    proposed = 1 if key.endswith("clone") else 0 if value == "1" else 28_633
    mend = f"`sudo sysctl {key}={proposed}`: an engine without root needs them"
    return Check(name, "warn", closed, mend)
