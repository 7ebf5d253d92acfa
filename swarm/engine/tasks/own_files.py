"""What a task's home gets of its user's: dotfiles and `shell.d`, as they are now."""

from swarm.agents.description import Agent
from swarm.agents.starting import places
from swarm.config import own_files
from swarm.config.own_files import OwnFiles
from swarm.config.schema import Config
from swarm.model.safe_text import safe_line


def for_task(config: Config, agent: Agent) -> OwnFiles:
    """All but what would lie over the agent's own files; ConfigError for a mistake."""
    return own_files.read(config.sandbox.dotfiles).without(places(agent))


def notes(own: OwnFiles) -> tuple[str, ...]:
    """What its human should know."""
    found = [safe_line(each, 200) for each in own.absent]
    if own.left_out:
        secrets = ", ".join(safe_line(each, 120) for each in own.left_out)
        found.append(
            f"left out as secrets: {secrets}; the policy's [secrets] are for them"
        )
    return tuple(found)
