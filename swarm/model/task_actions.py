"""What can be done to a task in each state, and what of its work would be lost.

The keeper decides in the end; a front end asks here to spare the human a refusal.
"""

from swarm.model.format import plural
from swarm.model.task import CONTINUABLE, DISCARDABLE, SETTLED, State, Task

BEGUN = frozenset({State.LIVE, State.QUEUED})
_LIVE = frozenset({State.LIVE})

STATES: dict[str, frozenset[State]] = {
    "stop": BEGUN,
    "kill": BEGUN,
    "pause": _LIVE,
    "resume": _LIVE,
    "cut": _LIVE,
    "uncut": _LIVE,
    "retry": frozenset(State),
    "continue": CONTINUABLE,
    "wait": frozenset(State),
    "discard": DISCARDABLE,
    "restore": frozenset({State.REJECTED}),
    "rm": SETTLED,
}
"""The states in which each verb can be applied to a task."""

_NOT_YET = {
    State.LIVE: "is live; stop it first",
    State.QUEUED: "is queued; stop it first",
    State.STOPPED: "has work that is neither merged nor discarded",
    State.LOST: "has work that is neither merged nor discarded",
}
"""Why a task in such a state is not removed."""


def obstacle(verb: str, task: Task) -> str:
    """Why the wish would be refused now, as `is live; …`; empty if it would not."""
    if task.removed and verb not in ("retry", "wait"):
        return "is removed already"
    if task.state not in STATES[verb]:
        default = f"is {_word(task)}"
        return _NOT_YET.get(task.state, default) if verb == "rm" else default
    if verb == "pause" and task.paused:
        return "is paused already"
    if verb == "resume" and not task.paused:
        return "is not paused"
    if verb == "cut" and task.net.is_cut:
        return "is cut already"
    if verb == "uncut" and not task.net.is_cut:
        return "is not cut"
    return ""


def _word(task: Task) -> str:
    if task.state is State.REJECTED:
        return "discarded"
    return "paused" if task.paused else task.state.value


def unmerged_work(task: Task) -> str:
    """What the task changed and nobody merged, in numbers; empty if there is none."""
    if task.state is State.MERGED or task.removed:
        return ""
    review = task.review
    if not review.tree:
        return "files that were not looked at" if task.started else ""
    if not review.files and not review.commits:
        return ""
    commits = f" in {plural(review.commits, 'commit')}" if review.commits else ""
    changed = f"{plural(review.files, 'file')}, +{review.added} -{review.deleted}"
    return f"{changed}{commits}"
