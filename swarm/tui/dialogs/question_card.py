"""The card of one question of an agent's: what it asks, and the answers by id."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from swarm.errors import SwarmError
from swarm.model import format, question_parts
from swarm.model.question import Question
from swarm.model.safe_text import safe_line
from swarm.tui.dialogs.base import Dialog, DialogBody, DialogFrame
from swarm.tui.dialogs.open_question import OpenQuestion, QuestionReply
from swarm.tui.messages import Nudge
from swarm.tui.present import question_answers, question_text
from swarm.tui.present.formatting import MUTED, WARNING

SUBTITLE = "] next · t its terminal · y copy · Esc later"
BACK = "Backspace the one before · t its terminal · Esc later"
WRITING = "Enter sends · Esc goes back"
WORDS_ALONE = "Enter sends · Esc later"
FRAME = "the agent's words · untrusted"
IN_TERMINAL = "It can only be answered in its terminal: t goes there."


class QuestionCard(Dialog[QuestionReply]):
    """Shows one question; a key answers that one by its id, or nothing at all."""

    AUTO_FOCUS = ""
    """Nothing: the line for words would take the keys of the answers."""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("a", "answer('once')", "once"),
        ("A", "answer('always')", "always"),
        ("x", "reject", "reject"),
        ("w", "write", "own words"),
        ("enter", "choose", "choose"),
        ("space", "mark", "mark"),
        *[(str(digit), f"option({digit - 1})", "option") for digit in range(1, 10)],
        ("backspace", "back", "the one before"),
        ("right_square_bracket", "leave('next')", "next"),
        ("t", "leave('attach')", "its terminal"),
        ("y", "leave('copy')", "copy"),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("ctrl+d", "page_body(1)", show=False),
        Binding("ctrl+u", "page_body(-1)", show=False),
    ]

    def __init__(self, asked: OpenQuestion) -> None:
        super().__init__()
        self._asked = asked
        self._chosen: list[tuple[str, str]] = []
        """Of several questions the answers that were given; all are sent at once."""
        self._question = self._shown()
        """What is asked now: the question, or one of its several."""
        self._row = 0
        """The option under the cursor."""
        self._marked: set[int] = set()
        """Options that were marked, where several may be chosen."""
        self._writes = ""
        """The answer that the line's text goes with; `text` for the text alone."""

    def compose(self) -> ComposeResult:
        """Who asks, the agent's words in a frame of their own, and the answers."""
        with DialogFrame(classes="dialog") as frame:
            frame.border_title = Content(f"◆ Question {self._asked.place}")
            frame.border_subtitle = Content(self._ways())
            yield Static(id="asks", markup=False)
            with DialogBody(id="asked") as words:
                words.border_title = Content(FRAME)
                yield Static(id="asked-words", markup=False)
            yield Static(id="answers", markup=False)
            yield Input(id="answer-text", compact=True)

    def on_mount(self) -> None:
        """Draw; a question that only takes words has the cursor in its line."""
        self.set_interval(1.0, self._draw)
        self._show_question()

    def _show_question(self) -> None:
        """Draw what is asked now; where only words answer it, the line is open."""
        lines = Content("\n").join(question_text.body(self._question))
        self.query_one("#asked-words", Static).update(lines)
        self._close_line()
        takes_words = self._question.is_answerable and self._question.allows_text
        if self._question.kind == "text" and takes_words:
            self._write("text")

    def _shown(self) -> Question:
        whole = self._asked.question
        if not whole.parts or not whole.is_answerable:
            return whole
        return whole.of_part(len(self._chosen))

    def _ways(self) -> str:
        return BACK if self._chosen else SUBTITLE

    @on(Nudge)
    def _nudged(self) -> None:
        """Close in words if nobody waits for this answer any more."""
        try:
            words = self._asked.settled()
        except SwarmError:
            return  # the database does not answer; the screen below says so
        if words:
            self.dismiss(QuestionReply("settled", text=words))

    def action_answer(self, answer: str) -> None:
        """Answer with that, if the question takes it."""
        if self.armed and not self._question.refusal(answer, ""):
            self._answer(answer, "")

    def action_back(self) -> None:
        """Back to the one of several questions that was answered last."""
        if self._chosen:
            self._chosen.pop()
            self._turn()

    def _answer(self, answer: str, text: str) -> None:
        """Send the answer; of several questions, the answers to all of them."""
        parts = self._asked.question.parts
        if not parts or answer == "reject":
            self.dismiss(QuestionReply("answer", answer, text))
            return
        self._chosen.append((answer, text))
        if len(self._chosen) == len(parts):
            self.dismiss(QuestionReply("answer", *question_parts.joined(self._chosen)))
        else:
            self._turn()

    def _turn(self) -> None:
        self._question, self._row, self._marked = self._shown(), 0, set()
        self.query_one(Input).clear()
        self._show_question()

    def action_reject(self) -> None:
        """Ask for a reason if the agent would hear it; else reject at once."""
        if self.armed and not self._question.refusal("reject", ""):
            if self._question.allows_text:
                self._write("reject")
            else:
                self.action_answer("reject")

    def action_write(self) -> None:
        """Answer in the human's own words."""
        is_asked = self._question.kind != "permission" and self._question.allows_text
        if self.armed and is_asked and self._question.is_answerable:
            self._write("text")

    def action_option(self, number: int) -> None:
        """Answer with an option by its place; or mark it, where several may be."""
        if number >= len(self._question.options):
            return
        if self._question.allows_many:
            self._row = number
            self.action_mark()
        else:
            self.action_answer(self._question.options[number].id)

    def action_mark(self) -> None:
        """Mark the option under the cursor, or take its mark away."""
        if self._question.allows_many and self._question.is_answerable:
            self._marked ^= {self._row}
            self._draw()

    def action_choose(self) -> None:
        """Answer with what is marked, else with the option under the cursor."""
        if self._question.kind == "choice" and self._question.options:
            options = self._question.options
            chosen = sorted(self._marked) or [self._row]
            self.action_answer(",".join(options[each].id for each in chosen))

    def action_move(self, step: int) -> None:
        """Move among the options; or scroll what is asked, if there are none."""
        options = self._question.options
        if self._question.kind == "choice" and options:
            self._row = max(0, min(len(options) - 1, self._row + step))
            self._draw()
        else:
            self.action_scroll_body(step)

    def action_leave(self, act: str) -> None:
        """Leave it unanswered, for the next one, its terminal or the clipboard."""
        match act:
            case "next" | "attach" | "copy":
                self.dismiss(QuestionReply(act))

    def action_cancel(self) -> None:
        """From the line back to the answers; from there back to the screen."""
        if self._writes and self._question.kind != "text":
            self._close_line()
        else:
            super().action_cancel()

    def _close_line(self) -> None:
        self._writes = ""
        self.query_one(Input).remove_class("-open")
        self.set_focus(None)
        self.query_one(".dialog").border_subtitle = Content(self._ways())
        self._draw()

    def _write(self, answer: str) -> None:
        self._writes = answer
        line = self.query_one(Input)
        words = "the reason; may be empty" if answer == "reject" else "your answer"
        line.placeholder = words
        ways = WORDS_ALONE if self._question.kind == "text" else WRITING
        self.query_one(".dialog").border_subtitle = Content(ways)
        line.add_class("-open")
        line.focus()
        self._draw()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        answer = "" if self._writes == "text" else self._writes
        refusal = self._question.refusal(answer, event.value)
        if refusal:
            self.notify(f"it {refusal}", severity="warning", markup=False)
        elif self.armed:
            self._answer(answer, event.value.strip())

    def _draw(self) -> None:
        self.query_one("#asks", Static).update(Content("\n").join(self._facts()))
        self.query_one("#answers", Static).update(Content("\n").join(self._answers()))

    def _facts(self) -> list[Content]:
        asked, question = self._asked, self._question
        waits = format.age(asked.clock() - question.asked_at)
        out = [
            Content.assemble(
                (asked.name, "bold"),
                f" (#{asked.task}, {safe_line(asked.agent, 30)}) ",
                question_text.kind_words(question),
                (f" · waits {waits}", MUTED),
            )
        ]
        if parts := asked.question.parts:
            which = f"question {len(self._chosen) + 1} of {len(parts)}"
            words = which if question.is_answerable else f"{len(parts)} questions"
            note = "all are answered together"
            out.append(Content.assemble((words, "bold"), (f" · {note}", MUTED)))
        if question.tool:
            tool = safe_line(question.tool, 80)
            out.append(Content.assemble(("tool  ", MUTED), (tool, f"bold {WARNING}")))
        return out

    def _answers(self) -> list[Content]:
        out: list[Content] = []
        if cut := question_text.cut(self._question):
            out.append(Content.styled(f"⚑ {cut}: t shows it in its terminal", WARNING))
        if not self._question.is_answerable:
            return [*out, Content.styled(IN_TERMINAL, WARNING), Content("")]
        if self._writes == "reject":
            return [*out, Content("Rejects it; the agent reads your reason.")]
        if self._question.kind == "permission":
            out += question_answers.permission(self._question)
        out += question_answers.options(self._question, self._row, self._marked)
        if self._question.kind != "permission":
            out += question_answers.others(self._question)
        return [*out, Content("")]
