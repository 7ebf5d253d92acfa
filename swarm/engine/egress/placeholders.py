"""Makes the worthless values that a sandbox has in place of secrets."""

from secrets import token_hex

from swarm.plan import specs
from swarm.policy.rules import Policy


def of(policy: Policy) -> dict[str, str]:
    """A new value for each variable that stands for a secret; a task has its own."""
    return {
        secret.placeholder: f"{specs.PLACEHOLDER_PREFIX}{token_hex(16)}"
        for secret in policy.secrets
        if secret.placeholder
    }
