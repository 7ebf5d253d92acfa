"""Tasks that met a limit, and clocks that a test moves."""

from dataclasses import replace

from swarm.engine.tasks.limit_watch import LimitWatch, Move
from swarm.model import agent_screen, events
from swarm.model.limits import Choice, ModelLimit
from swarm.model.task import State, Task
from swarm.model.transitions import apply_event, new_task
from tests.builders import queued

NOW = 1_800_000_000.0
LIMIT = ModelLimit("usage", NOW + 20, "m.test", key="k", since=NOW, met=NOW)


class World:
    """Tasks and two clocks that a test moves."""

    def __init__(self, *tasks: Task, choice: Choice = "yes") -> None:
        self.tasks = {task.id: task for task in tasks}
        self.now, self.monotonic = NOW, 50.0
        self.choice = choice
        self.listens = False
        self.watch = LimitWatch()
        self.look()

    def look(self, seconds: float = 0.0) -> list[tuple[int, str]]:
        """What is due after so many seconds of both clocks."""
        return [(move.task, move.how) for move in self.moves(seconds)]

    def moves(self, seconds: float = 0.0) -> list[Move]:
        self.now, self.monotonic = self.now + seconds, self.monotonic + seconds
        return self.watch.look(
            self.tasks.values(),
            self.now,
            self.monotonic,
            lambda _: self.choice,
            lambda _: self.listens,
        )

    def happen(self, task_id: int, *happened: events.Event) -> None:
        """Events of one task, now."""
        for event in happened:
            self.tasks[task_id] = apply_event(self.tasks[task_id], self.now, event)

    def taken_up(self, task_id: int) -> None:
        """It is at work again, in a fresh sandbox."""
        again = events.TaskContinued(plan={}, by="the keeper")
        launched = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        self.happen(task_id, again, *launched)

    def answered(self, task_id: int) -> None:
        words = events.ModelAnswered("n", 1, "m.test", "x", status=200, tokens_out=5)
        self.happen(task_id, words, events.ModelLimitLifted("m.test", "answered"))

    def limited_again(self, task_id: int, ahead: float | None = -1.0) -> None:
        until = None if ahead is None else self.now + ahead
        told = events.ModelLimited("n", 1, "m.test", "usage", until, key="k")
        self.happen(task_id, told)


def task(
    number: int, state: State = State.STOPPED, limit: ModelLimit | None = LIMIT
) -> Task:
    made = new_task(number, NOW, queued(agent="claude", way="headless"))
    return replace(made, state=state, limit=limit)


def on_screen(number: int, screen: str = agent_screen.READY) -> Task:
    return replace(task(number, State.LIVE), way="screen", screen=screen)
