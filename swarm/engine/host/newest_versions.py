"""Asks the registries, by the images' own npm and pip, for agents' newest versions."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.agents.description import Agent
from swarm.engine.host import agent_recipe, build_failures, failed_starts
from swarm.engine.host.agent_recipe import Layers
from swarm.errors import ToolError
from swarm.ports import Images

_LINE = re.compile(r"^swarm-newest (\{.*\})$", re.MULTILINE)
_ASKED = "swarm/newest:asked"


@dataclass(frozen=True, slots=True)
class Newest:
    """What a registry has of a package, or why that is not known."""

    version: str = ""
    integrity: str = ""
    problem: str = ""


def ask(
    engine: Images, agents: Iterable[Agent], layers: Layers, arguments: dict[str, str]
) -> dict[str, Newest]:
    """The newest version of each agent, by its name; blocks for seconds.

    The layers that the agents are fetched on must be there.
    """
    found = dict[str, Newest]()
    grounds: dict[str, list[Agent]] = {}
    for agent in agents:
        grounds.setdefault(agent_recipe.fetched_on(agent, layers), []).append(agent)
    for ground, group in grounds.items():
        for manager in ("npm", "pypi"):
            some = [agent for agent in group if agent.image.manager == manager]
            if some:
                found |= _ask(engine, some, ground, arguments)
    return found


def _ask(
    engine: Images, agents: list[Agent], ground: str, arguments: dict[str, str]
) -> dict[str, Newest]:
    script, command = agent_recipe.newest_command(agents)
    lines = list[str]()
    text = (
        f"FROM {ground}\nARG MOMENT\nUSER root\n"
        f"COPY {script} /recipe/{script}\nUSER 1000:1000\n"
        # The moment is another each time, or the builder would skip the step.
        f'RUN : "$MOMENT" && {command}\n'
    )
    files = {"Dockerfile": text.encode(), script: agent_recipe.script(script)}
    moment = {"MOMENT": str(time.time_ns())}
    try:
        failed_starts.once_more(
            lambda: engine.build(_ASKED, files, arguments | moment, lines.append)
        )
    except ToolError as error:
        raise build_failures.explained(_ASKED, error, lines) from error
    engine.untag(_ASKED)
    known = answers("\n".join(lines))
    missing = Newest(problem="its registry gave no answer")
    return {agent.name: known.get(agent.image.package, missing) for agent in agents}


def answers(printed: str) -> dict[str, Newest]:
    """What was printed of each package; what has another shape is passed over."""
    found = dict[str, Newest]()
    for text in _LINE.findall(printed):
        try:
            body = json.loads(text)
        except ValueError:
            continue
        words = {key: str(value or "") for key, value in body.items()}
        name = words.pop("package", "")
        if name and set(words) <= {"version", "integrity", "problem"}:
            found.setdefault(name, Newest(**words))
    return found
