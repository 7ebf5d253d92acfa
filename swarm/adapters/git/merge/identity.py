"""The author and the committer of a landing, as the user's configuration names them."""

from dataclasses import dataclass

from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.repo import Actor
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line

AGENT_EMAIL = "agent@swarm.invalid"
_UNKNOWN = "git does not know who you are, so there can be no commit of yours"
_HINT = "`git config --global user.name …` and `user.email …`"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who wrote a commit, and who made it."""

    author: Actor
    committer: Actor

    def variables(self) -> dict[str, str]:
        """The variables that git takes both from."""
        return {
            Actor.env_author_name: self.author.name or "",
            Actor.env_author_email: self.author.email or "",
            Actor.env_committer_name: self.committer.name or "",
            Actor.env_committer_email: self.committer.email or "",
        }


def identity(task: TaskGit, agent: str, options: LandingOptions) -> Identity:
    """Author and committer of the merge commit; Refused if git knows no user."""
    committer = _person(task, "committer")
    if options.author == "agent":
        author = Actor(safe_line(agent, 100) or "agent", AGENT_EMAIL)
    else:
        author = _person(task, "author")
    if not all((author.name, author.email, committer.name, committer.email)):
        raise Refused(_UNKNOWN, hint=_HINT)
    return Identity(author, committer)


def items(
    task: TaskGit, agent: str, options: LandingOptions | None = None
) -> tuple[LandingItem, ...]:
    """Who the commit will be by; refused if git knows no user."""
    try:
        who = identity(task, agent, options or LandingOptions())
    except Refused as error:
        return (
            LandingItem(
                Subject.IDENTITY,
                Verdict.REFUSED,
                "user",
                error.message,
                hint=error.hint,
            ),
        )
    author, committer = _shown(who.author), _shown(who.committer)
    by = f"author and committer are {author}"
    if author != committer:
        by = f"author is {author}, committer is {committer}"
    return (LandingItem(Subject.IDENTITY, Verdict.DONE, "commit", by),)


def _person(task: TaskGit, role: str) -> Actor:
    """As git reads them: `author.*` and `committer.*` go before `user.*`."""
    settings = task.repo.settings
    name, email = (
        settings.last(f"{role}.{part}") or settings.last(f"user.{part}")
        for part in ("name", "email")
    )
    return Actor(name, email)


def _shown(actor: Actor) -> str:
    return safe_line(f"{actor.name} <{actor.email}>", 200)
