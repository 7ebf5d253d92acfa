"""Gathers what is proposed for each key, with the reason for each value."""

from dataclasses import dataclass, field

from swarm.model.detected import Reason

_MANY = 20
"""Of any list that is proposed."""


@dataclass
class Proposal:
    """Values of each key, each with the first reason for it."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, key: str, value: str, because: str) -> None:
        """Propose one more value of a list."""
        self.values.setdefault(key, {}).setdefault(value, because)

    def replace(self, key: str, old: str, new: str, because: str) -> bool:
        """Propose another in a value's place; False if the value is not proposed."""
        if self.values.get(key, {}).pop(old, None) is None:
            return False
        self.add(key, new, because)
        return True

    def of(self, key: str) -> tuple[str, ...]:
        """The values of a key, in the order in which they were proposed."""
        return tuple(self.values.get(key, {}))[:_MANY]

    def reasons(self) -> tuple[Reason, ...]:
        """Every reason."""
        return tuple(reason for key in self.values for reason in self.reasons_of(key))

    def reasons_of(self, key: str) -> tuple[Reason, ...]:
        """The reasons of one key."""
        values = self.values.get(key, {})
        return tuple(Reason(key, value, because) for value, because in values.items())
