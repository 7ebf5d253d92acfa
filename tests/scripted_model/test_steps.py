"""The results after the newest marked prompt tell how far a script is."""

from swarm.scripted_model.dialogue import Asked, Turn
from swarm.scripted_model.steps import Fail, LimitUntil, Run, Say, Script, has_marker


def asked(*turns: Turn) -> Asked:
    """A request with these turns."""
    return Asked("m", turns, {}, False)


PROMPT, RESULT = Turn("user", "please work now"), Turn("result", "ok")


def test_a_conversation_goes_on_where_it_was() -> None:
    script = Script("work", (Run("a"), Run("b"), Say("Done.")))

    steps = [script.step(asked(PROMPT, *[RESULT] * n)) for n in (0, 1, 2, 9)]

    assert steps == [Run("a"), Run("b"), Say("Done."), Say()]
    assert not script.is_for(asked(Turn("user", "other")))


def test_a_limit_of_an_account_begins_once_and_ends() -> None:
    """Whatever asks then is refused by `left`, and the script goes on after it."""
    limit = LimitUntil(20.0, told=5.0)
    first, second = Script("work", (limit, Say("a"))), Script("work", (limit, Say("b")))
    assert (limit.left(100.0), first.step(asked(PROMPT))) == (0.0, limit)

    limit.begin(100.0)
    limit.begin(110.0)

    assert [limit.left(now) for now in (100.0, 115.0, 120.0, 500.0)] == [20, 5, 0, 0]
    assert limit.reset() == 105.0
    assert [second.step(asked(PROMPT)), *first.limits()] == [Say("b"), limit]


def test_a_marker_is_not_the_end_of_a_longer_one() -> None:
    """Two agents' prompts meet in one house."""
    for text in ("mini-work", "do mini-work.", "do\nmini-work-2", "'mini-work'"):
        assert has_marker(text, "mini-work"), text
    for text in ("gemini-work", "a-mini-work", "mini"):
        assert not has_marker(text, "mini-work"), text


def test_a_refusal_is_used_up() -> None:
    script = Script("work", (Fail(500, times=2), Say("Done.")))

    steps = [script.step(asked(PROMPT)) for _ in range(3)]

    assert [type(step) for step in steps] == [Fail, Fail, Say]
