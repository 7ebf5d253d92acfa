"""A shell's text is cut into commands, within bounds."""

from swarm.config.detection.shell_text import LONGEST, commands, lines


def test_lines_that_go_on_are_one_and_comments_are_none() -> None:
    text = "a \\\n  b\n# c\n\n  d && e; f | g\n"

    assert lines(text) == ["a    b", "d && e; f | g"]
    assert commands(text) == ["a    b", "d", "e", "f", "g"]


def test_no_more_than_the_first_letters_is_looked_at() -> None:
    assert len(lines("x\n" * LONGEST)) == LONGEST // 2
