"""A task's need of its human, in words that no agent chose."""

from collections.abc import Sequence

from swarm.model.frozen import frozen

MOST_COMMANDS = 3
"""Needs at once that the command is run for one by one; more are told as one."""


@frozen
class Notice:
    """One need of a task's; the same need has the same key."""

    task: int
    key: str
    """Letters, digits and dashes."""
    name: str
    """The task's name, harmless."""
    state: str
    """As its row says it, without any of its agent's words."""

    @property
    def words(self) -> str:
        """A sentence about it."""
        return f"{self.name} (#{self.task}): {self.state}"


@frozen
class Command:
    """One run of the human's own command, and the variables that it gets."""

    argv: tuple[str, ...]
    variables: dict[str, str]


def sentence(notices: Sequence[Notice]) -> str:
    """All of them in one sentence."""
    if len(notices) == 1:
        return notices[0].words
    return f"{len(notices)} tasks need you; w shows the next"


def commands(command: Sequence[str], notices: Sequence[Notice]) -> list[Command]:
    """The runs that tell of these; no word is a shell's, and none is an agent's."""
    if len(notices) > MOST_COMMANDS:
        first = notices[0]
        return [_command(command, first.task, sentence(notices), "several", "")]
    return [
        _command(command, each.task, each.words, each.state, each.name)
        for each in notices
    ]


def _command(
    command: Sequence[str], task: int, words: str, state: str, name: str
) -> Command:
    variables = {
        "SWARM_TASK": str(task),
        "SWARM_NAME": name or words,
        "SWARM_STATE": state,
    }
    return Command((*command, f"swarm: {words}"), variables)
