"""The settings of a check's own home: where the model is, its key, whom to trust."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from swarm.agents.description import Agent

FORBIDDEN = "forbidden.example"
"""A host that no rule allows; the agent is told to ask it."""
_HOSTS = {
    "anthropic": "api.anthropic.com",
    "gemini": "generativelanguage.googleapis.com",
}
_OPENAI = "api.openai.com"
_TOLD = "model.swarm.test"
"""What an agent asks that takes its model's address from a variable."""
_HEADERS = {"anthropic": ("x-api-key", "{}"), "gemini": ("x-goog-api-key", "{}")}
_SHAPES = {"anthropic": "anthropic", "gemini": "gemini"}


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Where the scripted model serves."""

    address: str
    port: int
    key_file: Path
    certificate: Path


def host_of(agent: Agent) -> str:
    """The host that the agent asks for its model, from the box."""
    known = urlsplit(agent.model.url).hostname
    if known or is_told(agent):
        return known or _TOLD
    return _HOSTS.get(agent.model.protocol, _OPENAI)


def is_told(agent: Agent) -> bool:
    """True if only the check says where its model is, by a variable or a first file.

    Without such a place it asks the host of its protocol's maker.
    """
    model = agent.model
    texts = (*agent.environment.values(), *(seed.text for seed in agent.seed))
    takes_it = bool(model.endpoint) or any("{endpoint}" in text for text in texts)
    return takes_it and not model.url and model.protocol not in _HOSTS


def rule_words(agent: Agent) -> tuple[str, str, str]:
    """The rule's `model`, and the header and template that carry the key."""
    protocol = agent.model.protocol
    header, template = _HEADERS.get(protocol, ("authorization", "Bearer {}"))
    return _SHAPES.get(protocol, "openai"), header, template


def config(agent: Agent, place: ModelPlace) -> str:
    """The settings file. The agent is told its endpoint if it knows none, or if the
    port is another than 443."""
    host = host_of(agent)
    lines = ["[gate]", "ready = 0", f'hosts = {{ "{host}" = "{place.address}" }}']
    if place.port != 443 or is_told(agent):
        path = "/v1" if is_told(agent) else urlsplit(agent.model.url).path
        port = "" if place.port == 443 else f":{place.port}"
        endpoint = f"https://{host}{port}{path}"
        lines = [f"[agents.{agent.name}]", f"endpoint = {_quoted(endpoint)}", *lines]
    return "\n".join([*lines, ""])


def policy(agent: Agent, place: ModelPlace) -> str:
    """The policy file: one host, with the key that the gate puts in."""
    host = host_of(agent)
    shape, header, template = rule_words(agent)
    return "\n".join(
        [
            "version = 1",
            "[[allow]]",
            f"host = {_quoted(host)}",
            f"ports = [{place.port}]",
            f"model = {_quoted(shape)}",
            f"inject = {{ header = {_quoted(header)}, "
            f'template = {_quoted(template)}, secret = "model" }}',
            "[secrets.model]",
            f"source = {_quoted(f'file:{place.key_file}')}",
            f"hosts = [{_quoted(host)}]",
            f"placeholder = {_quoted(agent.model.key)}",
            "[network]",
            f"allow_nets = [{_quoted(f'{place.address}/32')}]",
            "[tls]",
            f"upstream_ca = [{_quoted(str(place.certificate))}]",
            "",
        ]
    )


def _quoted(text: str) -> str:
    return json.dumps(text)
