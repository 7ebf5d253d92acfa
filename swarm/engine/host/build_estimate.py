"""Says before an image is built about how long that takes, and how much it adds."""

from dataclasses import dataclass

from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.engine.host import agent_images, images, service_images, toolchain_image
from swarm.engine.host.image_builds import shared_by
from swarm.engine.host.images import HasImages
from swarm.model.service_recipe import RECIPES

_SHARED = {
    "base": (60, 390),
    agent_images.NODE_LAYER: (20, 140),
    agent_images.PYTHON_LAYER: (25, 30),
}
"""Seconds and megabytes of what images share, on a line of 100 Mbit/s."""
_USUAL = {"npm": 200, "pypi": 500}
_MEGABYTES = {
    "aider": 690, "claude": 390, "cline": 160, "codex": 430, "copilot": 190,
    "gemini": 105, "kimi": 120, "mini": 710, "opencode": 180, "pi": 170, "qwen": 155,
    "vibe": 390,
}  # fmt: skip
"""What each shipped agent added at its pin, measured."""
_SECONDS_PER_MEGABYTE = {"npm": 0.07, "pypi": 0.15, "apt": 0.1}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A guess, from what builds took on two cores."""

    seconds: int
    megabytes: int

    @property
    def minutes(self) -> int:
        """At least one."""
        return max(1, round(self.seconds / 60))

    def __str__(self) -> str:
        return f"about {self.minutes} min, {self.megabytes / 1000:.1f} GB"


def estimate(engine: HasImages, name: str) -> Estimate:
    """What building an image of ours would take now; 0 if it is there. SwarmError."""
    if engine.image_id(images.tag(name)):
        return Estimate(0, 0)
    seconds = megabytes = 0
    missing = [each for each in shared_by([name]) if not _is_here(engine, each)]
    for each in {*missing, name}:
        head, toolchain = images.split_name(each)
        own_seconds, own_megabytes = _SHARED.get(head, (0, 0))
        if service_images.is_name(head):
            own_megabytes = RECIPES[head.removeprefix(service_images.PREFIX)].megabytes
            own_seconds = 10 + round(own_megabytes * _SECONDS_PER_MEGABYTE["apt"])
        if toolchain and head == "base":
            own_megabytes = toolchain_image.megabytes(toolchain)
            own_seconds = 10 + round(own_megabytes * _SECONDS_PER_MEGABYTE["apt"])
        seconds, megabytes = seconds + own_seconds, megabytes + own_megabytes
    head, _ = images.split_name(name)
    if head.startswith(agent_images.PREFIX):
        for agent in agent_images.agents_of(head):
            size = _size(agent)
            seconds += 10 + round(size * _SECONDS_PER_MEGABYTE[agent.image.manager])
            megabytes += size
    return Estimate(seconds, megabytes)


def _is_here(engine: HasImages, name: str) -> bool:
    return engine.image_id(images.tag(name)) is not None


def _size(agent: Agent) -> int:
    if registry.is_shipped(agent.name) and agent.name in _MEGABYTES:
        return _MEGABYTES[agent.name]
    return _USUAL[agent.image.manager]
