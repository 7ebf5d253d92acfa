"""Composes the message of a merge commit."""

from swarm.adapters.git.merge.identity import Identity
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line


def compose(task: TaskGit, order: MergeOrder, who: Identity) -> str:
    """The human's message, and trailers that name the task, its agent, the signer-off.

    Trailers that the message ends with already are kept, and none is repeated.
    """
    text = order.message.replace("\0", "").strip() or f"Merge task {task.task}"
    lines = [f"Swarm-Task: {task.task}", f"Swarm-Agent: {safe_line(order.agent)}"]
    if order.signoff:
        committer = who.committer
        lines.append(f"Signed-off-by: {committer.name} <{committer.email}>")
    return f"{text}\n\n" + "".join(f"{line}\n" for line in lines)
