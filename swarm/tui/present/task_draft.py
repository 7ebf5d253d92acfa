"""The draft of a new task: its fields as typed, and a preview of the result."""

from collections.abc import Callable, Mapping
from math import inf

from swarm.model import copies
from swarm.model.budget import token_count
from swarm.model.frozen import frozen
from swarm.model.project_asked import ProjectAsked
from swarm.model.standing import COMMAND, Standing
from swarm.model.wishes import NewTasks
from swarm.plan.naming import names_in_group, slug

ID_DIGITS = 18
"""The database's numbers end there."""
_MISSING = {
    "agents": "no agent is chosen: space chooses one",
    "command": "the command is empty",
    "prompt": "the prompt is empty",
}


@frozen
class Surroundings:
    """What the form of a new task shows beside the fields."""

    agents: tuple[str, ...]
    """Those it offers."""
    budget: tuple[str, str]
    """The config's, in tokens and in dollars."""
    new_branch: str
    """The beginning of the new branch's name, such as `swarm/12`."""
    repo: str = ""
    branch: str = ""
    max_running: int = 1
    memory: int = 0
    """Bytes that one sandbox may use."""
    standings: Callable[[], dict[str, Standing]] = dict
    """What a task of each agent would stand on; blocks."""
    project: Callable[[str], ProjectAsked] | None = None
    """What `swarm.toml` asks for at a base; blocks (SwarmError)."""
    usual: str = ""
    """The agent to mark at first; empty for the only one that can run."""


@frozen
class Draft:
    """The fields as typed; kept until the keeper has taken them."""

    prompt: str = ""
    name: str = ""
    agents: tuple[str, ...] = ()
    mode: str = ""
    """Empty for what is configured."""
    offline: bool = False
    """It begins with a warm base, and reaches its agent's own service alone."""
    command: str = ""
    base: str = ""
    copies: str = "1"
    after: str = ""
    tokens: str = ""
    dollars: str = ""
    builds: tuple[str, ...] = ()
    """Images that are to be built before it starts."""
    own_image: str = ""
    """The project's own among these, as its human saw it."""

    def wish(self, repo: str) -> NewTasks:
        """The wish for these tasks in a repository; ValueError on `trouble`."""
        return NewTasks(
            repo,
            prompt=self.prompt.strip(),
            command=self.command.strip() if self.is_command else "",
            agent=self.agents[0] if len(self.agents) == 1 else "",
            agents=self.agents if len(self.agents) > 1 else (),
            mode=self.mode,
            offline=self.offline,
            name=self.name.strip(),
            base=self.base.strip(),
            copies=copies.parse(self.copies.strip() or "1"),
            after=tuple(int(word) for word in _ids(self.after)),
            tokens=token_count(self.tokens) if self.tokens.strip() else None,
            dollars=float(self.dollars) if self.dollars.strip() else None,
            build=bool(self.builds),
            own_image=self.own_image,
        )

    @property
    def is_command(self) -> bool:
        """True if a command is run, alone or beside agents."""
        return COMMAND in self.agents

    def trouble(self, standings: Mapping[str, Standing] | None = None) -> str:
        """The reason why it cannot start; empty if it can, as far as is known."""
        if missing := self.missing_field():
            return _MISSING[missing]
        for agent in self.agents:
            known = (standings or {}).get(agent)
            if known and self.mode and self.mode not in known.modes:
                return f"{agent} has no mode {self.mode}"
            if known and self.mode not in ("", "full") and known.no_low_mode:
                return known.no_low_mode
            if known and self.offline and known.no_offline:
                return f"it cannot begin offline: {known.no_offline}"
        try:
            copies.parse(self.copies.strip() or "1")
        except ValueError as error:
            return f"copies must be {error}"
        if not all(_is_id(word) for word in _ids(self.after)):
            return "after takes task numbers, as in: 3, 5"
        return self._budget_trouble()

    def wrong_field(self) -> str:
        """The field that `trouble` begins with the name of; empty for none."""
        first = self.trouble().split(" ", 1)[0]
        return first if first in ("copies", "after", "tokens", "dollars") else ""

    def missing_field(self) -> str:
        """The field that must be filled before it can start; empty for none."""
        if not self.agents:
            return "agents"
        if self.is_command and not self.command.strip():
            return "command"
        wants_prompt = self.agents != (COMMAND,)
        return "prompt" if wants_prompt and not self.prompt.strip() else ""

    def _budget_trouble(self) -> str:
        try:
            token_count(self.tokens.strip() or 0)
        except ValueError as error:
            return f"tokens must be {error}"
        try:
            dollars = float(self.dollars.strip() or 0)
        except ValueError:
            return "dollars must be a number"
        if not 0 <= dollars < inf:
            return "dollars must be 0 or more"
        return ""

    def preview(self, around: Surroundings) -> str:
        """The result of starting it, in one sentence."""
        each = copies.parse(self.copies.strip() or "1")
        number = each * len(self.agents)
        title = slug(self.name or self.prompt or self.command)
        things = "worktree, container and terminal"
        many = f"{number} tasks, each a" if number > 1 else f"1 {things}"
        what = f"{many} {things}" if number > 1 else many
        own_name = next(names_in_group(self.agents, each), "")
        first = "-".join(filter(None, (around.new_branch, title, own_name)))
        from_ = self.base.strip() or around.branch or "HEAD"
        will = f"will create {what}, branch {first} from {from_} in {around.repo}"
        note = copies.note(number, around.max_running, around.memory)
        return f"{will}; {note}" if note else will


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= ID_DIGITS


def _ids(text: str) -> list[str]:
    return text.replace(",", " ").replace("#", " ").split()
