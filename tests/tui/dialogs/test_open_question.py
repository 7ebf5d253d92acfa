"""The reply of a human's, as a wish."""

from swarm.model.question import Question
from swarm.model.wishes import AnswerQuestion
from swarm.tui.dialogs.open_question import OpenQuestion, QuestionReply


def test_a_reply_is_about_the_question_that_was_shown() -> None:
    """By its id, never by what is asked now."""
    question = Question("7", "permission", "rm -rf build")
    shown = OpenQuestion(question, 3, "fix", "claude", "1/1", lambda: 0.0, lambda: "")

    wish = QuestionReply("answer", "reject", "keep it").wish(shown)

    assert wish == AnswerQuestion(3, "7", "reject", "keep it")
