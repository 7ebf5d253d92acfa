"""What gate and keeper both know of a login: how its secret is told from others."""

import hashlib

from swarm.policy.rules import Secret

SOURCE = "login:"
"""The beginning of the source of a secret that is a login's access token.

No file can name such a source: only `swarm login` makes one.
"""


def secret_name(agent: str) -> str:
    """The name of the secret that an agent's access token is."""
    return f"login.{agent}"


def is_login(secret: Secret) -> bool:
    """True if the secret is a login's access token."""
    return secret.source.startswith(SOURCE)


def agent_of(secret: str) -> str:
    """The agent whose access token a secret of this name is."""
    return secret.removeprefix("login.")


def digest(value: str) -> str:
    """A short name of a token, which leads nobody back to it: tokens are random."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]
