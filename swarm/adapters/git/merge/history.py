"""Names what the agent's own commits lack, if a merge keeps them."""

from collections.abc import Iterator

from swarm.adapters.git.merge import signing
from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.task_git import TaskGit
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder


def items(
    task: TaskGit, order: MergeOrder, converted: Converted
) -> tuple[LandingItem, ...]:
    """Commits between base and head: unsigned, unconverted; nothing for a squash."""
    if order.strategy != "merge" or not order.head:
        return ()
    if not task.review.is_ancestor(task.base, order.head):
        return ()
    words = ("--count", order.head, "--not", task.base)
    count = int(task.review.git.rev_list(*words))
    return tuple(_items(task, converted, count)) if count else ()


def _items(task: TaskGit, converted: Converted, count: int) -> Iterator[LandingItem]:
    commits = "the agent's commit" if count == 1 else f"the agent's {count} commits"
    if converted.filtered or converted.conversions:
        paths = {each.path for each in converted.conversions}
        paths.update(p for some in converted.filtered.values() for p in some)
        yield LandingItem(
            Subject.HISTORY,
            Verdict.NAMED,
            "unconverted",
            f"{commits} come in as the agent made them: bytes that your filters and "
            "line-end rules would have changed stay in the history",
            tuple(sorted(paths)),
            hint="merge as squash: one commit, and only what your git stores",
        )
    if signing.signer(task):
        yield LandingItem(
            Subject.HISTORY,
            Verdict.NAMED,
            "unsigned",
            f"{commits} come in unsigned; only the merge is signed",
            hint="merge as squash: one commit, signed by you",
        )
