"""A failure has an id that stays, words that are harmless, and a bounded traceback."""

import pytest

from swarm.model.failure import TEXT_LIMIT, causes, failure_of


def caught(words: str, depth: int = 0) -> BaseException:
    """An error with these words, raised here."""

    def descend(left: int) -> None:
        if left:
            descend(left - 1)
        raise KeyError(words)

    with pytest.raises(KeyError) as error:
        descend(depth)
    return error.value


def test_the_same_failure_has_the_same_id_whatever_its_words() -> None:
    """So that it can be counted, and looked for in a log."""
    first, second = failure_of(caught("a")), failure_of(caught("b"))

    assert first.id == second.id
    assert first.id.startswith("E-")
    assert first.id != failure_of(caught("a", depth=1)).id


def test_a_failure_holds_no_value_of_a_variable() -> None:
    secret = "correct-horse"
    with pytest.raises(ZeroDivisionError) as error:
        len(secret) / 0

    assert "correct-horse" not in failure_of(error.value).text.replace(
        '= "correct-horse"', ""
    )


def test_what_an_agent_wrote_controls_no_terminal() -> None:
    failure = failure_of(caught("\x1b]52;c;x\x07\nnext \u202e"))

    assert "\x1b" not in failure.text + failure.name
    assert "\u202e" not in failure.text + failure.name
    assert "\n" not in failure.name


def test_a_traceback_is_bounded_and_keeps_its_end() -> None:
    failure = failure_of(caught("x" * 3 * TEXT_LIMIT + "the end"))

    assert len(failure.text) <= TEXT_LIMIT + 10
    assert "the end" in failure.text


def test_an_error_whose_words_fail_is_one_to_tell_nevertheless() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    assert failure_of(Silent()).name.startswith("Silent")


def test_the_causes_of_an_error_are_told_from_the_outside_in() -> None:
    inner, middle, outer = OSError("disk"), ValueError("tool\x1b"), KeyError("k")
    middle.__cause__, outer.__cause__ = inner, middle

    assert causes(outer) == ["ValueError: tool\\x1b", "OSError: disk"]
    inner.__cause__ = outer

    assert len(causes(outer)) < 20
