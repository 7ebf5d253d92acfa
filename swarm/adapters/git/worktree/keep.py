"""Keeps the work of an ended task in the user's repository, under a ref of swarm's."""

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Actor
from swarm.adapters.git.repository import commit_named
from swarm.adapters.git.task_git import TaskGit
from swarm.plan.naming import kept_ref

_TRANSFER = Bounds(seconds=600, output=4 << 30)
_LATEST = 4102444800
"""Seconds; an agent may have written any time, and git takes not all of them."""
_SWARM = Actor("swarm", "swarm@swarm.invalid")


def keep_work(task: TaskGit, tree: str, head: str) -> str:
    """Have a ref keep the files of a snapshot and the agent's commits; its commit.

    The commit has the tree, and stands on the agent's last commit if there is one
    that stands on the base, else on the base. Empty if there is nothing to keep.
    Fine if it is kept already. ToolError if git cannot, as on a full disk.
    """
    commit = _commit(task, tree, head)
    if commit == task.base:
        return ""
    if not commit_named(task.repo.git, commit):
        _transfer(task, commit)
    task.repo.git.update_ref(kept_ref(task.places.tag, task.task), commit)
    return commit


def _commit(task: TaskGit, tree: str, head: str) -> str:
    review = task.review
    stands = bool(head) and review.is_ancestor(task.base, head)
    parent = head if stands else task.base
    parent_tree: str = review.git.rev_parse(f"{parent}^{{tree}}")
    if not tree or tree == parent_tree:
        return parent
    # The time of the parent: the same work is the same commit, however often.
    seconds: str = review.git.log("--max-count=1", "--format=%ct", parent)
    date = f"@{min(max(int(seconds or 0), 0), _LATEST)} +0000"
    env = {
        Actor.env_author_name: _SWARM.name,
        Actor.env_author_email: _SWARM.email,
        Actor.env_committer_name: _SWARM.name,
        Actor.env_committer_email: _SWARM.email,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }
    message = f"The files that task {task.task} of swarm left\n"
    words = (tree, "-p", parent, "-F", "-")
    commit: str = review.git.commit_tree(*words, istream=message.encode(), env=env)
    return commit


def _transfer(task: TaskGit, commit: str) -> None:
    """Copy what the user's repository has not; every object is checked on its way."""
    revisions = f"{commit}\n^{task.base}\n".encode()
    pack: bytes = task.review.git.within(_TRANSFER).pack_objects(
        "--revs", "--thin", "--stdout", "-q", istream=revisions, **RAW
    )
    git = task.repo.git.within(_TRANSFER)
    git.index_pack("--stdin", "--fix-thin", "--strict", istream=pack)
