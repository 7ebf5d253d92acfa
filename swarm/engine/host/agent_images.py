"""The images of agents: what they are called, what they stand on, how one is built.

`agents/NAME` holds one agent, `agents/NAME+NAME` several. Both stand on the base, or on
a layer that has Node or an older Python, of which there is one for all.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable

from swarm.agents import package_names, registry
from swarm.agents.description import Agent
from swarm.engine.host import (
    agent_recipe,
    build_failures,
    toolchain_image,
)
from swarm.engine.host.agent_recipe import Layers
from swarm.errors import PlanError, SwarmError, ToolError
from swarm.ports import Images, Progress

PREFIX = "agents/"
LAYERS = {
    f"layers/node{agent_recipe.FETCH_NODE}": (
        agent_recipe.node_dockerfile,
        "node.sh",
    ),
    f"layers/python{'.'.join(map(str, agent_recipe.OLD_PYTHON))}": (
        agent_recipe.python_dockerfile,
        "python.sh",
    ),
}
NODE_LAYER, PYTHON_LAYER = LAYERS
TOGETHER = "+"
_JOINED = "__"
"""Stands for the plus sign, which no image's name may hold."""


def names() -> list[str]:
    """The layers, and an image for each agent that is had from a package manager."""
    return [
        *LAYERS,
        *(f"{PREFIX}{name}" for name in registry.names() if _is_built(name)),
    ]


def _is_built(name: str) -> bool:
    try:
        return is_built(registry.find(name))
    except SwarmError:
        return False  # a mistake in a file of the user's is told where it is used


def is_built(agent: Agent) -> bool:
    """True for an agent that can be had, and whose image swarm builds."""
    image = agent.image
    return image.manager != "none" and not (image.reference or agent.unavailable)


def is_name(name: str) -> bool:
    """True for an image of agents or one of their layers; several agents too."""
    if name in LAYERS:
        return True
    known = name.removeprefix(PREFIX).split(TOGETHER)
    return name.startswith(PREFIX) and all(map(_is_built, known))


def name_of(agents: Iterable[str]) -> str:
    """The image that holds these agents, each once and in order."""
    return PREFIX + TOGETHER.join(sorted(set(agents)))


def agents_of(name: str) -> tuple[Agent, ...]:
    """The agents of an image's name; PlanError if one is none, or has no package."""
    wanted = sorted(set(name.removeprefix(PREFIX).split(TOGETHER)))
    agents = tuple(registry.find(each) for each in wanted)
    for agent in agents:
        if agent.unavailable:
            raise PlanError(f"{agent.name} cannot be had: {agent.unavailable}")
        if not is_built(agent):
            raise PlanError(
                f"{agent.name} has no image of its own",
                hint="it runs on `[sandbox] image`, or on its own image.reference",
            )
        if problem := package_names.problem(agent.image):
            raise PlanError(f"{agent.name}: {': '.join(problem)}")
    return agents


def tag(name: str, base: str) -> str:
    """The reference of a layer's or an agents' image on a base."""
    if name in LAYERS:
        render, script = LAYERS[name]
        return f"swarm/{name}:{_digest(render(base), script)}"
    return agents_tag(agents_of(name), layers(base))


def agents_tag(agents: tuple[Agent, ...], on: Layers) -> str:
    """The reference of the image of these agents, as they are described."""
    text = agent_recipe.dockerfile(agents, on, stage="")
    managers = {agent.image.manager for agent in agents}
    scripts = [_SCRIPTS[manager] for manager in sorted(managers) if manager in _SCRIPTS]
    if on.toolchain.image:
        scripts.append(agent_recipe.ON_PROJECT)
    joined = _JOINED.join(agent.name for agent in agents)
    digest = _digest(text, *scripts)
    if on.toolchain:
        digest = toolchain_image.tag_of(digest, on.toolchain)
    return f"swarm/{PREFIX}{joined}:{digest}"


_SCRIPTS = {"npm": "npm.mjs", "pypi": "pypi.py"}


def name_in(repository: str) -> str:
    """The image's name in a reference's repository, without `swarm/`."""
    return repository.replace(_JOINED, TOGETHER)


def layers(base: str) -> Layers:
    """The references of what agents' images stand on."""
    return Layers(base, tag(NODE_LAYER, base), tag(PYTHON_LAYER, base))


def below(agents: tuple[Agent, ...]) -> list[str]:
    """The layers that must be there before the agents' image is built."""
    wanted = agent_recipe.needs(agents)
    found = [NODE_LAYER] if wanted.npm or wanted.node else []
    return [*found, PYTHON_LAYER] if wanted.python else found


def build_layer(
    engine: Images,
    name: str,
    base: str,
    arguments: dict[str, str],
    progress: Progress,
) -> str:
    """Build a layer on a base that is there; blocks for a minute."""
    render, script = LAYERS[name]
    full = tag(name, base)
    files = {"Dockerfile": render(base).encode(), script: agent_recipe.script(script)}
    build_failures.build(engine, full, files, arguments, progress)
    return full


def build(
    engine: Images,
    agents: tuple[Agent, ...],
    on: Layers,
    arguments: dict[str, str],
    progress: Progress,
) -> str:
    """Build the agents' image on layers that are there; blocks for minutes.

    ToolError says in a sentence why something could not be fetched. Nothing is left of
    a build that failed.
    """
    full = agents_tag(agents, on)
    stage = secrets.token_hex(8)
    text = agent_recipe.dockerfile(agents, on, stage)
    files = {"Dockerfile": text.encode()}
    for script in (*_SCRIPTS.values(), agent_recipe.ON_PROJECT):
        files[script] = agent_recipe.script(script)
    try:
        build_failures.build(engine, full, files, arguments, progress)
    finally:
        _drop_stages(engine, stage)
    return full


def _drop_stages(engine: Images, stage: str) -> None:
    """Remove what this build left, and what a killed one did a while ago."""
    try:
        engine.prune(f"{agent_recipe.STAGE_LABEL}={stage}")
        engine.prune(agent_recipe.STAGE_LABEL, build_failures.STALE_SECONDS)
    except ToolError:
        return  # the next build, or `swarm image prune`, tries again


def _digest(text: str, *scripts: str) -> str:
    digest = hashlib.sha256(text.encode())
    for script in scripts:
        digest.update(agent_recipe.script(script))
    return digest.hexdigest()[:12]


def versions(label: str) -> dict[str, str]:
    """The agents in an image and their versions, by its label; empty for another."""
    try:
        body = json.loads(label or "{}")
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    return {str(name): str(version) for name, version in body.items()}
