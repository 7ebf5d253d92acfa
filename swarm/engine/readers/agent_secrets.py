"""Finds the secret of a policy that is an agent's key, and what is wrong with it."""

import time
from collections.abc import Iterable

from swarm.adapters import secret_sources
from swarm.agents import token_kind
from swarm.agents.description import Agent
from swarm.engine.egress import logins
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from swarm.policy import hosts, services
from swarm.policy.logins import agent_of, is_login
from swarm.policy.rules import Secret

GIVE_A_KEY = "README, Give an agent a key"
"""The way out for an agent without one; words about a login follow."""
TRIED = ("env:", "file:")
"""Sources that cost nothing to look at, and ask nobody for a password."""


def key_of(
    paths: HomePaths, agent: Agent, secrets: Iterable[Secret]
) -> tuple[str, str]:
    """Where the agent's key comes from, and what is wrong with it."""
    names = [host for name in agent.services for host in _allowed(name)]
    if not names:
        return "", ""
    problem = f"no secret of your policy goes to {names[0]}: {GIVE_A_KEY}"
    if token_kind.find(agent.login.tokens):
        problem += f"; or `swarm login {agent.name}` for a subscription"
    for secret in secrets:
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
