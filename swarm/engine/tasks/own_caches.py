"""Which of the user's package caches a task is lent; looked at again at each start."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from swarm.adapters import package_caches
from swarm.adapters.package_caches import PackageCache
from swarm.config.home_paths import home
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.model import events
from swarm.model.format import size
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan.host_facts import HostFacts, sandbox_user
from swarm.plan.naming import HomePaths
from swarm.plan.own_caches import LentFolder, is_one
from swarm.plan.specs import Plan

Measure = Callable[[str, HomePaths], PackageCache]
"""Finds and measures the user's cache of that kind, for that home of swarm."""


def measured(kind: str, paths: HomePaths) -> PackageCache:
    """Measure it now; blocks while it is looked at as a whole."""
    return package_caches.look(kind, os.environ, home(), paths.home)


def measured_once() -> Measure:
    """Measures each cache once, for all agents of one wish."""
    return cache(measured)


def lent(
    config: Config, host: HostFacts, measure: Measure = measured
) -> tuple[tuple[LentFolder, ...], tuple[str, ...]]:
    """The folders of those that the settings name, and notes on what is not lent.

    Blocks as `measure` does. With SELinux none is lent: its files would need a label
    that is not theirs.
    """
    folders, notes = list[LentFolder](), list[str]()
    is_users = sandbox_user(host.uid, host.gid)[0] == os.getuid()
    for kind in config.sandbox.caches:
        found = measure(kind, host.paths)
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
