"""The settings of a landing that are swarm's own."""

from dataclasses import dataclass
from typing import Literal

Author = Literal["user", "agent"]


@dataclass(frozen=True, slots=True)
class LandingOptions:
    """Who wrote the commit, and how long each of the user's programs may take."""

    author: Author = "user"
    """`agent`: the agent is the author, the user the committer."""
    sign_seconds: float = 30.0
    filter_seconds: float = 300.0
    """For all files of one landing together."""
    hook_seconds: float = 60.0
