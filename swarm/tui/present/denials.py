"""Gathers denied requests by task, host and port; pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from swarm.config import public_suffixes
from swarm.model import events
from swarm.model.frozen import frozen
from swarm.model.safe_text import safe_line
from swarm.policy import hosts, reasons
from swarm.policy.hosts import BadHost
from swarm.policy.reasons import Reason

SETTLE_SECONDS = 1.0
"""A denial so soon after a decision was under way before it; the row stays decided."""

DenialKey = tuple[int, str, int]
"""Task, host and port: the subject of one decision."""


@frozen
class DenialRow:
    """All denied requests of one task to one host and port."""

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
    """The address that the name led to; empty if it was not looked up."""
    sni: str = ""
    decided: bool = False
    decided_at: float = 0.0
    newest: events.Recorded | None = None
    """The newest denial, with every field that the gate recorded."""

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
        """True if the host is allowed, and only the request to it is not."""
        reason = reasons.by_code(self.reason)
        return reason is not None and reason.is_inside

    @property
    def is_leak(self) -> bool:
        """True if the placeholder of a secret was on its way to another host."""
        return self.reason == Reason.SECRET_ELSEWHERE

    @property
    def way_out(self) -> str:
        """What opens what no key here opens, or helps; empty if a key opens it."""
        from swarm.policy import explain  # noqa: PLC0415 - late, for the first paint
        from swarm.policy.decide import Attempt  # noqa: PLC0415 - the same

        reason = reasons.by_code(self.reason)
        if reason is None or not (self.locked or reason.is_inside):
            return ""
        try:
            host = hosts.parse(f"[{self.host}]" if ":" in self.host else self.host)
        except BadHost:
            return ""
        return explain.way_out(reason, Attempt(host, self.port), self.address)

    @property
    def name(self) -> str:
        """`host:port`, harmless on a screen."""
        return f"{safe_line(self.host, 120)}:{self.port}"


class DenialTracker:
    """Follows the journal; a grant or a refusal of the human's decides a row.

    A decided row that is denied again waits for another decision: a grant for one
    connection was used up, or a rule of the project was taken out of its file.
    """

    def __init__(self) -> None:
        self._rows: dict[DenialKey, DenialRow] = {}
        self._last_id = 0
        self._owners: set[tuple[int, str]] = set()
        """Tasks, and the owner domains that they were denied."""
        self._hosts: set[tuple[int, str]] = set()
        self._new_hosts: dict[tuple[int, str], DenialRow] = {}
        """Tasks and hosts whose owner domain is not looked up yet."""

    def follow(self, recorded: Iterable[events.Recorded]) -> list[DenialRow]:
        """Take new events in; returns rows whose owner domain is new to their task."""
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
        """Take events in without looking up owners: the first look-up is slow."""
        for record in recorded:
            if record.id <= self._last_id:
                continue
            self._last_id = record.id
            match record.event:
                case events.NetDenied() as denial if record.task and not denial.quiet:
                    is_new = (record.task, denial.host) not in self._hosts
                    row = self._count(record, record.task, denial)
                    if is_new:
                        self._hosts.add((record.task, denial.host))
                        self._new_hosts[record.task, denial.host] = row
                case events.PolicyGranted() as grant:
                    self._decide(record, grant.rule, True)
                case events.PolicyRevoked() as revocation:
                    self._decide(record, revocation.rule, False)
                case _:
                    pass

    def _count(
        self, record: events.Recorded, task: int, denial: events.NetDenied
    ) -> DenialRow:
        key, now = (task, denial.host, denial.port), record.at
        row = self._rows.get(key)
        if row is None:
            row = DenialRow(*key, denial.reason, first=now, last=now)
        row = replace(
            row,
            last=now,
            count=row.count + denial.count,
            reason=denial.reason,
            locked=denial.locked,
            method=denial.method,
            path=denial.path,
            rule=denial.rule,
            origin=denial.origin,
            address=denial.address,
            sni=denial.sni,
            newest=record,
            decided=row.decided and now <= row.decided_at + SETTLE_SECONDS,
        )
        self._rows[key] = row
        return row

    def _decide(
        self, record: events.Recorded, rule: dict[str, Any], decided: bool
    ) -> None:
        """Mark the rule's rows: those of its task, or of all if a file has the rule."""
        for key, row in self._rows.items():
            is_meant = record.task is None or row.task == record.task
            ports = rule.get("ports") or (row.port,)
            if is_meant and row.host == rule.get("host") and row.port in ports:
                self._rows[key] = replace(row, decided=decided, decided_at=record.at)

    def rows_of(self, tasks: Iterable[int]) -> list[DenialRow]:
        """Rows of these tasks: undecided ones first, the newest of them first."""
        task_ids = set(tasks)
        rows = [row for row in self._rows.values() if row.task in task_ids]
        return sorted(rows, key=lambda r: (r.decided, r.locked, -r.last))

    def undecided(self, tasks: Iterable[int]) -> list[DenialRow]:
        """Rows that wait for a decision, the newest first."""
        return [
            row for row in self.rows_of(tasks) if not row.decided and not row.locked
        ]

    def row(self, key: DenialKey) -> DenialRow | None:
        """The row as it is now, or None."""
        return self._rows.get(key)
