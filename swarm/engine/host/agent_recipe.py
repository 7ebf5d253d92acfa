"""Renders the Dockerfile of agents' images from their descriptions.

Classic syntax only, as `images/base`: each agent is fetched in a stage of its own, by a
recipe for its package manager, and only what was fetched is copied into the image.
"""

import json
import re
import shlex
from dataclasses import dataclass

from swarm import assets
from swarm.agents.description import Agent
from swarm.errors import PlanError
from swarm.model.toolchain import NO_TOOLCHAIN, Toolchain
from swarm.plan.specs import RECIPES_FOLDER

NODE = {"24": "24.19.0"}
"""The versions of Node that are had as a wheel, by the number that agents name."""
BASE_PYTHON = (3, 13)
OLD_PYTHON, OLD_RELEASE = (3, 11), "bookworm"
"""The Python of the Debian before the base's."""
OLD_SCRIPT = "python.sh"
"""The recipe that puts it into an image."""

IMAGE_LABEL = "swarm.image"
AGENTS_LABEL = "swarm.agents"
"""JSON: the version of each agent that the image holds."""
LICENCE_LABEL = "swarm.redistribute"
"""`no` if a licence forbids to pass the image on."""
STAGE_LABEL = "swarm.stage"
"""The build that a left stage belongs to."""

ON_PROJECT = "on-project.sh"
"""The recipe that links agents on a project's own image, and starts each once."""
_LINKS = "/opt/links"

FETCH_NODE = "24"
"""The Node that fetches, of whatever an agent itself needs."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The images that others stand on, by what they bring; each a reference."""

    base: str
    node: str
    python: str
    toolchain: Toolchain = NO_TOOLCHAIN
    """What the base has beside what every agent stands on; Node's layer has none."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What agents need of the layers below them."""

    node: bool = False
    """To run."""
    python: bool = False
    """The older one."""
    npm: bool = False
    """To be fetched."""


def needs(agents: tuple[Agent, ...]) -> Needs:
    """What the agents need; PlanError if no layer has it."""
    for agent in agents:
        node = agent.image.node
        if agent.image.manager == "npm" and node and node not in NODE:
            raise PlanError(
                f"{agent.name}: image.node: there is no layer with Node {node}",
                hint=f"there is one with {', '.join(NODE)}",
            )
    npm = [agent for agent in agents if agent.image.manager == "npm"]
    return Needs(
        node=any(not agent.image.native for agent in npm),
        python=any(_needs_old(agent) for agent in agents),
        npm=bool(npm),
    )


def _needs_old(agent: Agent) -> bool:
    """True if the agent runs on the older Python alone; PlanError if on neither."""
    image = agent.image
    if image.manager != "pypi" or fits(image.python, BASE_PYTHON):
        return False
    if fits(image.python, OLD_PYTHON):
        return True
    versions = " or ".join(".".join(map(str, v)) for v in (BASE_PYTHON, OLD_PYTHON))
    raise PlanError(
        f"{agent.name}: image.python: {image.python!r} is not Python {versions}",
        hint="an image of your own can have another: image.reference names it",
    )


def fits(wanted: str, version: tuple[int, int]) -> bool:
    """True if a version satisfies `>=3.10,<3.13`; an empty text takes any."""
    compare = {
        "<=": version.__le__,
        ">=": version.__ge__,
        "==": version.__eq__,
        "<": version.__lt__,
        ">": version.__gt__,
    }
    for clause in filter(None, (part.strip() for part in wanted.split(","))):
        match = re.fullmatch(r"(<=|>=|==|<|>)\s*(\d)\.(\d{1,2})", clause)
        if match is None or not compare[match[1]]((int(match[2]), int(match[3]))):
            return False
    return True


def dockerfile(agents: tuple[Agent, ...], layers: Layers, stage: str) -> str:
    """The image's Dockerfile; `stage` is the label of what the build leaves behind."""
    wanted = needs(agents)
    lines = [line for agent in agents for line in _fetch(agent, layers, stage)]
    if layers.toolchain.image:
        return "\n".join([*lines, *_on_project(agents, layers)]) + "\n"
    lines.append(f"FROM {_ground(wanted, layers)}")
    stands_apart = bool(wanted.python or layers.toolchain)
    if wanted.node and stands_apart and not layers.toolchain.has_node:
        lines += copied_node(layers.node)
    for agent in agents:
        lines += _copied(agent, "/usr/local/bin/")
    return "\n".join([*lines, _labelled(agents)]) + "\n"


