"""The agent's own git directory: it holds what a checkout's has, and leads nowhere."""

from collections.abc import Collection

from swarm.adapters.git.safe_fs.files import erase, write_new
from swarm.adapters.git.task_git import OBJECTS, TaskGit
from swarm.adapters.git.worktree import hidden_objects
from swarm.adapters.git.worktree.private_refs import read_refs, write_refs
from swarm.adapters.git.worktree.pruned import pack_history
from swarm.adapters.git.worktree.remotes import remote_config, remotes
from swarm.adapters.git.worktree.skeleton import (
    config_value,
    copy_shallow,
    write_alternates,
    write_skeleton,
)
from swarm.errors import ToolError
from swarm.model.box_contents import BoxContents
from swarm.plan.specs import WORKSPACE

# The index is of the moment before the files were given to the agent: with owner and
# ctime compared, its first `git status` would read every file again.
_CONFIG = """\
\tbare = false
\tlogallrefupdates = true
\tworktree = {work_tree}
\tcheckStat = minimal
\ttrustctime = false
[user]
\tname = swarm agent
\temail = agent@swarm.invalid
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


def private_config(work_tree: str) -> str:
    """The configuration of an agent's git directory whose work tree is this."""
    return _CONFIG.format(work_tree=config_value(work_tree))


def make_private(
    task: TaskGit, base_only: bool = False, hidden: Collection[str] = ()
) -> BoxContents:
    """Make the git directory; the task's review directory and index are there.

    If `base_only`, the base's history is packed for it, and it borrows nothing else;
    what ever stood at the paths that are `hidden` is not in that pack.
    """
    if hidden and not base_only:
        raise ToolError("with hidden paths the user's objects cannot be lent")
    git_dir = task.private_git
    erase(git_dir)
    named = remotes(task.repo.settings)
    config = private_config(WORKSPACE) + remote_config(named)
    write_skeleton(task, git_dir, config + (hidden_objects.CONFIG if hidden else ""))
    if hidden:
        patterns = hidden_objects.sparse_patterns(hidden)
        write_new(git_dir / "info/sparse-checkout", patterns)
    copy_shallow(task.repo.common_dir, git_dir)
    lent = [OBJECTS] if base_only else [target for _, target in task.borrowed()]
    write_alternates(git_dir, lent)
    write_new(git_dir / "HEAD", f"ref: refs/heads/{task.branch}\n")
    write_new(git_dir / "refs" / "heads" / task.branch, f"{task.base}\n")
    write_new(git_dir / "index", (task.review_git / "base.index").read_bytes())
    listed = read_refs(task.repo.git, task.review.git)
    refs = listed.refs
    if base_only:
        erase(task.base_objects)
        absent = hidden_objects.hidden_objects(task, hidden) if hidden else ()
        git = task.review.git
        refs = pack_history(git, task.base, task.base_objects, refs, absent)
    write_refs(git_dir, refs, task.branch)
    return BoxContents(
        refs=len(refs),
        refs_absent=listed.absent,
        refs_cut=listed.cut,
        remotes=tuple((remote.name, remote.url) for remote in named),
        shallow=task.repo.shallow,
        base_only=base_only,
    )
