"""Makes a warm base of what a task's set-up left; no agent has run by then."""

import os
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters import warm_bases
from swarm.adapters.disk_use import disk_use
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.worktree import private_marks, untracked
from swarm.adapters.git.worktree.private_marks import Marks
from swarm.adapters.git.worktree.untracked import WorktreeLook
from swarm.adapters.warm_bases import HOME, LOOSE, SHARED, WarmBase
from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.engine.context import EngineContext
from swarm.engine.tasks import observation, warm_copies
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan import login_box
from swarm.plan.specs import Plan

MANY = 1000
"""Entries of a folder from which it is shared; a smaller one is copied faster."""
MOST_SHARED = 32
MOST_LOOSE = 2000


class NotKept(Exception):
    """No base was made; the task has all as its set-up left it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the base is to be."""

    key: str
    before: WorktreeLook
    """The worktree before the set-up."""
    git_before: Marks
    """The task's git directory before it."""
    tracked: Collection[str]
    copies: str
    """Why it must be copied; empty if it is shared."""


def tracked(context: EngineContext, task: Task) -> frozenset[str]:
    """Every file of the task's base commit, and every folder with `/` behind."""
    return observation.base_paths(context.paths.home, task.repo, task.base)


def make(context: EngineContext, task: Task, plan: Plan, wanted: Wanted) -> WarmBase:
    """Make the base; NotKept, with the reason, if there can be none.

    A base that is shared takes the folders and the home away from the task, which has
    them by its layers from then on.
    """
    try:
        after = untracked.look(context.worktree(task), wanted.tracked)
        _require_unchanged(wanted.before, after)
        new = [path for path in after.untracked if path not in wanted.before.untracked]
        if len(new) > MOST_LOOSE:
            raise NotKept(f"the set-up leaves {len(new)} files and folders")
        making = warm_bases.begin(context.paths.bases)
        try:
            commands = plan.project.setup
            git_after = private_marks.marks(context.task_git(task).private_git)
            lacks = private_marks.changed(wanted.git_before, git_after)
            base = WarmBase(
                *("", wanted.key, task.repo, commands), commit=task.base, lacks=lacks
            )
            fill = _Fill(context, task, plan, making)
            if wanted.copies:
                return fill.with_copies(base, new)
            folders = [path for path in new if after.untracked[path]]
            return fill.by_moving(base, new, folders)
        finally:
            if making.exists():
                erase(making)
    except (OSError, SwarmError) as error:
        raise NotKept(safe_line(str(error), 300)) from error


def _require_unchanged(before: WorktreeLook, after: WorktreeLook) -> None:
    both = before.stamps.keys() | after.stamps.keys()
    changed = sorted(
        path for path in both if before.stamps.get(path) != after.stamps.get(path)
    )
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise NotKept(
            f"the set-up changes {safe_line(changed[0], 100)}{more} of the commit, so "
            "it is run for each task"
        )


def _require_no_login(home: Path, agent: Agent) -> None:
    """NotKept if the home holds a login, or may hold it behind a link."""
    for path in dict.fromkeys((agent.login.done, *agent.state.login)):
        if path and _stands(home, login_box.in_home(path)):
            raise NotKept(f"the home holds {path}, and no other task is given a login")


def _stands(home: Path, path: str) -> bool:
    place = home
    for part in path.split("/"):
        place = place / part
        if place.is_symlink():
            return True
        if not place.exists():
            return False
    return True


class _Fill:
    """Fills the folder of one base."""

    def __init__(
        self, context: EngineContext, task: Task, plan: Plan, making: Path
    ) -> None:
        self._context, self._task, self._plan = context, task, plan
        self._making = making
        self._worktree = context.worktree(task)

    def with_copies(self, base: WarmBase, paths: list[str]) -> WarmBase:
        """Copy all; the task keeps its own."""
        warm_copies.keep_home(
            self._context, self._task, self._plan, self._folder(HOME, 0o777)
        )
        return self._finished(base, (), paths, "copy")

    def by_moving(
        self, base: WarmBase, paths: list[str], folders: list[str]
    ) -> WarmBase:
        """Move the home and large folders, copy the rest; all goes back on an error."""
        large = [path for path in folders if self._is_large(path)][:MOST_SHARED]
        loose = [path for path in paths if path not in large]
        first = self._context.paths.first_home(self._task.id) / HOME
        with ExitStack() as back:
            for number, path in enumerate(large):
                place = self._making / SHARED / str(number)
                untracked.move_out(self._worktree, path, place)
                back.callback(untracked.move_back, self._worktree, path, place)
            first.rename(self._making / HOME)
            back.callback((self._making / HOME).rename, first)
            finished = self._finished(base, tuple(large), loose, "overlay")
            back.pop_all()
        return finished

    def _finished(
        self, base: WarmBase, shared: tuple[str, ...], loose: list[str], sharing: str
    ) -> WarmBase:
        _require_no_login(self._making / HOME, registry.find(self._task.agent))
        if loose:
            place = self._folder(LOOSE, 0o755)
            warm_copies.keep_paths(self._context, self._task, self._plan, place, loose)
        whole = replace(
            base,
            shared=shared,
            loose=tuple(loose),
            sharing=sharing,
            made=self._context.clock(),
            bytes=disk_use(self._making).bytes,
        )
        return warm_bases.finish(self._making, whole)

    def _is_large(self, path: str) -> bool:
        return untracked.has_entries(self._worktree, path, MANY)

    def _folder(self, name: str, mode: int) -> Path:
        """A folder that the box which copies may write to."""
        place = self._making / name
        place.mkdir()
        if self._plan.owner and os.geteuid() == 0:
            os.chown(place, *self._plan.owner)
        place.chmod(mode)
        return place
