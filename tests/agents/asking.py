"""One test body for all agents with a side channel: asked and answered by id."""

from dataclasses import dataclass

from swarm.model import events
from swarm.model.question import Question
from swarm.model.task import Task
from swarm.scripted_model.steps import Ask, Run, Say, Write
from tests.agents.driven import DONE, DrivenAgents

EDIT = Write("hello.txt", "hello\n")
COMMAND = Run("date +%Y > year.txt && echo ran-it", is_asked=True)
CHOICE = Ask("Which colour shall it be?", ("Red", "Blue"))


@dataclass
class AskingAgent:
    """An agent at work in mode `ask`, and what it asks."""

    house: DrivenAgents
    agent: str

    def asks(self, marker: str, *steps: Write | Run | Ask) -> int:
        """Start a task that does these steps."""
        self.house.model.plays(marker, [*steps, Say(DONE)])
        return self.house.start(
            self.agent, "screen", f"Please do {marker} now.", mode="ask"
        )

    def task(self, task_id: int) -> Task:
        """The task as it is now."""
        return self.house.harness.queries.tasks.get(task_id)

    def question(self, task_id: int) -> Question:
        """The only open question; blocks until there is one."""
        self.house.harness.until(
            lambda: len(self.task(task_id).questions) == 1,
            f"a question\n{self.house.screen(task_id)}",
        )
        return self.task(task_id).questions[0]

    def answer(self, task_id: int, question: str, answer: str, text: str = "") -> None:
        """Answer by id, as a front end does."""
        body = {"question_id": question, "answer": answer, "text": text}
        self.house.harness.wish_done("answer", task=task_id, **body)

    def until_done(self, task_id: int, marker: str, last: int) -> None:
        """Block until the model was told of the step before `last`."""
        self.house.harness.until(
            lambda: self.house.model.furthest(marker) >= last,
            f"step {last}\n{self.house.screen(task_id)}",
        )

    def recorded(self, task_id: int) -> list[events.Event]:
        """What the journal has of its questions, without their words."""
        kinds = (
            events.QuestionAsked,
            events.QuestionAnswered,
            events.AnswerDelivered,
            events.ChannelFault,
        )
        after = self.house.harness.queries.events.after(task=task_id)
        return [each.event for each in after if isinstance(each.event, kinds)]
