"""Names the files that the user's own git would not have merged line by line."""

import os
from collections.abc import Mapping

from swarm.adapters.git.merge.attributes import Rules
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line

_UNMERGED = ("unset", "binary")


def items(
    task: TaskGit, order: MergeOrder, rules: Mapping[str, Rules]
) -> tuple[LandingItem, ...]:
    """Named items: merge drivers of changed files that the target changed too.

    Swarm runs none. `union` counts for nothing: it differs from swarm's way in a
    conflict only, which is refused.
    """
    ruled = {path: rule.merge for path, rule in rules.items() if rule.merge}
    old = task.repo.tip(order.target) if ruled else ""
    if old in ("", task.base):
        return ()
    words = ("-r", "-z", "--name-only", "--no-renames", task.base, old)
    listing = os.fsdecode(task.review.git.diff_tree(*words, **RAW))
    by_name: dict[str, list[str]] = {}
    for path in sorted(ruled.keys() & set(listing.split("\0"))):
        by_name.setdefault(ruled[path], []).append(path)
    return tuple(
        LandingItem(
            Subject.DRIVER,
            Verdict.NAMED,
            f"merge.{name}",
            _sentence(task, name),
            tuple(paths),
            hint="ask the agent to bring its work up to date, or merge by hand",
        )
        for name, paths in sorted(by_name.items())
        if name in _UNMERGED or _command(task, name)
    )


def _sentence(task: TaskGit, name: str) -> str:
    if name in _UNMERGED:
        return (
            "your git would merge no lines of files that both sides changed; here "
            "they are merged line by line"
        )
    return (
        f"your merge driver {safe_line(name, 60)} "
        f"(`{safe_line(_command(task, name), 120)}`) does not run: files that both "
        "sides changed are merged line by line"
    )


def _command(task: TaskGit, name: str) -> str:
    return task.repo.settings.last(f"merge.{name}.driver")
