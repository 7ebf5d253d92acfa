"""One task's part of the gate: its policy, names, secrets and open connections."""

import asyncio
import base64
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from swarm.gate.audit_log import AuditLog
from swarm.gate.denied import Denied
from swarm.gate.dns import FakeAddresses
from swarm.gate.login_answers import LoginAnswers, from_json
from swarm.gate.secret_masker import SecretMasker
from swarm.gate.worker_memory import WorkerMemory
from swarm.policy import logins
from swarm.policy.addresses import is_address
from swarm.policy.decide import Attempt, PolicyEvaluator, Verdict
from swarm.policy.hosts import Host, pattern
from swarm.policy.reasons import Reason
from swarm.policy.rules import Policy, Rule

UPLOAD_STEP = 64 << 10
"""Bytes after which the sum of what was sent is noted; a crash forgets fewer."""


@dataclass(frozen=True, slots=True)
class HeldSecret:
    """A secret's value, and the worthless one that stands for it in the sandbox."""

    name: str
    value: str
    placeholder: str
    hosts: tuple[str, ...]

    def belongs_to(self, host: Host) -> bool:
        """True if the value may be sent to this host."""
        return any(pattern(text).matches(host) for text in self.hosts)


class TaskNet:
    """The state of one task's part of the gate; used from one event loop only."""

    def __init__(
        self,
        policy: Policy,
        audit: AuditLog,
        memory: WorkerMemory | None = None,
    ) -> None:
        """`memory` is what an earlier worker of the task left; it is written on."""
        self._memory = memory = memory or WorkerMemory()
        self.audit = audit
        self.names = FakeAddresses(memory.names())
        self.evaluator = PolicyEvaluator(policy)
        self.is_cut = False
        self.open_models = 0
        """Requests to models that are open now."""
        self.uploaded = self._uploaded_in_memory = memory.uploaded()
        self._secrets: tuple[HeldSecret, ...] = ()
        self.logins = LoginAnswers()
        self._former: tuple[HeldSecret, ...] = ()
        """Values of logins that were replaced: a host may still send them back."""
        self._maskers: dict[tuple[str, ...], SecretMasker] = {}
        self._placeholder_forms: tuple[tuple[bytes, HeldSecret], ...] = ()
        self._for_new_connections = self.evaluator
        self._open: dict[asyncio.Task[None], Attempt | None] = {}
        self._at_work: dict[asyncio.Task[None], Attempt] = {}
        """Requests that are being carried; those of HTTP/2 have a task each."""
        self._reached: dict[asyncio.Task[None], str] = {}
        self._starts: deque[float] = deque()
        self._requests: dict[str, deque[float]] = {}
        self._uses: dict[Rule, int] = {}
        self._take_up_uses()

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        return len(self._open)

    @property
    def limits_upload(self) -> int:
        """Bytes that the whole task may send; 0 for no limit."""
        return self.evaluator.policy.limits.upload

    def decide(self, attempt: Attempt, inside: bool = False) -> Verdict:
        """The verdict now.

        A rule that is used up counts for nothing new, but still for what goes on
        `inside` a connection that it let through.
        """
        if self.is_cut:
            return Verdict(Reason.CUT)
        evaluator = self.evaluator if inside else self._for_new_connections
        return evaluator.decide(attempt, time.time())

    def require(self, attempt: Attempt, inside: bool = False) -> Verdict:
        """The verdict if it allows; Denied otherwise."""
        verdict = self.decide(attempt, inside)
        if verdict.denial:
            raise Denied(verdict.denial, verdict.rule)
        return verdict

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Counts the running task among the open ones; Denied over the limits."""
        limits, now = self.evaluator.policy.limits, time.monotonic()
        while self._starts and now - self._starts[0] > 1.0:
            self._starts.popleft()
        if len(self._open) >= limits.connections or (
            len(self._starts) >= limits.per_second
        ):
            raise Denied(Reason.TOO_MANY_CONNECTIONS)
        self._starts.append(now)
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = None
        try:
            yield
        finally:
            self._open.pop(task, None)
            self._reached.pop(task, None)

    def reached(self, address: str, owner: asyncio.Task[Any] | None = None) -> None:
        """Remember the address that the running connection or request leads to.

        It ends when a later policy lets the name lead there no more. `owner` is the
        task of the connection, if another one dials for it.
        """
        task = owner or asyncio.current_task()
        if task in self._open or task in self._at_work:
            self._reached[task] = address if is_address(address) else ""

    def remember(self, attempt: Attempt, rule: Rule | None) -> None:
        """Remember the attempt that the running connection was let through for.

        The connection ends when a later policy denies that attempt.
        """
        task = asyncio.current_task()
        if task in self._open:
            self._open[task] = attempt
        if rule and rule.uses:
            self._uses[rule] = self._uses.get(rule, 0) + 1
            # Before a byte passes: a crash must not give the use back.
            self._memory.note_uses(rule, self._uses[rule])
            self._drop_spent_rules()

    def _drop_spent_rules(self) -> None:
        policy = self.evaluator.policy
        unspent_rules = tuple(
            rule for rule in policy.rules if not rule.is_spent(self._uses.get(rule, 0))
        )
        self._for_new_connections = PolicyEvaluator(
            replace(policy, rules=unspent_rules)
        )

    @contextmanager
    def request(self, attempt: Attempt) -> Iterator[None]:
        """The running task works on this request, which a later policy may deny."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work[task] = attempt
        try:
            yield
        finally:
            self._at_work.pop(task, None)
            if task not in self._open:
                self._reached.pop(task, None)

    def count_request(self, rule: Rule | None) -> None:
        """Count a request; Denied if the rule's rate is used up."""
        if rule is None or not rule.rate:
            return
        now = time.monotonic()
        times = self._requests.get(rule.id)
        if times is None:
            times = self._requests[rule.id] = deque(self._memory.requests(rule))
        while times and now - times[0] > 60.0:
            times.popleft()
        if len(times) >= rule.rate:
            raise Denied(Reason.TOO_MANY_REQUESTS, rule)
        times.append(now)
        self._memory.note_request(rule, now)

    def count_upload(self, size: int) -> None:
        """Count bytes sent; Denied if the task has sent more than it may."""
        self.uploaded += size
        if self.uploaded - self._uploaded_in_memory >= UPLOAD_STEP:
            self._uploaded_in_memory = self.uploaded
            self._memory.note_uploaded(self.uploaded)
        if self.limits_upload and self.uploaded > self.limits_upload:
            raise Denied(Reason.TOO_MUCH_UPLOAD)

    def replace(self, policy: Policy) -> int:
        """Put another policy in force and cut what it denies; returns how many."""
        self.evaluator = PolicyEvaluator(policy)
        self._take_up_uses()
        return self._cut(self._is_over)

    def _is_over(self, attempt: Attempt, address: str) -> bool:
        verdict = self.decide(attempt, inside=True)
        refused = address and self.evaluator.vet(address, verdict)
        return bool(refused) or not verdict.allow

    def _take_up_uses(self) -> None:
        self._memory.forget_other_uses(self.evaluator.policy)
        self._uses = {
            rule: uses
            for rule in self.evaluator.policy.rules
            if rule.uses and (uses := self._memory.uses(rule))
        }
        self._drop_spent_rules()

    def note_name(self, name: str) -> None:
        """Note the name that got the newest fake address: it keeps that."""
        self._memory.note_name(len(self.names) - 1, name)

    def hand_over(self) -> None:
        """Note what was counted since the last note; the worker is about to go."""
        self._memory.note_uploaded(self.uploaded)

    def cut(self) -> int:
        """Let nothing pass until `uncut` and end what is open; returns how many."""
        self.is_cut = True
        return self._cut(lambda _attempt, _address: True)

    def uncut(self) -> None:
        """Let the policy decide again, after `cut`."""
        self.is_cut = False

    def _cut(self, is_over: Callable[[Attempt, str], bool]) -> int:
        attempts = [*self._open.items(), *self._at_work.items()]
        tasks = {
            task
            for task, attempt in attempts
            if attempt is not None and is_over(attempt, self._reached.get(task, ""))
        }
        for task in tasks:
            task.cancel("cut")
        return len(tasks)

    def hold_secrets(
        self,
        secrets: Mapping[str, str],
        placeholders: Mapping[str, str],
        answers: Mapping[str, Any] | None = None,
        former: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Take the values; they are never written anywhere.

        `answers` are the gate's own about them; `former` are earlier values, which are
        masked and sent nowhere.
        """
        self._maskers.clear()
        self._secrets = tuple(
            HeldSecret(
                secret.name,
                secrets[secret.name],
                placeholders.get(secret.name, ""),
                secret.hosts,
            )
            for secret in self.evaluator.policy.secrets
            if secret.name in secrets
        )
        self._former = tuple(
            HeldSecret(secret.name, value, "", secret.hosts)
            for secret in self.evaluator.policy.secrets
            for value in (former or {}).get(secret.name, ())
        )
        self.logins.hold(from_json(answers or {}), secrets)
        self._placeholder_forms = tuple(
            (form, secret)
            for secret in self._secrets
            for form in _encodings(secret.placeholder)
        )

    def value(self, name: str, host: Host) -> str | None:
        """The secret's value if it may go to this host, or None."""
        for secret in self._secrets:
            if secret.name == name and secret.belongs_to(host):
                return secret.value
        return None

    def refused_login(self, name: str, host: Host) -> str:
        """A host refuses a login's token: its digest, if that is news; else empty."""
        value = self.value(name, host)
        is_login = any(
            secret.name == name and logins.is_login(secret)
            for secret in self.evaluator.policy.secrets
        )
        return self.logins.refuse(value) if value and is_login else ""

    def masker(self, host: Host, others: tuple[str, ...] = ()) -> SecretMasker | None:
        """Masks what this host sends back of the secrets that may go to it, if any.

        `others` are masked as they are: the gate sends them with each request.
        """
        values = tuple(
            secret.value
            for secret in (*self._secrets, *self._former)
            if secret.belongs_to(host)
        )
        if not (values or others):
            return None
        key = (*values, "", *others)
        if key not in self._maskers:
            self._maskers[key] = SecretMasker((*_with_passwords(values), *others))
        return self._maskers[key].fresh()

    def leaked(self, data: bytes, host: Host) -> str:
        """The name of a secret whose placeholder is on its way elsewhere, or empty."""
        for form, secret in self._placeholder_forms:
            if form in data and not secret.belongs_to(host):
                return secret.name
        return ""

    @property
    def longest_placeholder(self) -> int:
        """The length of a placeholder's longest form.

        A leak may span two chunks, so that many bytes of one are kept for the next.
        """
        return max((len(form) for form, _ in self._placeholder_forms), default=0)


def _with_passwords(values: tuple[str, ...]) -> Iterator[str]:
    """The values, and what a host may show of one that it decoded."""
    yield from values
    for value in values:
        yield from _passwords(value)


def _passwords(value: str) -> Iterator[str]:
    """What a host may send back of a value that is `user:password` in base64."""
    with suppress(ValueError):
        plain = base64.b64decode(value, validate=True).decode()
        if ":" in plain:
            user, _, password = plain.partition(":")
            yield plain
            yield password or user


def _encodings(placeholder: str) -> Iterator[bytes]:
    """The placeholder itself, and its base64 at each offset in a group of three."""
    plain = placeholder.encode()
    if not plain:
        return
    yield plain
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain)
        whole = coded[-(-offset * 8 // 6) : len(coded) - 4]
        if len(whole) >= 8:
            yield whole
