"""Marks on tasks: a key then acts on all that are marked, and `u` takes it back."""

import math
import time
from collections.abc import Callable, Iterable, Sequence

from swarm.model.task import State, Task
from swarm.model.wishes import (
    Continue,
    Cut,
    Discard,
    Kill,
    Pause,
    RemoveLater,
    Restore,
    Resume,
    Retry,
    Stop,
    TakeBack,
    TaskWish,
    Uncut,
)
from swarm.store.queries import Queries
from swarm.store.wish_queries import WishRecord
from swarm.tui.dialogs import opening
from swarm.tui.messages import WishesRequested, WishRequested
from swarm.tui.present import bulk_text
from swarm.tui.screens.base import KeyScreen

VERBS = {
    "stop": ("stop",),
    "kill": ("kill",),
    "pause": ("pause", "resume"),
    "cut": ("cut", "uncut"),
    "retry": ("retry",),
    "continue": ("continue",),
    "discard": ("discard",),
    "remove": ("rm",),
}
"""The verbs of each key that acts on marked tasks; the first that fits any counts."""
WISHES: dict[str, tuple[type[TaskWish], str]] = {
    "stop": (Stop, "stopped"),
    "kill": (Kill, "killed"),
    "pause": (Pause, "paused"),
    "resume": (Resume, "resumed"),
    "cut": (Cut, "cut"),
    "uncut": (Uncut, "reconnected"),
    "retry": (Retry, "queued again"),
    "continue": (Continue, "taken up again"),
    "discard": (Discard, "discarded; u takes that back"),
    "restore": (Restore, "restored"),
}
"""Per verb the wish for one task, and the participle of the sentence about all."""
UNASKED = ("pause", "resume", "cut", "uncut")
"""Verbs that the same key takes back."""
STORING_SECONDS = 3.0
"""The time in which a wish is stored, if all is well."""
SECONDS = 10
"""The time for which a removal of many can be taken back."""


