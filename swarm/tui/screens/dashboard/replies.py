"""The line for an agent: says where the text will go, and whether it arrived."""

from collections.abc import Callable, Iterable, Sequence

from swarm.model import events
from swarm.model.task import Task
from swarm.model.wishes import SendText
from swarm.store.wish_queries import WishRecord
from swarm.tui.present import reply_destination, task_appearance
from swarm.tui.present.formatting import ERROR, GOOD, WARNING
from swarm.tui.present.reply_destination import Way
from swarm.tui.widgets.input_bar import InputBar

OTHERS_KEPT = 50
"""Texts that were settled, and may be from here."""

Say = Callable[[str, str], None]


class Replies:
    """Owns what the reply bar says; the bar itself is the preview's."""

    def __init__(
        self, bar: Callable[[], InputBar], say: Say, way: Callable[[str], Way]
    ) -> None:
        """`say` puts a sentence on the message line, in a style.

        `way` returns how an agent of that name takes a text.
        """
        self._way = way
        self._bar = bar
        self._say = say
        self._task_id = 0
        """The task that the bar was opened for."""
        self._label = ""
        self._sent: dict[int, str] = {}
        """Texts from here that are not settled: the task's name, by the wish's id."""
        self._settled: dict[int, events.FollowUpSettled] = {}
        """Texts that were settled before their wish was seen to be done."""

    def open(self, task: Task) -> None:
        """Show the bar for this task; it stays with it, whatever is selected then."""
        self._task_id, self._label = task.id, self._words(task)
        self._bar().open(self._label)

    def wish(self, text: str) -> SendText:
        """The text, for the task that the bar was opened for."""
        return SendText(self._task_id, text)

    def follow(
        self, recorded: Iterable[events.Recorded], tasks: Sequence[Task]
    ) -> None:
        """Keep the bar's words true, and tell what became of texts from here."""
        for record in recorded:
            if isinstance(record.event, events.FollowUpSettled):
                self._take(record.event)
        task = next((task for task in tasks if task.id == self._task_id), None)
        if task and self._label and (label := self._words(task)) != self._label:
            self._label = label
            self._bar().relabel(label)

    def decided(self, record: WishRecord, task: Task) -> None:
        """The keeper took the text: tell whether the agent has it, or it waits.

        `task` is as it is now.
        """
        name = task_appearance.numbered_name(task, 40)
        if event := self._settled.pop(record.id, None):
            self._tell(name, event)
        elif text := next((t for t in task.follow_ups if t.id == record.id), None):
            self._sent[record.id] = name
            waits = f"your text waits until {name} is ready"
            given = f"your text is given to {name}: not yet known to have arrived"
            self._say(given if text.way else waits, WARNING)
        else:
            self._say(f"your text was typed into the terminal of {name}", "")

    def _take(self, event: events.FollowUpSettled) -> None:
        name = self._sent.pop(event.id, None)
        if name is not None:
            self._tell(name, event)
            return
        self._settled[event.id] = event
        if len(self._settled) > OTHERS_KEPT:
            del self._settled[next(iter(self._settled))]

    def _words(self, task: Task) -> str:
        name = task_appearance.display_name(task, 20)
        where = reply_destination.destination(task, self._way(task.agent))
        return f"to {name} · {where}"

    def _tell(self, name: str, event: events.FollowUpSettled) -> None:
        words, is_good = reply_destination.settled(event)
        self._say(f"your text for {name} {words}", GOOD if is_good else ERROR)
