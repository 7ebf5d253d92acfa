"""Which files of a repository an agent obeys, and what a task says of them.

Whoever commits there is untrusted. In a mode below `full` such a file could have the
agent do more unasked; in `full` there is nothing to loosen, and it counts.
"""

from swarm.agents.description import Agent
from swarm.errors import PlanError
from swarm.model import covers
from swarm.model.safe_text import safe_line

FULL = "full"


def watched(agent: Agent, mode: str, hidden: tuple[str, ...] = ()) -> dict[str, str]:
    """The paths that count in a mode, each with what a line begins with that counts.

    What is hidden from the agent does not. Empty for a mode that nothing loosens.
    """
    return {} if mode in ("", FULL) else watched_below_full(agent, hidden)


def watched_below_full(agent: Agent, hidden: tuple[str, ...] = ()) -> dict[str, str]:
    """The same of an agent's modes below `full`; empty if it has none."""
    project = agent.project
    if not {*agent.mode} - {FULL}:
        return {}
    return {
        path: project.keys.get(path, "")
        for path in project.settings
        if covers.topmost_of(path, hidden) is None
    }


def rules(agent: Agent, mode: str) -> str:
    """The repository's rules that the agent must be told of; empty for none."""
    return "" if mode in ("", FULL) else agent.project.rules


def is_refused(agent: Agent) -> bool:
    """The agent's modes do not hold beside such a file."""
    return agent.project.held == "refused"


def refusal(agent: Agent, found: str, mode: str = "") -> PlanError:
    """The words for a repository that has what was `found`."""
    path = found.partition(":")[0]
    which = f"mode {mode}" if mode else "ask or edits"
    return PlanError(
        f"{agent.name} would obey {safe_line(found, 200)} of the repository, which "
        f"can loosen {which}",
        hint="run it in mode full, or hide the file: "
        f"hide = [{safe_line(path, 200)!r}] in swarm.toml, or under [sandbox] in your "
        "settings",
    )


def note(agent: Agent, found: str) -> str:
    """What is told where the mode holds beside what was `found`."""
    return (
        f"{agent.name} does not obey {safe_line(found, 200)} of the repository in a "
        "mode below full"
    )
