"""Finds out what a new task of each agent would stand on, before it is made."""

import time
from pathlib import Path

from swarm.adapters import secret_sources
from swarm.agents import registry, token_kind
from swarm.agents.description import MODES, Agent
from swarm.config import load
from swarm.engine.egress import logins, policy_resolver
from swarm.engine.egress.policy_resolver import PolicySubject
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.host import build_estimate, images
from swarm.engine.host.images import HasImages
from swarm.errors import PlanError, SwarmError
from swarm.model.standing import Standing
from swarm.model.toolchain import Toolchain
from swarm.plan.naming import HomePaths
from swarm.policy import hosts, services
from swarm.policy.logins import agent_of, is_login
from swarm.policy.rules import Policy, Secret

NETWORKS = {
    "locked": "locked: the agent's own service alone",
    "balanced": "balanced: package registries too, read-only",
    "open": "open: everything, and written down",
}
GIVE_A_KEY = "README, Give an agent a key"
"""The way out for an agent without one; words about a login follow."""
TRIED = ("env:", "file:")
"""Sources that cost nothing to look at, and ask nobody for a password."""


def standings(
    paths: HomePaths,
    repo: Path | None,
    engine: HasImages,
    toolchain: Toolchain | None = None,
) -> dict[str, Standing]:
    """What a task of each agent in the repository would stand on; blocks.

    The toolchain is the config's if none is given.
    ConfigError if a settings or policy file has a mistake, ToolMissing without engine.
    """
    config = load.load(load.user_file())
    repositories = RepositoryPolicies(paths)
    base = repositories.head(repo) if repo else ""
    found: dict[str, Standing] = {}
    for name in registry.names():
        try:
            agent = registry.find(name)
            image = images.of_agent(agent, config.sandbox, toolchain)
        except PlanError as error:
            found[name] = Standing(name, problem=error.message)
            continue
        if agent.unavailable:
            found[name] = Standing(name, problem=agent.unavailable)
            continue
        subject = PolicySubject(repo or Path(), base, name)
        policy = policy_resolver.resolve(
            paths, subject, config.gate.preset, repositories
        ).policy
        key, key_problem = _key(paths, agent, policy)
        image_problem = _image_problem(engine, image)
        found[name] = Standing(
            agent=name,
            key=key,
            key_problem=key_problem,
            image=image,
            image_problem=image_problem,
            network=NETWORKS[config.gate.preset],
            version=agent.image.version,
            modes=tuple(mode for mode in MODES if mode in agent.mode),
            image_minutes=_minutes(engine, image) if image_problem else 0,
        )
    return found


def _minutes(engine: HasImages, image: str) -> int:
    """About how long the image takes to build, with what is missing below it."""
    if not images.is_ours(image):
        return 0
    return build_estimate.estimate(engine, image).minutes


def _image_problem(engine: HasImages, image: str) -> str:
    is_ours = images.is_ours(image)
    if engine.image_id(images.tag(image) if is_ours else image):
        return ""
    if is_ours:
        return f"image {image} is not built: `swarm image build {image}`"
    return f"image {image} is not here: `docker pull {image}`"


def _key(paths: HomePaths, agent: Agent, policy: Policy) -> tuple[str, str]:
    """Where the agent's key comes from, and what is wrong with it."""
    names = [host for name in agent.services for host in _allowed(name)]
    if not names:
        return "", ""
    problem = f"no secret of your policy goes to {names[0]}: {GIVE_A_KEY}"
    if token_kind.find(agent.login.tokens):
        problem += f"; or `swarm login {agent.name}` for a subscription"
    for secret in policy.secrets:
        if _goes_to(secret, names):
            problem = _secret_problem(paths, secret)
            if not problem:
                return secret.source, ""
    return "", problem


def _allowed(service: str) -> list[str]:
    body = services.catalogue().get(service, {})
    return [str(entry["host"]) for entry in body.get("allow", ())]


def _goes_to(secret: Secret, names: list[str]) -> bool:
    patterns = [hosts.pattern(text) for text in secret.hosts]
    return any(
        pattern.matches(hosts.parse(name)) for pattern in patterns for name in names
    )


def _secret_problem(paths: HomePaths, secret: Secret) -> str:
    """Why the secret's value cannot be had; empty if it can, or is not tried."""
    if is_login(secret):
        return logins.problem(paths.home, agent_of(secret.name), time.time())
    if secret.is_expired(time.time()):
        return f"the secret {secret.name} has expired"
    if not secret.source.startswith(TRIED):
        return ""
    try:
        secret_sources.fetch(secret.name, secret.source)
    except SwarmError as error:
        return error.message
    return ""
