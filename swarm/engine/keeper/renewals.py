"""Renews what tasks at work were given: their policies, and their agents' logins."""

import time
from contextlib import suppress
from functools import partial
from threading import Event

from swarm.engine.egress import (
    login_refresh,
    policy_resolver,
    task_network,
    user_network,
)
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.one_at_a_time import OneAtATime
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.settled_change import SettledChange
from swarm.engine.tasks import shared_login
from swarm.errors import SwarmError
from swarm.model.task import State


class PolicyRenewals:
    """An edit of a policy file counts at once, also for tasks at work.

    So does one of the settings of the user's package tools, within seconds.
    """

    def __init__(self, parts: EngineParts, work: KeeperWork) -> None:
        self._parts = parts
        self._context = parts.context
        self._work = work
        self._files, self._network = SettledChange(), SettledChange()
        self._network_stamp = user_network.NetworkStamp()
        self._has_defaults = Event()
        """The package tools have been asked for their defaults: that is no edit."""

    def begin(self) -> None:
        """Ask the package tools for their defaults, in a thread."""
        self._work.submit(self._ask_for_defaults)

    def look(self) -> None:
        """Look at the files; what has changed since is put in force in a thread."""
        files = policy_resolver.files_stamp(self._context.paths)
        has_changed = self._files.is_new(files)
        if self._has_defaults.is_set():
            network = self._network_stamp.at(time.monotonic())
            has_changed |= self._network.is_new(network)
        if has_changed:
            self._work.submit(self._renew)

    def _ask_for_defaults(self) -> None:
        try:
            user_network.current()
        finally:
            self._has_defaults.set()

    def _renew(self) -> None:
        repositories = RepositoryPolicies(self._context.paths)
        renew = partial(task_network.renew_edited, repositories=repositories)
        for task in self._context.read().tasks.all():
            if task.net.name and task.state is State.LIVE:
                self._work.do_for(task.id, "policy", renew)


class LoginRenewals:
    """One renewal at a time for each agent: an engine that hangs holds few threads."""

    def __init__(self, parts: EngineParts, work: KeeperWork, inbox: Inbox) -> None:
        self._parts = parts
        self._shared = OneAtATime(work.submit, inbox.put)
        self._agents = OneAtATime(work.submit, inbox.put)

    def look(self) -> None:
        """Begin what is due; the gate gets a new token as it gets an edited policy."""
        self._shared.begin("shared", partial(shared_login.look, self._parts))
        with suppress(SwarmError):
            for agent in login_refresh.due(self._parts):
                renew = partial(login_refresh.renew_quietly, self._parts, agent)
                self._agents.begin(agent, renew)
