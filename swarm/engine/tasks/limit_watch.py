"""Chooses which tasks go on after a limit of their model's host, and when.

One task of an account asks first, after the reset; the others follow, a few at a time,
once its host has answered. Nothing here acts: `after_limit` carries the moves out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from swarm.engine.tasks import take_up
from swarm.engine.tasks.take_up import MOST_TRIES, How
from swarm.model.limits import Choice, ModelLimit
from swarm.model.task import CONTINUABLE, State, Task

SECONDS = 1.0
"""Between two looks."""
AT_ONCE = 2
"""Tasks of the whole fleet that are taken up and have no answer yet."""
TRY_SECONDS = 120.0
"""One that was taken up and asks nothing for so long will not."""
BACK_OFF = (60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)
"""Seconds, by the number of tries, before one that met the limit again is tried."""
BLIND = {"usage": 300.0, "overload": 60.0}
"""Seconds before the first try if no reset is known; they double with each."""

Account = tuple[str, str, str]
"""Host, key and model."""


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be done about one limited task."""

    task: int
    limit: ModelLimit
    """The limit that it is about: a newer one makes it void."""
    how: How
    """A word by its side channel, its prompt typed, a fresh sandbox, a stop, or only
    a sentence.
    """
    why: str = ""
    hint: str = ""


@dataclass(slots=True)
class _Known:
    """What is remembered of a limited task; times are monotonic."""

    limit: ModelLimit
    tokens_out: int
    since: float
    """The time when this limit, or this try, was first seen."""
    over: float | None = None
    """The time when its account's limit was first seen to be over."""


class LimitWatch:
    """The limits of all tasks, and how long each has been what it is.

    Resets are compared with the clock on the wall; pauses are counted by a clock that
    never jumps, so that a clock set anew leads to one try too early at most.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._answered: dict[Account, float] = {}
        """Of each account the time, as `ModelLimit.met`, after which it answered."""

    @property
    def has_any(self) -> bool:
        """True if a task was limited at the last look."""
        return bool(self._known)

    def look(
        self,
        tasks: Iterable[Task],
        now: float,
        monotonic: float,
        choice: Callable[[Task], Choice],
        listens: Callable[[Task], bool] = lambda _task: False,
    ) -> list[Move]:
        """What is to be done now; each move once, if it is carried out.

        `listens` is true of a task whose side channel takes a prompt at this moment.
        """
        every = {task.id: task for task in tasks}
        self._notice(every, now, monotonic)
        limited = [every[i] for i in sorted(self._known)]
        moves: list[Move] = []
        room = AT_ONCE - sum(self._is_open(task, monotonic) for task in limited)
        for account, group in _by_account(limited).items():
            free = min(room, self._free(account, group, monotonic))
            for move in self._moves(group, now, monotonic, choice, listens):
                if move.how in ("channel", "prompt", "sandbox"):
                    if free <= 0:
                        continue
                    free, room = free - 1, room - 1
                moves.append(move)
        return moves

    def _notice(self, every: dict[int, Task], now: float, monotonic: float) -> None:
        for task_id, known in list(self._known.items()):
            task = every.get(task_id)
            if task is None or task.removed or task.limit is None:
                del self._known[task_id]
                if task and task.model.tokens_out > known.tokens_out:
                    self._answered[known.limit.account] = now
        for task in every.values():
            if task.removed or task.limit is None:
                continue
            known_now = self._known.get(task.id)
            if known_now is None or known_now.limit != task.limit:
                self._known[task.id] = _Known(
                    task.limit, task.model.tokens_out, monotonic
                )

    def _free(self, account: Account, group: list[Task], monotonic: float) -> int:
        """How many of an account may be taken up: one, until its host has answered."""
        opened = sum(self._is_open(task, monotonic) for task in group)
        newest = max(known.met for known in _limits(group))
        has_answered = self._answered.get(account, 0.0) > newest
        return (AT_ONCE if has_answered else 1) - opened

    def _is_open(self, task: Task, monotonic: float) -> bool:
        """True if it was taken up, and neither words nor a limit have come since."""
        limit = task.limit
        if limit is None or limit.tried is None or limit.held:
            return False
        if task.state in (State.QUEUED, State.PROVISIONING):
            return True
        waited = monotonic - self._known[task.id].since
        is_asking = task.model.open_requests > 0 or bool(task.awaits_prompt)
        return task.state is State.LIVE and (waited < TRY_SECONDS or is_asking)

    def _moves(
        self,
        group: list[Task],
        now: float,
        monotonic: float,
        choice: Callable[[Task], Choice],
        listens: Callable[[Task], bool],
    ) -> Iterator[Move]:
        is_over = self._is_over(group, now, monotonic)
        for task in group:
            known = self._known[task.id]
            known.over = (known.over or monotonic) if is_over else None
            wanted = choice(task)
            if known.limit.held or wanted == "no" or not take_up.may_go_on(task):
                continue
            if known.limit.tried is not None:
                yield from self._lost_try(task, monotonic)
            elif not is_over:
                if wanted == "yes" and take_up.hangs(
                    task, now, monotonic - known.since
                ):
                    yield Move(task.id, known.limit, "stop")
            elif why := take_up.obstacle(task, wanted):
                yield Move(task.id, known.limit, "told", *why)
            elif how := take_up.how(
                task, monotonic - (known.over or monotonic), listens
            ):
                yield Move(task.id, known.limit, how)

    def _is_over(self, group: list[Task], now: float, monotonic: float) -> bool:
        """True if the account's newest limit is over, and its pause too."""
        limit = max(_limits(group), key=lambda each: each.met)
        known = next(k for k in self._known.values() if k.limit == limit)
        waited = monotonic - known.since
        if limit.until is None:
            most = BACK_OFF[-1]
            blind = BLIND.get(limit.kind, most) * (1 << min(limit.tries, MOST_TRIES))
            return waited >= min(most, blind)
        if now < limit.until:
            return False
        pause = BACK_OFF[min(limit.tries, len(BACK_OFF)) - 1] if limit.tries else 0.0
        return waited >= pause

    def _lost_try(self, task: Task, monotonic: float) -> Iterator[Move]:
        """A sentence, if it was taken up and nothing came of it: never twice."""
        limit = self._known[task.id].limit
        if self._is_open(task, monotonic) or task.state in (State.QUEUED,):
            return
        why = "it was taken up again, and has asked nothing of its model since"
        if task.state in CONTINUABLE:
            why = f"it was taken up again, and ended: {task.reason or 'by itself'}"
        yield Move(task.id, limit, "told", why, take_up.way_out(task))


def _by_account(limited: list[Task]) -> dict[Account, list[Task]]:
    groups: dict[Account, list[Task]] = {}
    for task in limited:
        if task.limit:
            groups.setdefault(task.limit.account, []).append(task)
    return groups


def _limits(group: list[Task]) -> list[ModelLimit]:
    return [task.limit for task in group if task.limit]
