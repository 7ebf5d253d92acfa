"""A service's output as a terminal shows it in the end, and nothing it would obey."""

from swarm.model.service_log import last_lines

SAID = b"one\r\n\x1b[31mtwo\x1b[0m\n50%\r100%\n\x1b[2J\xff\n"


def test_the_last_lines_without_what_a_terminal_obeys() -> None:
    assert last_lines(SAID, 3) == "two\n100%\n\\x1b[2J\ufffd"
    assert last_lines(SAID, 1) == "\\x1b[2J\ufffd"


def test_nothing_printed_is_nothing() -> None:
    assert last_lines(b"", 5) == ""
