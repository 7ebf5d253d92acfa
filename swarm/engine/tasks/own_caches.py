"""Which of the user's package caches a task is lent; looked at again at each start."""

import os
from dataclasses import replace

from swarm.adapters import package_caches
from swarm.config.home_paths import home
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.model import events
from swarm.model.format import size
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan import planner
from swarm.plan.own_caches import LentFolder, is_one
from swarm.plan.planner import HostFacts
from swarm.plan.specs import Plan


def lent(
    config: Config, host: HostFacts
) -> tuple[tuple[LentFolder, ...], tuple[str, ...]]:
    """The folders of those that the settings name, and notes on what is not lent.

    Blocks while each is looked at as a whole. With SELinux none is: its files would
    need a label that is not theirs.
    """
    folders, notes = list[LentFolder](), list[str]()
    is_users = planner.sandbox_user(host.uid, host.gid)[0] == os.getuid()
    for kind in config.sandbox.caches:
        found = package_caches.look(kind, os.environ, home(), host.paths.home)
        fault = "its files have no label for boxes" if host.selinux else found.fault
        if fault:
            notes.append(f"your cache of {kind} is not lent: {fault}")
            continue
        folders += [LentFolder(kind, part, at) for part, at in found.folders]
        closed = f", but for {found.unreadable} files or folders closed to others"
        notes.append(
            f"your cache of {kind} is lent read-only: {size(found.bytes)}"
            f"{closed if found.unreadable and not is_users else ''}"
        )
    return tuple(folders), tuple(notes)


def still_there(context: EngineContext, task: Task, plan: Plan) -> Plan:
    """The plan without folders that are gone, or are links by now; that is told."""
    gone = [
        mount
        for mount in plan.sandbox.mounts
        if is_one(mount) and not package_caches.still_stands(mount.source)
    ]
    if not gone:
        return plan
    names = ", ".join(safe_line(mount.source, 100) for mount in gone)
    reason = f"not lent, for it is not what it was: {names}"
    context.journal.record(task.id, events.Trouble("caches", reason))
    mounts = tuple(mount for mount in plan.sandbox.mounts if mount not in gone)
    return replace(plan, sandbox=replace(plan.sandbox, mounts=mounts))
