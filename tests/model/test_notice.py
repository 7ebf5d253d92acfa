"""A need in words."""

from swarm.model.notice import Notice, commands


def test_a_notice_names_its_task() -> None:
    """By name and number, as the command line takes it."""
    assert Notice(3, "3-asks", "fix", "asks").words == "fix (#3): asks"


def test_a_command_gets_words_of_ours() -> None:
    """A sentence as its last argument, and the parts as variables."""
    asks = Notice(3, "3-asks-5-1", "fix", "asks")
    (one,) = commands(("notify-send", "swarm"), [asks])
    (many,) = commands(("notify-send",), [asks] * 5)

    assert one.argv == ("notify-send", "swarm", "swarm: fix (#3): asks")
    assert one.variables == {
        "SWARM_TASK": "3",
        "SWARM_NAME": "fix",
        "SWARM_STATE": "asks",
    }
    assert many.argv == ("notify-send", "swarm: 5 tasks need you; w shows the next")
    assert len(commands(("x",), [asks] * 3)) == 3
    assert commands(("x",), []) == []
