"""Remembers files that are shown by themselves, whatever rule or group they are in.

A file that was run could do anything, and a second name of a file that is work is that
work: neither may be hidden among what is only counted.
"""

import posixpath
from collections import OrderedDict
from collections.abc import Iterator

from swarm.engine.sensor.path_groups import PathGroups
from swarm.engine.sensor.symlinks import UNKNOWN
from swarm.model import programs
from swarm.model.activity import Action, area
from swarm.model.quiet import Change

REMEMBERED = 1024
"""Files of one task that are remembered to have been run, or to have two names."""


class ShownFiles:
    """One task's files that were run, and other names of its work."""

    def __init__(self) -> None:
        self._ran: OrderedDict[str, None] = OrderedDict()
        self._ran_in_stores: OrderedDict[str, None] = OrderedDict()
        """Files that were run where tools put programs: they stay in their group."""
        self._linked: OrderedDict[str, None] = OrderedDict()
        """Other names of files that are work, by hard links."""

    def has(self, path: str) -> bool:
        """True if the file is counted under nothing."""
        return path in self._ran or path in self._linked

    def was_run(self, path: str) -> bool:
        """True if the file was run, also where tools put programs."""
        return path in self._ran or path in self._ran_in_stores

    def was_run_outside_stores(self, path: str) -> bool:
        """True if the file was run, and is shown by itself for that."""
        return path in self._ran

    def see_run(self, action: Action) -> Iterator[str]:
        """Remember the program and the script of a command; yields what is new here."""
        for word in (action.path, programs.script(action.path, action.argv)):
            path = posixpath.normpath(posixpath.join(action.other, word))
            if not word or area(path) == "elsewhere" or path in self._ran:
                continue
            if not PathGroups.STORES.isdisjoint(path.split("/")):
                _remember(self._ran_in_stores, path)
                continue
            _remember(self._ran, path)
            yield path

    def see_name(self, change: Change, rule: str) -> bool:
        """True for one of two names of a file that is work: a write changes both.

        The names that the change gives are remembered. `rule` is what it is counted
        by, if it is.
        """
        source = change.other
        if change.op == "link" and not rule:
            is_new = area(source) == "git" or is_work(change.path, source)
        else:
            is_new = change.op == "rename" and source in self._linked
        if is_new:
            _remember(self._linked, change.path)
        return change.path in self._linked


def is_work(path: str, real: str) -> bool:
    """True if a path through a symlink may lead to what no tool fills.

    Package managers move folders with symlinks in them, so that it is not known where
    these lead; there it is taken to be a package of theirs.
    """
    if real == UNKNOWN:
        return PathGroups.STORES.isdisjoint(path.split("/"))
    is_generated = not PathGroups.NOISE.isdisjoint(real.split("/"))
    return area(real) in ("worktree", "home") and not is_generated


def _remember(paths: OrderedDict[str, None], path: str) -> None:
    paths[path] = None
    if len(paths) > REMEMBERED:
        paths.popitem(last=False)
