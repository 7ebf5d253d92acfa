"""The results after the newest marked prompt tell how far a script is."""

from swarm.scripted_model.dialogue import Asked, Turn
from swarm.scripted_model.steps import Fail, Run, Say, Script


def asked(*turns: Turn) -> Asked:
    """A request with these turns."""
    return Asked("m", turns, {}, False)


PROMPT, RESULT = Turn("user", "please work now"), Turn("result", "ok")


def test_a_conversation_goes_on_where_it_was() -> None:
    script = Script("work", (Run("a"), Run("b"), Say("Done.")))

    steps = [script.step(asked(PROMPT, *[RESULT] * n)) for n in (0, 1, 2, 9)]

    assert steps == [Run("a"), Run("b"), Say("Done."), Say()]
    assert not script.is_for(asked(Turn("user", "other")))


def test_a_refusal_is_used_up() -> None:
    script = Script("work", (Fail(500, times=2), Say("Done.")))

    steps = [script.step(asked(PROMPT)) for _ in range(3)]

    assert [type(step) for step in steps] == [Fail, Fail, Say]
