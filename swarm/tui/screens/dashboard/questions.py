"""Lets a human answer what agents ask: one card at a time, by the question's id."""

from collections.abc import Callable, Sequence

from swarm.model import format
from swarm.model.question import Question
from swarm.model.safe_text import plain
from swarm.model.task import State, Task
from swarm.model.wishes import AnswerQuestion
from swarm.store.queries import Queries
from swarm.tui.dialogs import opening
from swarm.tui.dialogs.open_question import OpenQuestion, QuestionReply
from swarm.tui.messages import Attach, WishRequested
from swarm.tui.present import question_text, task_appearance
from swarm.tui.present.formatting import WARNING
from swarm.tui.screens.base import KeyScreen

Asked = tuple[int, str]
"""A task, and the id of one of its questions."""


class Questions:
    """Asks on the screen it belongs to; an answer is a wish about one question.

    A card opens only by a key of the human's, and stays on the question that it showed.
    """

    def __init__(
        self,
        screen: KeyScreen[None],
        tasks: Callable[[], Sequence[Task]],
        queries: Queries,
        clock: Callable[[], float],
        decide_next: Callable[[], None],
    ) -> None:
        """`tasks` returns those that the screen shows now, the selected one first.

        `decide_next` opens the next card, of whatever waits for the human.
        """
        self._screen = screen
        self._tasks = tasks
        self._queries = queries
        self._clock = clock
        self._decide_next = decide_next
        self._postponed: list[Asked] = []
        """Questions that the human put off, the last put off last."""
        self._answered: set[Asked] = set()
        """Questions that were answered from here; the store may not say so yet."""

    def waiting(self) -> list[tuple[Task, Question]]:
        """Open questions: the selected task's, then the oldest; those put off last."""
        asked = [
            (place, task, question)
            for place, task in enumerate(self._tasks())
            if task.state is State.LIVE
            for question in task.questions
            if (task.id, question.id) not in self._answered
        ]
        asked.sort(
            key=lambda row: (
                self._put_off(row[1], row[2]),
                row[0] > 0,
                row[2].asked_at,
            )
        )
        return [(task, question) for _, task, question in asked]

    @property
    def has_new(self) -> bool:
        """True if a question waits that the human has not put off."""
        return any(not self._put_off(*asked) for asked in self.waiting())

    def refused(self, wish: AnswerQuestion) -> None:
        """The answer was not taken: the question waits again, if it is open."""
        self._answered.discard((wish.task, wish.question_id))

    def open_card(self) -> bool:
        """Show the card of the first question that waits; False if there is none."""
        waiting = self.waiting()
        if not waiting:
            return False
        task, question = waiting[0]
        shown = OpenQuestion(
            question,
            task.id,
            task_appearance.display_name(task),
            task.agent,
            f"1/{len(waiting)}",
            self._clock,
            lambda: self._settled(task.id, question.id),
        )
        self._screen.app.push_screen(
            opening.question_card(shown), lambda reply: self._replied(shown, reply)
        )
        return True

    def _settled(self, task_id: int, question_id: str) -> str:
        task = self._queries.tasks.get(task_id)
        return question_text.settled(task, question_id)

    def _put_off(self, task: Task, question: Question) -> int:
        asked = (task.id, question.id)
        return self._postponed.index(asked) + 1 if asked in self._postponed else 0

    def _put_last(self, asked: Asked) -> None:
        if asked in self._postponed:
            self._postponed.remove(asked)
        self._postponed.append(asked)

    def _replied(self, shown: OpenQuestion, reply: QuestionReply | None) -> None:
        asked = (shown.task, shown.question.id)
        match reply:
            case None:
                self._put_last(asked)
            case QuestionReply("answer"):
                self._answered.add(asked)
                self._screen.post_message(WishRequested(reply.wish(shown)))
                if others := len(self.waiting()):
                    more = f"{format.plural(others, 'more question')}: ! shows the next"
                    self._screen.say(more, WARNING)
            case QuestionReply("next"):
                self._put_last(asked)
                self._decide_next()
            case QuestionReply("attach"):
                self._screen.post_message(Attach(shown.task))
            case QuestionReply("copy"):
                words = shown.question.body or shown.question.title
                self._screen.app.copy_to_clipboard(plain(words, 100_000))
                self._screen.say("copied what it asks")
            case QuestionReply("settled"):
                words = f"the question of {shown.name} (#{shown.task}): {reply.text}"
                self._screen.say(words, WARNING)
