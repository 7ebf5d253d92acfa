"""Finds the agents that have a key or a login, without the container engine."""

from collections.abc import Iterator
from pathlib import Path

from swarm.agents import login_store, registry
from swarm.config import load, policy_files
from swarm.engine.egress import repository_policy
from swarm.engine.readers import agent_secrets
from swarm.errors import PlanError
from swarm.plan.naming import HomePaths
from swarm.policy.rules import Secret


def agents_with_credentials(paths: HomePaths, repo: Path) -> dict[str, str]:
    """Each agent with a key or a login, and which; logins first, then by name.

    Of a key it is known that a policy of the user's names it, for the agent's host;
    its value is looked for only where that costs nothing. ConfigError if a policy file
    has a mistake.
    """
    agents = dict.fromkeys(login_store.agents(paths.home), "a login")
    secrets = list(_secrets(paths, repo))
    for name in registry.names():
        try:
            agent = registry.find(name)
        except PlanError:
            continue  # `swarm agent ls` tells of the mistake
        if agent.unavailable or name in agents:
            continue
        key, problem = agent_secrets.key_of(paths, agent, secrets)
        if key and not problem:
            agents[name] = f"a key at {key}"
    return agents


def _secrets(paths: HomePaths, repo: Path) -> Iterator[Secret]:
    files = {
        "user": policy_files.beside(load.user_file()),
        "project": repository_policy.project_file(paths, repo),
    }
    for layer, file in files.items():
        policy = policy_files.read(file, layer)
        yield from policy.secrets if policy else ()
