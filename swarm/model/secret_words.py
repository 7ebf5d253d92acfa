"""Sentences about the secrets of a policy; none holds a value."""

from collections.abc import Iterable

from swarm.model import format
from swarm.policy.rules import Secret


def expired(secrets: Iterable[Secret], now: float) -> tuple[str, ...]:
    """One sentence for each secret whose time is over, with the line that says so."""
    return tuple(
        f"{secret.origin}: secrets.{secret.name} expired on "
        f"{format.date_time(secret.expires, seconds=False)}: it is put in nowhere"
        for secret in secrets
        if secret.is_expired(now)
    )
