"""What a screen shows, in words; a value that a later version adds is told, too."""

from swarm.model import agent_screen


def test_a_known_screen_has_a_word_and_another_its_name() -> None:
    assert agent_screen.word(agent_screen.FIRST_RUN) == "first-run dialog"
    assert agent_screen.word("asks_permission") == "asks permission"
    assert agent_screen.word("") == ""
    assert agent_screen.word("a\x1b[2Jb") == "a\\x1b[2Jb"
