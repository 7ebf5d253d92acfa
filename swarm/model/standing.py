"""What a new task would stand on: its agent's key, the image, and the network."""

from swarm.model.frozen import frozen

NETWORKS = {
    "locked": "locked: the agent's own service alone",
    "balanced": "balanced: package registries too, read-only",
    "open": "open: everything, and written down",
}
"""What each preset of a policy lets agents reach."""


@frozen
class Standing:
    """What one agent would have, as far as it can be known before a task starts."""

    agent: str
    key: str = ""
    """Where its key comes from; empty if the agent needs none."""
    key_problem: str = ""
    """Why it has none, and the way out; empty if it has one."""
    image: str = ""
    """The image's name, as the config or the agent's file has it."""
    image_problem: str = ""
    network: str = ""
    """The preset in a few words."""
    problem: str = ""
    """Why it cannot run, or why that is unknown: a mistake in its file, no engine."""

    version: str = ""
    """The agent's version that is pinned."""
    modes: tuple[str, ...] = ()
    """The modes that the agent has; the last is the usual one."""
    image_minutes: int = 0
    """About how long its image takes to build; 0 if that is unknown."""
    builds: tuple[str, ...] = ()
    """The images that can be built so that it has all: its own, one with the tools."""
    build_minutes: int = 0
    """About how long these take."""
    tools: str = ""
    """What the project's files told of, and if its image has it; a sentence."""
    services: str = ""
    """What runs beside the task, and the memory that takes; a sentence."""
    covers: str = ""
    """What the agent may not write or see; empty for nothing."""
    setup: str = ""
    """What becomes of the project's set-up; empty without one."""
    own_settings: str = ""
    """What of the repository its agent obeys, and what becomes of that below `full`."""
    no_low_mode: str = ""
    """Why no mode below `full` holds in this repository; empty if they hold."""
    no_offline: str = ""
    """Why it cannot begin offline; empty if it can."""
    not_used: str = ""
    """What the project's `swarm.toml` asks for and nobody agreed to; a sentence."""
    own_image: str = ""
    """The project's own image, by its name, if that is wanted and not built."""
    is_project_s: bool = False
    """The project's `swarm.toml` names it."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is missing, each with the way out."""
        return tuple(filter(None, (self.problem, self.image_problem, self.key_problem)))

    @property
    def can_run(self) -> bool:
        """True if nothing is known to be missing."""
        return not self.problems


COMMAND = "command"
"""The agent that is a shell command of the human's."""


def marked(standings: dict[str, Standing], names: tuple[str, ...], usual: str) -> str:
    """The agent that a form marks before a human has chosen one; empty for none.

    The project's, then the usual one, whether it can run or not; else the only one that
    can; of several none, for each may cost its human another account. Where none can,
    a command, which stands without an image of its own and without a key.
    """
    for name in names:
        if name in standings and standings[name].is_project_s:
            return name
    if usual in names:
        return usual
    able = [each for each in names if each in standings and standings[each].can_run]
    agents = [each for each in able if each != COMMAND]
    if len(agents) > 1:
        return ""
    return agents[0] if agents else COMMAND


def in_order(standings: dict[str, Standing], names: tuple[str, ...]) -> tuple[str, ...]:
    """The agents: first those that can run, then those that miss an image or a key.

    Those that cannot run here at all come last; else they stay as they were.
    """
    unknown = Standing("")

    def rank(name: str) -> tuple[bool, bool]:
        standing = standings.get(name, unknown)
        return not standing.can_run, bool(standing.problem)

    return tuple(sorted(names, key=rank))
