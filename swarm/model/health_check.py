"""The check of a service's health, as images and compose files write it."""

import shlex
from collections.abc import Sequence


def as_shell_command(check: Sequence[str]) -> str:
    """`("CMD", "pg_isready", …)` or `("CMD-SHELL", …)`; empty for any other kind."""
    kind, *words = check or ("NONE",)
    if kind == "CMD-SHELL":
        return " ".join(words)
    return shlex.join(words) if kind == "CMD" else ""
