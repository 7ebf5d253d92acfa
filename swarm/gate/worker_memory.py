"""What must outlive one worker of a task: uses, rates, sums, names that were asked."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

from swarm.policy.rules import Policy, Rule

Note = Callable[[str, str], None]
"""Takes a key and its new value; the supervisor keeps both, unread."""


class WorkerMemory:
    """Keys and values that the supervisor keeps between two workers of a task.

    Each note leaves the process before it returns, so that a crash loses none. The
    supervisor never reads one: keys and values are an agent's in part (names).
    """

    def __init__(
        self, kept: Mapping[str, str] | None = None, note: Note = lambda _k, _v: None
    ) -> None:
        self._kept = dict(kept or {})
        self._note_outside = note

    def _note(self, key: str, value: str) -> None:
        if self._kept.get(key) != value:
            self._kept[key] = value
            self._note_outside(key, value)

    def names(self) -> Iterator[str]:
        """The names that were asked for, in their order."""
        number = 0
        while (name := self._kept.get(f"name {number}")) is not None:
            yield name
            number += 1

    def note_name(self, number: int, name: str) -> None:
        """The name that has this number from now on."""
        self._note(f"name {number}", name)

    def uses(self, rule: Rule) -> int:
        """Connections that the rule has let through."""
        return int(self._kept.get(f"uses {_digest(rule)}", "0"))

    def note_uses(self, rule: Rule, number: int) -> None:
        """The rule has let so many connections through."""
        self._note(f"uses {_digest(rule)}", str(number))

    def forget_other_uses(self, policy: Policy) -> None:
        """Forget the uses of rules that are in force no more."""
        prune_uses(self._kept, policy)

    def uploaded(self) -> int:
        """Bytes that the task has sent."""
        return int(self._kept.get("uploaded", "0"))

    def note_uploaded(self, size: int) -> None:
        """The task has sent so many bytes in all."""
        self._note("uploaded", str(size))

    def requests(self, rule: Rule) -> list[float]:
        """The times of the rule's requests in the last minute, each to the second.

        By the machine's monotonic clock, which all workers share.
        """
        return [
            float(second)
            for second, number in self._by_second(_digest(rule))
            for _ in range(number)
        ]

    def note_request(self, rule: Rule, time: float) -> None:
        """The rule let a request through; the numbers of each second are kept."""
        digest, second = _digest(rule), int(time)
        counts = [pair for pair in self._by_second(digest) if pair[0] > second - 60]
        if counts and counts[-1][0] == second:
            counts[-1][1] += 1
        else:
            counts.append([second, 1])
        self._note(f"requests {digest}", json.dumps(counts))

    def _by_second(self, digest: str) -> list[list[int]]:
        counts: list[list[int]] = json.loads(self._kept.get(f"requests {digest}", "[]"))
        return counts


def prune_uses(kept: dict[str, str], policy: Policy) -> None:
    """Forget the uses of rules that the policy does not hold: a grant starts anew."""
    current = {f"uses {_digest(rule)}" for rule in policy.rules if rule.uses}
    for key in [key for key in kept if key.startswith("uses ")]:
        if key not in current:
            del kept[key]


def _digest(rule: Rule) -> str:
    """A short name that only equal rules share."""
    return hashlib.sha256(repr(rule).encode()).hexdigest()[:16]
