"""Names the programs that the user's git runs when it writes a checkout."""

from swarm.adapters.git.merge import in_force
from swarm.adapters.git.merge.checkout import first_checkout
from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from swarm.model.safe_text import safe_line

_LFS = "git-lfs"


def items(
    task: TaskGit, order: MergeOrder, converted: Converted
) -> tuple[LandingItem, ...]:
    """Smudge filters of changed paths; nothing if the target is checked out nowhere."""
    task = in_force.on_target(task, order.target)
    named = {
        name: (command, paths)
        for name, paths in converted.filtered.items()
        if (command := _command(task, name))
    }
    if not named or not first_checkout(task.repo, order.target):
        return ()
    return tuple(
        LandingItem(
            Subject.SMUDGE, Verdict.NAMED, name, _sentence(name, command), paths
        )
        for name, (command, paths) in sorted(named.items())
    )


def _command(task: TaskGit, name: str) -> str:
    settings = task.repo.settings
    keys = (f"filter.{name}.process", f"filter.{name}.smudge")
    return next((value for key in keys if (value := settings.last(key))), "")


def _sentence(name: str, command: str) -> str:
    shown = f"{safe_line(name, 60)} (`{safe_line(command, 120)}`)"
    if _LFS in command:
        return (
            f"your filter {shown} writes pointers into the checkout, since nothing is "
            "fetched at a merge: `git lfs pull` brings the content"
        )
    return f"your filter {shown} runs on the agent's bytes when the checkout is written"
