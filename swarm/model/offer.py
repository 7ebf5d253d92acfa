"""The offer of a card to a human: what was wanted, a service, narrow rules."""

from swarm.model.frozen import frozen
from swarm.model.safe_text import safe_line
from swarm.policy.narrowing import READS, Narrowing


@frozen
class Offer:
    """What a card offers for the denials of one host and port."""

    words: tuple[str, ...] = ()
    service: str = ""
    repos: tuple[str, ...] = ()
    rules: tuple[Narrowing, ...] = ()
    """Empty if nothing but the whole host can be allowed."""

    @property
    def is_read_only(self) -> bool:
        """True if the rules let read known paths, and nothing be sent."""
        return bool(self.rules) and all(
            part.paths and part.methods and set(part.methods) <= set(READS)
            for part in self.rules
        )

    def lines(self) -> list[str]:
        """The rules in words, each path on a line of its own, harmless."""
        return [
            safe_line(f"only {'/'.join(part.methods)} {path}", 160)
            for part in self.rules
            for path in part.paths
        ]
