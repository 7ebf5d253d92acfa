"""The log of a set-up is a stranger's text: nothing in it acts on a terminal."""

from swarm.cli import setup_log
from swarm.plan.naming import HomePaths
from tests.builders import queued_task

TASK = queued_task(1)


def test_it_is_harmless_and_lines_are_as_they_were_last(paths: HomePaths) -> None:
    file = paths.setup_log(1)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a\x1b[2J\r\n1%\r 99%\rdone\n\xff\n" + b"x" * 300 + b"\n")

    text = setup_log.text(paths, TASK)

    assert text.splitlines()[:3] == ["a\\x1b[2J", "done", "\ufffd"]
    assert setup_log.last_lines(paths, TASK).splitlines()[-1] == "x" * 200


def test_none_is_empty(paths: HomePaths) -> None:
    assert setup_log.text(paths, TASK) == ""
