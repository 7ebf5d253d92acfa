"""The agent's own git directory: it holds what a checkout's has, and leads nowhere."""

from swarm.adapters.git.safe_fs.files import erase, write_new
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree.private_refs import read_refs, write_refs
from swarm.adapters.git.worktree.remotes import remote_config, remotes
from swarm.adapters.git.worktree.skeleton import (
    config_value,
    copy_shallow,
    write_alternates,
    write_skeleton,
)
from swarm.model.box_contents import BoxContents
from swarm.plan.specs import WORKSPACE

_CONFIG = """\
\tbare = false
\tlogallrefupdates = true
\tworktree = {work_tree}
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


def make_private(task: TaskGit) -> BoxContents:
    """Make the git directory; the task's review directory and index are there."""
    git_dir = task.private_git
    erase(git_dir)
    named = remotes(task.repo.settings)
    write_skeleton(task, git_dir, private_config(WORKSPACE) + remote_config(named))
    copy_shallow(task.repo.common_dir, git_dir)
    write_alternates(git_dir, [target for _, target in task.borrowed()])
    write_new(git_dir / "HEAD", f"ref: refs/heads/{task.branch}\n")
    write_new(git_dir / "refs" / "heads" / task.branch, f"{task.base}\n")
    write_new(git_dir / "index", (task.review_git / "base.index").read_bytes())
    refs = read_refs(task.repo.git, task.review.git)
    write_refs(git_dir, refs.refs, task.branch)
    return BoxContents(
        refs=len(refs.refs),
        refs_absent=refs.absent,
        refs_cut=refs.cut,
        remotes=tuple((remote.name, remote.url) for remote in named),
        shallow=task.repo.shallow,
    )