class BulkActions:
    """Holds the marks of the screen that it belongs to, and acts on them."""

    def __init__(
        self, screen: KeyScreen[None], queries: Queries, clock: Callable[[], float]
    ) -> None:
        self._screen = screen
        self._queries = queries
        self._clock = clock
        self._tasks: Sequence[Task] = ()
        self._pending: WishRecord | None = None
        """The newest removal that can be taken back, whoever asked for it."""
        self._asked_at = -math.inf
        """The time of a removal that was asked for here and is not seen yet."""
        self._discards: list[tuple[float, tuple[int, ...]]] = []
        """Monotonic times, and the tasks that were discarded then; the newest last."""
        self._selected: int | None = None
        self._selected_at = -math.inf
        """The monotonic time at which the cursor came to that task."""
        self.marks: frozenset[int] = frozenset()

    @property
    def marked(self) -> list[Task]:
        """The marked tasks, as they were last read."""
        return [task for task in self._tasks if task.id in self.marks]

    def follow(self, tasks: Sequence[Task]) -> None:
        """Take the tasks as they are now; a mark goes with its task."""
        self._tasks = tasks
        self.marks &= {task.id for task in tasks}
        removals = (
            wish
            for wish in reversed(self._queries.wishes.open())
            if wish.verb == RemoveLater.verb
        )
        self._pending = next(removals, None)
        if self._pending:
            self._asked_at = -math.inf

    def note(self, shown: Iterable[int]) -> str:
        """The edge of the list, of which these tasks are shown."""
        going, left = 0, 0.0
        if self._pending:
            going = len(self._pending.body.get("tasks", ()))
            due = self._pending.at + self._pending.body.get("seconds", SECONDS)
            left = max(0.0, due - self._clock())
        hidden = len(self.marks - frozenset(shown))
        return bulk_text.note(len(self.marks), hidden, going, left)

    def toggle(self, task_id: int) -> None:
        """Mark the task, or take its mark away."""
        self.marks ^= {task_id}

    def toggle_all(self, shown: Iterable[int]) -> None:
        """Mark all that are shown, or unmark them if they all are."""
        ids = frozenset(shown)
        self.marks = self.marks - ids if ids <= self.marks else self.marks | ids

    def clear(self) -> None:
        """Take every mark away."""
        self.marks = frozenset()

    def disabled_reason(self, action: str) -> str | None:
        """Why the key cannot act on what is marked; None if it does not act so."""
        if not self.marks or action not in VERBS:
            return None
        return bulk_text.none_fits(self._verb(action), self.marked)

    def act(self, action: str) -> bool:
        """Ask about the marked tasks, or act at once.

        False if none is marked, or if the key does not act on marked ones.
        """
        if not self.marks or action not in VERBS:
            return False
        verb, tasks = self._verb(action), self.marked
        if verb in UNASKED:
            self._request(verb, tasks)
            return True

        def answered(yes: bool | None) -> None:
            if yes:
                self._request(verb, tasks)

        title = action.capitalize()
        words = bulk_text.question(verb, tasks, SECONDS)
        self._screen.app.push_screen(opening.confirm(title, words, title), answered)
        return True

    def _verb(self, action: str) -> str:
        verbs, tasks = VERBS[action], self.marked
        fitting = (verb for verb in verbs if not bulk_text.none_fits(verb, tasks))
        return next(fitting, verbs[0])

    def _request(self, verb: str, tasks: Sequence[Task]) -> None:
        ids = tuple(task.id for task in bulk_text.applicable(verb, tasks)[0])
        self.clear()
        if verb == "rm":
            self._asked_at = self._clock()
            self._screen.post_message(WishRequested(RemoveLater(ids, SECONDS)))
            return
        if verb == "discard":
            self.remember_discard(ids)
        self._request_each(verb, ids)

    def _request_each(self, verb: str, ids: Sequence[int]) -> None:
        kind, outcome = WISHES[verb]
        wishes = tuple(kind(task_id) for task_id in ids)
        self._screen.post_message(WishesRequested(wishes, outcome))

    def remember_discard(self, ids: tuple[int, ...]) -> None:
        """These were discarded at once, and `undo` takes them back at once."""
        self._discards.append((time.monotonic(), ids))

    def discarded(self, task_id: int) -> None:
        """A discard was carried out, which another screen may have asked for."""
        if not any(task_id in ids for _, ids in self._discards):
            self.remember_discard((task_id,))

    def select(self, task: Task | None) -> None:
        """The cursor stands on this task now."""
        if (task.id if task else None) != self._selected:
            self._selected = task.id if task else None
            self._selected_at = time.monotonic()

    def undoable_at(self, selected: Task | None) -> float:
        """The monotonic time of what `undo` would take back; -inf if it is nothing.

        What waits comes before all, and marked tasks; a task that the cursor was put on
        counts from then.
        """
        if self._pending or self.is_asking:
            return math.inf
        ids = self._restorable(selected)
        if any(task.id in ids for task in self.marked):
            return math.inf
        times = (at for at, group in self._discards if set(ids) & set(group))
        at = max(times, default=-math.inf)
        is_selected = selected is not None and selected.id in ids
        return max(at, self._selected_at) if is_selected else at

    @property
    def is_asking(self) -> bool:
        """True if a removal was asked for a moment ago, and cannot be seen yet."""
        return self._clock() - self._asked_at < STORING_SECONDS

    def undo_reason(self, selected: Task | None) -> str:
        """Why `undo` would take nothing back; empty if it would."""
        if self.is_asking:
            return "the removal is on its way to the keeper: u again in a moment"
        if self._pending or self._restorable(selected):
            return ""
        return "nothing was removed, discarded or decided"

    def undo(self, selected: Task | None) -> bool:
        """Take back a removal that waits, or else a discard; False if there is none.

        A discard is that of the marked tasks, of the selected one, or the last.
        """
        if self._pending:
            self._screen.post_message(WishRequested(TakeBack(self._pending.id)))
            return True
        ids = self._restorable(selected)
        if len(ids) == 1:
            self._screen.post_message(WishRequested(Restore(ids[0])))
        elif ids:
            self._request_each("restore", ids)
        if ids:
            self.clear()
        return bool(ids)

    def _restorable(self, selected: Task | None) -> tuple[int, ...]:
        rejected = {task.id for task in self._tasks if task.state is State.REJECTED}
        marked = tuple(task.id for task in self.marked if task.id in rejected)
        if marked:
            return marked
        groups = [
            tuple(task_id for task_id in ids if task_id in rejected)
            for _, ids in reversed(self._discards)
        ]
        if selected and selected.id in rejected:
            return next((ids for ids in groups if selected.id in ids), (selected.id,))
        return next((ids for ids in groups if ids), ())
