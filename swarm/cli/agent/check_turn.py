"""What a check has an agent do in one turn, and where that turn ends."""

from dataclasses import dataclass

from swarm.agents.description import Agent
from swarm.cli.agent.check_policy import FORBIDDEN
from swarm.scripted_model.server import ScriptedModel
from swarm.scripted_model.steps import Run, Say, Step, Write

FILE = "hello.txt"
LOOK = f"curl -sS -m 20 https://{FORBIDDEN}/; echo looked $?"
"""A host that nothing allows is asked."""
COMMIT = (
    # By name: some agents refuse to add all that there is.
    f"git add {FILE} && git -c user.name=check -c user.email=check@example.invalid "
    "commit -q -m 'add hello' && echo committed"
)


def steps_of(agent: Agent, look: str = LOOK, words: str = "Done.") -> tuple[Step, ...]:
    """A file, a command, a commit, and what ends the agent's turn.

    An agent that takes edits from what its model says gets the file alone: it commits
    by itself.
    """
    write, end = Write(FILE, "hello\n"), end_of(agent, words)
    if agent.model.edits == "text":
        return (write, end)
    return (write, Run(look), Run(COMMIT), end)


def end_of(agent: Agent, words: str = "Done.") -> Step:
    """The step with which the model ends a turn of the agent's."""
    return Run(agent.model.ends) if agent.model.ends else Say(words)


@dataclass(frozen=True, slots=True)
class Turn:
    """The requests of one conversation."""

    model: ScriptedModel
    marker: str
    """What its prompt is known by."""
    steps: tuple[Step, ...]
    in_text: bool
    """The agent takes edits from what the model says."""

    def is_over(self) -> bool:
        """True once the model was asked for the last step of the turn.

        A screen may ask the same twice, so requests are counted only where an agent
        asks no more after its edits.
        """
        if not self.in_text:
            return self.model.furthest(self.marker) >= len(self.steps) - 1
        served = [
            one
            for one in self.model.seen
            if one.status == 200
            and any(self.marker in turn.text for turn in one.asked.turns)
        ]
        return len(served) >= len(self.steps)
