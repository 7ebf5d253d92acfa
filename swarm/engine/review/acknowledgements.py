"""What a human acknowledged of a landing list, in this merge and in earlier ones."""

import shlex
from pathlib import Path
from typing import Any

from swarm.engine.context import EngineContext
from swarm.errors import Refused
from swarm.model import events, landing
from swarm.model.landing import STANDING, LandingItem, LandingList
from swarm.model.wishes import Accepted, ForgetAcknowledged


def forget_wish(context: EngineContext, wish: ForgetAcknowledged) -> dict[str, Any]:
    """Have merges in the task's repository ask again; answers `repo`."""
    task = context.read().tasks.get(wish.task)
    repo = str(context.task_git(task).repo.root)
    context.journal.record(task.id, events.AcknowledgementsForgotten(repo))
    return {"repo": repo}


def require(listed: LandingList, accepted: Accepted, acknowledged: Accepted) -> None:
    """Refused unless a human knows of all that the merge would do and leave out."""
    if listed.refused:
        raise refusal(listed.refused)
    if unseen := listed.unaccepted(accepted):
        raise Refused(
            f"{len(unseen)} changed files would run on your machine and are not "
            f"acknowledged: {landing.named(unseen)}",
            hint="look at each, then acknowledge it in the review, or with "
            "`--accept-risk PATH`",
        )
    if missing := listed.unacknowledged(acknowledged):
        sentences = "; ".join(item.line() for item in missing)
        raise Refused(
            f"this is not acknowledged: {sentences}",
            hint=f"acknowledge it in the review, or with `{option(missing)}`",
        )


def option(items: tuple[LandingItem, ...]) -> str:
    """The words of a command line that acknowledge these items."""
    return f"--acknowledge {' '.join(shlex.quote(item.key) for item in items)}"


def refusal(items: tuple[LandingItem, ...]) -> Refused:
    """The first items as one sentence, with the way out of the first."""
    sentences = "; ".join(item.line() for item in items[:3])
    more = f"; and {len(items) - 3} more" if len(items) > 3 else ""
    return Refused(f"{sentences}{more}", hint=items[0].hint)


def new_standing(
    repo: Path, listed: LandingList
) -> tuple[events.LandingAcknowledged, ...]:
    """The event for which later merges do not ask; none if there is nothing new.

    What is left out of one task's work is asked for every task.
    """
    new = tuple(
        item.key for item in listed.unacknowledged() if item.subject in STANDING
    )
    if not new:
        return ()
    return (events.LandingAcknowledged(str(repo), listed.strategy, new),)
