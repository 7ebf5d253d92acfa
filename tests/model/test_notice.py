"""A need in words."""

from swarm.model.notice import Notice


def test_a_notice_names_its_task() -> None:
    """By name and number, as the command line takes it."""
    assert Notice(3, "3-asks", "fix", "asks").words == "fix (#3): asks"
