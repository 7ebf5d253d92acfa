"""The values that a plan is made for, and the words that no agent can start with."""

from dataclasses import dataclass, field

from swarm.agents.description import Agent
from swarm.config.brought import Brought
from swarm.config.own_files import OwnFiles
from swarm.errors import PlanError
from swarm.model.project import ProjectChoice
from swarm.plan.specs import Mount

PROMPT_LIMIT = 120 << 10
"""Bytes; Linux takes 128 KiB for one argument or variable of a process."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The prompt or command of one task, with its mounts and environment."""

    prompt: str
    command: str | None = None
    mounts: tuple[Mount, ...] = ()
    """The worktree and its git directories."""
    environment: dict[str, str] = field(default_factory=dict)
    worktree: str = ""
    """Its place, if it is not the home's own."""
    way: str = ""
    """`screen` or `headless`; empty for the agent's usual way."""
    mode: str = ""
    """What the agent may do unasked; empty for the most that it knows."""
    conversation: str = ""
    """The id of the agent's conversation, if it is known."""
    resumes: bool = False
    """The conversation is taken up again, not begun."""
    briefing: str = ""
    """What the agent is told of its box, by its own mechanism."""
    brought: Brought = field(default_factory=Brought)
    """What the user brings to every agent."""
    own: OwnFiles = field(default_factory=OwnFiles)
    """What of the user's own files its home gets."""
    project: ProjectChoice = field(default_factory=ProjectChoice)
    preset: str = ""
    """The policy's, if it is the task's own."""


def check_words(agent: Agent, prompt: str, command: str | None) -> None:
    """Refuse a prompt or command that no agent can start with; PlanError names it."""
    if not prompt.strip() and not command:
        raise PlanError(
            "the prompt is empty", hint="say what to do, or use --run COMMAND"
        )
    if "command" in agent.needs and not command:
        raise PlanError(
            f"the agent {agent.name} needs a command", hint="use --run COMMAND"
        )
    for text in (prompt, command or ""):
        if "\0" in text:
            raise PlanError("the prompt holds a NUL character")
        if len(text.encode(errors="replace")) >= PROMPT_LIMIT:
            raise PlanError(
                f"the prompt is longer than {PROMPT_LIMIT >> 10} KiB",
                hint="put the text in a file of the repository and name it",
            )
