"""Gathers denied requests by task, host and port; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from swarm.config import public_suffixes
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.policy import reasons
from swarm.policy.reasons import Reason

SETTLE_SECONDS = 1.0
"""A denial so soon after a decision was on its way before the decision counted."""

DenialKey = tuple[int, str, int]
"""Task, host, port: what one decision is about."""


@dataclass(frozen=True, slots=True)
class DenialRow:
    """Everything of one kind that one task tried."""

    task: int
    host: str
    port: int
    reason: str
    first: float
    last: float
    count: int = 0
    locked: bool = False
    method: str = ""
    path: str = ""
    rule: str = ""
    origin: str = ""
    address: str = ""
    """The address of the name; empty while it was not looked up."""
    sni: str = ""
    decided: bool = False
    decided_at: float = 0.0
    newest: events.Recorded | None = None
    """The denial that was counted last, with all that the gate said of it."""

    @property
    def shape(self) -> tuple[str, bool, bool]:
        """The fields that a decision depends on; counts and times may change."""
        return self.reason, self.locked, self.decided

    @property
    def key(self) -> DenialKey:
        """Task, host and port: the subject of a decision."""
        return self.task, self.host, self.port

    @property
    def is_within(self) -> bool:
        """The host is allowed already; it is what was sent that is not."""
        reason = reasons.by_code(self.reason)
        return reason is not None and reason.is_inside

    @property
    def is_leak(self) -> bool:
        """A placeholder of a secret was on its way elsewhere."""
        return self.reason == Reason.SECRET_ELSEWHERE

    @property
    def name(self) -> str:
        """`host:port`, harmless."""
        return f"{safe_line(self.host, 120)}:{self.port}"


class DenialTracker:
    """Follows the journal; a grant or a refusal of the human's decides a row.

    What is denied again all the same waits anew: a grant for one connection was used
    up, or a rule for the project was taken out of its file.
    """

    def __init__(self) -> None:
        self._rows: dict[DenialKey, DenialRow] = {}
        self._seen = 0
        self._owners: set[tuple[int, str]] = set()
        """Tasks, and the owner domains that they were denied."""
        self._hosts: set[tuple[int, str]] = set()
        self._new_hosts: dict[tuple[int, str], DenialRow] = {}
        """Tasks and hosts whose owner domain is not looked up yet."""

    def follow(self, recorded: Iterable[events.Recorded]) -> list[DenialRow]:
        """Take new events in; rows of a task and owner domain never seen before."""
        earlier = len(self._new_hosts)
        self.load(recorded)
        if len(self._new_hosts) == earlier:
            return []
        first_rows = []
        for number, ((task, host), row) in enumerate(self._new_hosts.items()):
            key = (task, public_suffixes.owner(host))
            if key not in self._owners:
                self._owners.add(key)
                if number >= earlier:
                    first_rows.append(row)
        self._new_hosts.clear()
        return first_rows

    def load(self, recorded: Iterable[events.Recorded]) -> None:
        """Take events in without looking owners up, which is slow at the first one."""
        for one in recorded:
            if one.id <= self._seen:
                continue
            self._seen = one.id
            match one.event:
                case events.NetDenied() as denial if one.task and not denial.quiet:
                    is_new = (one.task, denial.host) not in self._hosts
                    row = self._count(one, one.task, denial)
                    if is_new:
                        self._hosts.add((one.task, denial.host))
                        self._new_hosts[one.task, denial.host] = row
                case events.PolicyGranted() as given:
                    self._decide(one, given.rule, True)
                case events.PolicyRevoked() as taken:
                    self._decide(one, taken.rule, False)
                case _:
                    pass

    def _count(
        self, one: events.Recorded, task: int, denial: events.NetDenied
    ) -> DenialRow:
        where, at = (task, denial.host, denial.port), one.at
        known = self._rows.get(where)
        row = known or DenialRow(*where, denial.reason, first=at, last=at)
        row = replace(
            row,
            last=at,
            count=row.count + denial.count,
            reason=denial.reason,
            locked=denial.locked,
            method=denial.method,
            path=denial.path,
            rule=denial.rule,
            origin=denial.origin,
            address=denial.address,
            sni=denial.sni,
            newest=one,
            decided=row.decided and at <= row.decided_at + SETTLE_SECONDS,
        )
        self._rows[where] = row
        return row

    def _decide(
        self, one: events.Recorded, rule: dict[str, Any], decided: bool
    ) -> None:
        """A rule of a task's is about its rows, one of a file's about everybody's."""
        for where, row in self._rows.items():
            is_its = one.task is None or row.task == one.task
            ports = rule.get("ports") or (row.port,)
            if is_its and row.host == rule.get("host") and row.port in ports:
                self._rows[where] = replace(row, decided=decided, decided_at=one.at)

    def of(self, tasks: Iterable[int]) -> list[DenialRow]:
        """Rows of these tasks, undecided first, then the newest."""
        wanted = set(tasks)
        rows = [row for row in self._rows.values() if row.task in wanted]
        return sorted(rows, key=lambda r: (r.decided, r.locked, -r.last))

    def undecided(self, tasks: Iterable[int]) -> list[DenialRow]:
        """Rows that wait for a decision, the newest first."""
        return [row for row in self.of(tasks) if not row.decided and not row.locked]

    def row(self, where: DenialKey) -> DenialRow | None:
        """One row as it is now."""
        return self._rows.get(where)
