"""The user's hooks at a landing: those that do not run, and the one that may."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.merge import drivers, in_force
from swarm.adapters.git.merge.checkout import first_checkout
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line

MESSAGE_HOOK = "commit-msg"
_ALWAYS = (
    "prepare-commit-msg",
    MESSAGE_HOOK,
    "post-merge",
    "reference-transaction",
    "post-index-change",
    "pre-auto-gc",
)
_HOOKS = {
    "squash": ("pre-commit", *_ALWAYS, "post-commit"),
    "merge": ("pre-merge-commit", *_ALWAYS),
}
"""What `git merge --squash && git commit`, and `git merge`, would run."""
_KINDS = {
    b"pre-commit.com": "pre-commit",
    b"pre_commit": "pre-commit",
    b"lefthook": "lefthook",
    b"git lfs": "git-lfs",
    b"git-lfs": "git-lfs",
    b"overcommit": "overcommit",
}
"""What stands in a hook that one of these tools wrote."""
_READ = 64 << 10


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook of the user's that git would run."""

    name: str
    path: Path
    work_tree: Path
    """The directory that it runs in."""
    git_dir: Path

    @property
    def kind(self) -> str:
        """The tool that keeps it, such as husky; empty if none is known."""
        if ".husky" in self.path.parts:
            return "husky"
        try:
            with self.path.open("rb") as file:
                text = file.read(_READ)
        except OSError:
            return ""
        return next((kind for mark, kind in _KINDS.items() if mark in text), "")

    @property
    def shown(self) -> str:
        """The hook and its place, for a sentence."""
        kind = f"{self.kind}, " if self.kind else ""
        return f"{self.name} hook ({kind}{safe_line(str(self.path), 120)})"

    def files(self) -> tuple[Path, ...]:
        """The hook, where a link leads, and the script that husky's wrapper calls."""
        found = [self.path, self.path.resolve()]
        if self.path.parent.name == "_":
            found.append(self.path.parent.parent / self.name)
        return tuple(dict.fromkeys(found))


def items(task: TaskGit, order: MergeOrder) -> tuple[LandingItem, ...]:
    """Each hook of the user's that their git would have run for the order's strategy.

    None of them runs, but for `commit-msg` if the order asks for it.
    """
    hooks = executable_hooks(task, order)
    return tuple(_item(task, order, hook) for hook in hooks) + tuple(
        LandingItem(
            Subject.HOOK,
            Verdict.DONE,
            MESSAGE_HOOK,
            "there is no commit-msg hook to run on the message",
        )
        for _ in range(order.message_hook)
        if MESSAGE_HOOK not in {hook.name for hook in hooks}
    )


def executable_hooks(task: TaskGit, order: MergeOrder) -> tuple[Hook, ...]:
    """The executable hooks for the order's strategy, in git's order."""
    task = in_force.on_target(task, order.target)
    work_tree, git_dir = _place(task, order.target)
    directory = _directory(task, work_tree)
    hooks = (
        Hook(name, directory / name, work_tree, git_dir)
        for name in _HOOKS[order.strategy]
    )
    return tuple(hook for hook in hooks if _is_executable(hook.path))


def _place(task: TaskGit, target: str) -> tuple[Path, Path]:
    """The work tree and git directory of the target, else of the repository."""
    if checkout := first_checkout(task.repo, target):
        return checkout.work_tree, checkout.git_dir
    return task.repo.root, task.repo.git_dir


def _directory(task: TaskGit, work_tree: Path) -> Path:
    configured = task.repo.settings.last("core.hookspath")
    if not configured:
        return task.repo.common_dir / "hooks"
    if configured.startswith("~/"):
        return task.repo.owner_home / configured[2:]
    return Path(os.path.normpath(work_tree / Path(configured).expanduser()))


def _is_executable(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o111)


def _item(task: TaskGit, order: MergeOrder, hook: Hook) -> LandingItem:
    if hook.name != MESSAGE_HOOK or not order.message_hook:
        offer = hook.name == MESSAGE_HOOK
        return LandingItem(
            Subject.HOOK,
            Verdict.NAMED,
            hook.name,
            f"your {hook.shown} does not run",
            hint="have it run on the message: `--commit-msg-hook`" if offer else "",
        )
    if is_changed(task, order, hook):
        return changed(hook)
    return LandingItem(
        Subject.HOOK,
        Verdict.DONE,
        hook.name,
        f"your {hook.shown} runs on the message",
    )


def is_changed(task: TaskGit, order: MergeOrder, hook: Hook) -> bool:
    """True if the reviewed work changes a file of the hook's in a checkout."""
    return any(
        drivers.changes_checkout(task, str(path), order.tree) for path in hook.files()
    )


def changed(hook: Hook) -> LandingItem:
    """The refusal to run such a hook."""
    return LandingItem(
        Subject.HOOK,
        Verdict.REFUSED,
        hook.name,
        f"the reviewed work changes your {hook.shown}, so it is not run",
        hint="merge without the hook, and look at its change",
    )
