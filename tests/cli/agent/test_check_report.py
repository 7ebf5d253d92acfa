"""The report of a failed check has the agent's own last words, made harmless."""

from swarm.agents.reader import read
from swarm.cli.agent.check_evidence import Evidence
from swarm.cli.agent.check_report import LINES, lines
from tests.agents.descriptions import MINIMAL
from tests.builders import queued_task

AGENT = read(MINIMAL, "mine", "f")


def test_its_last_lines_are_shown_without_what_moves_a_screen() -> None:
    shown = "".join(f"line {number}\n" for number in range(99))
    shown += "\x1b]0;title\x07\x1b[31mError: no\u202e model\x1b[0m\r\n\x1b[2J\n"

    told = lines(AGENT, queued_task(), "headless", Evidence(True, 3), shown)

    assert told[0] == "mine, headless: ended with 3"
    assert told[LINES + 1] == "  │ Error: no<U+202E> model"
    assert "  │ line 88" in told
    assert "  │ line 87" not in told
    assert any("agents/mine.toml" in line for line in told)


def test_silence_is_told_and_so_is_an_agent_that_went_on() -> None:
    told = lines(AGENT, queued_task(), "screen", Evidence(False), "\n \x1b[K\n")

    assert told[0] == "mine, screen: was still at work, and was stopped by the check"
    assert told[1] == "It printed nothing."


def test_an_ended_tasks_reason_comes_first() -> None:
    ended = queued_task(reason="mine ended: Error: x\ny")

    told = lines(AGENT, ended, "headless", Evidence(True, 3), "Error: x")

    assert told[0] == "mine, headless: mine ended: Error: x⏎y"