def _on_project(agents: tuple[Agent, ...], layers: Layers) -> list[str]:
    """The lines that put agents on a project's own image; its Node is left alone.

    PlanError for an agent that needs the base's Python.
    """
    bound = [agent.name for agent in agents if agent.image.manager == "pypi"]
    if bound:
        raise PlanError(
            f"{' and '.join(bound)} cannot be put on a project's own image: it needs "
            "the Python of swarm's base",
            hint="take another agent, or stacks in the place of the image",
        )
    lines = [f"FROM {layers.toolchain.image}", "USER 0:0"]
    if needs(agents).node:
        lines.append(f"COPY --from={layers.node} /opt/node /opt/node")
    for agent in agents:
        lines += _copied(agent, f"{_LINKS}/{agent.name}/")
    words = [text for agent in agents for text in (agent.name, agent.image.binary)]
    command = ["/bin/sh", f"{RECIPES_FOLDER}/{ON_PROJECT}", *words]
    return [
        *lines,
        f"COPY {ON_PROJECT} {RECIPES_FOLDER}/{ON_PROJECT}",
        f"RUN {json.dumps(command)}",
        _labelled(agents),
    ]


def _copied(agent: Agent, links: str) -> list[str]:
    source = f"COPY --from=fetch-{agent.name} --chown=0:0"
    return [
        f"{source} /opt/agents/{agent.name} /opt/agents/{agent.name}",
        f"{source} {_LINKS}/{agent.name}/ {links}",
    ]


def _labelled(agents: tuple[Agent, ...]) -> str:
    pairs = (f"{name}={json.dumps(text)}" for name, text in labels(agents).items())
    return f"LABEL {' '.join(pairs)}"


def _ground(wanted: Needs, layers: Layers) -> str:
    if wanted.python:
        return layers.python
    return layers.node if wanted.node and not layers.toolchain else layers.base


def copied_node(layer: str) -> list[str]:
    """The lines that copy Node out of its layer."""
    return [
        f"COPY --from={layer} /opt/node /opt/node",
        f"COPY --from={layer} /usr/local/bin/ /usr/local/bin/",
    ]


def labels(agents: tuple[Agent, ...]) -> dict[str, str]:
    """What an image says of the agents in it."""
    names = "+".join(agent.name for agent in agents)
    versions = {agent.name: agent.image.version for agent in agents}
    is_free = all(agent.redistribute for agent in agents)
    return {
        IMAGE_LABEL: f"agents/{names}",
        AGENTS_LABEL: json.dumps(versions),
        LICENCE_LABEL: "yes" if is_free else "no",
    }


def _fetch(agent: Agent, layers: Layers, stage: str) -> list[str]:
    """The stage that fetches one agent."""
    image = agent.image
    wanted = {
        "name": agent.name,
        "package": image.package,
        "version": image.version,
        "binary": image.binary,
        "scripts": image.scripts,
        "integrity": image.integrity,
        "extra": list(image.extra),
    }
    ground = fetched_on(agent, layers)
    if image.manager == "npm":
        script, command = "npm.mjs", ["node", "/recipe/npm.mjs"]
        wanted["native"] = image.native
    else:
        script, command = "pypi.py", ["python3", "/recipe/pypi.py"]
        wanted["python"] = _interpreter(agent)
    return [
        f"FROM {ground} AS fetch-{agent.name}",
        f"LABEL {STAGE_LABEL}={stage}",
        "USER root",
        f"COPY {script} /recipe/{script}",
        f"RUN {json.dumps([*command, json.dumps(wanted)])}",
    ]


def fetched_on(agent: Agent, layers: Layers) -> str:
    """The layer whose npm or pip fetches the agent."""
    if agent.image.manager == "npm":
        return layers.node
    return layers.python if _needs_old(agent) else layers.base


def _interpreter(agent: Agent) -> str:
    old = ".".join(map(str, OLD_PYTHON))
    return f"/usr/bin/python{old if _needs_old(agent) else 3}"


def newest_command(agents: list[Agent]) -> tuple[str, str]:
    """The recipe that asks for the newest versions, and how a shell starts it.

    The agents have one manager and one interpreter.
    """
    packages = shlex.quote(json.dumps([agent.image.package for agent in agents]))
    if agents[0].image.manager == "npm":
        return "newest.mjs", f"node /recipe/newest.mjs {packages}"
    python = _interpreter(agents[0])
    return "newest.py", f"python3 /recipe/newest.py {python} {packages}"


def node_dockerfile(base: str) -> str:
    """The layer with Node, on which agents that need it share one copy."""
    return _layer(base, "node.sh", [NODE[FETCH_NODE]], f"layers/node{FETCH_NODE}")


def python_dockerfile(base: str) -> str:
    """The layer with the older Python."""
    version = ".".join(map(str, OLD_PYTHON))
    arguments = [OLD_RELEASE, f"python{version}"]
    return _layer(base, OLD_SCRIPT, arguments, f"layers/python{version}")


def _layer(base: str, script: str, arguments: list[str], name: str) -> str:
    # What the recipe was copied to is a layer of a few bytes; it stays.
    command = ["sh", f"{RECIPES_FOLDER}/{script}", *arguments]
    return (
        f"FROM {base}\nUSER root\n"
        f"COPY {script} {RECIPES_FOLDER}/{script}\n"
        f"RUN {json.dumps(command)}\n"
        f"LABEL {IMAGE_LABEL}={json.dumps(name)}\n"
        "USER 1000:1000\n"
    )


def script(name: str) -> bytes:
    """A recipe's file, as it goes into the build."""
    return (assets.folder("images") / "recipes" / name).read_bytes()
