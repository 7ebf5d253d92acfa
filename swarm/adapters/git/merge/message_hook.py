"""Runs the user's own `commit-msg` hook on the message of a merge."""

import os
from pathlib import Path

from swarm.adapters import process
from swarm.adapters.git.merge import hooks
from swarm.adapters.git.merge.hooks import Hook
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import owners_git, personal_variables
from swarm.adapters.git.process import environment
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.process import Limits, Program
from swarm.errors import Refused, ToolError
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line

_LONGEST_MESSAGE = 1 << 20


def run(task: TaskGit, order: MergeOrder, message: str, options: LandingOptions) -> str:
    """The message after the user's `commit-msg` hook; as it is if there is none.

    The hook runs as the repository's owner, in their checkout, as it lies there now.
    Refused if it fails, takes longer than `hook_seconds`, leaves no message, or if the
    reviewed tree changes it.
    """
    named = (
        hook
        for hook in hooks.executable_hooks(task, order)
        if hook.name == hooks.MESSAGE_HOOK
    )
    hook = next(named, None)
    if not hook:
        return message
    if hooks.is_changed(task, order, hook):
        refusal = hooks.changed(hook)
        raise Refused(refusal.sentence, hint=refusal.hint)
    with owners_git(task) as owners:
        file = owners.directory / "COMMIT_EDITMSG"
        file.write_bytes(os.fsencode(message))
        owners.give(owners.directory)
        _run(task, hook, file, options)
        return _message_in(hook, file)


def _run(task: TaskGit, hook: Hook, file: Path, options: LandingOptions) -> None:
    with hook.path.open("rb") as script:
        shell = [] if script.read(2) == b"#!" or _is_binary(hook.path) else ["sh"]
    program = Program(
        [*shell, str(hook.path), str(file)],
        label="the hook",
        environment=_environment(task, hook),
        cwd=hook.work_tree,
        user=task.repo.other_owner,
        whole_group=True,
    )
    limits = Limits(seconds=options.hook_seconds, output=_LONGEST_MESSAGE)
    hint = f"run it yourself: `{safe_line(str(hook.path), 200)} FILE`"
    try:
        result = process.run(program, limits)
    except ToolError as error:
        raise Refused(
            f"nothing has landed: your {hook.shown} did not run to its end: "
            f"{error.message}",
            hint=hint,
        ) from error
    if result.status:
        said = result.output.decode(errors="replace").strip().splitlines()[-4:]
        words = "; ".join((*said, result.complaint))
        raise Refused(
            f"nothing has landed: your {hook.shown} refused the message: "
            f"{safe_line(words, 600)}",
            hint=hint,
        )


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _environment(task: TaskGit, hook: Hook) -> dict[str, str]:
    """As `git commit` calls a hook; nothing of swarm's own settings for git."""
    git_dir = task.repo.common_git_dir(personal=True)
    ours = environment(git_dir, personal_variables(task.repo))
    kept = {k: v for k, v in ours.items() if not k.startswith(("GIT_", "LC_"))}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "GIT_DIR": str(hook.git_dir),
        "GIT_EDITOR": ":",
        "GIT_PREFIX": "",
    }


def _message_in(hook: Hook, file: Path) -> str:
    """What the hook left; a link is not followed."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as content:
            text = content.read(_LONGEST_MESSAGE + 1)
    except OSError as error:
        text = b""
        reason: OSError | None = error
    else:
        reason = None
    if not text.strip() or len(text) > _LONGEST_MESSAGE:
        raise Refused(
            f"nothing has landed: your {hook.shown} left no message that fits"
        ) from reason
    return os.fsdecode(text)
