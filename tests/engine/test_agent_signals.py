"""What arrives about an agent is kept by a clock that nobody sets."""

from typing import Any

from swarm.engine.agent_signals import AgentSignals
from swarm.model.activity import HUMAN, Action, Batch, PathActivity
from swarm.model.agent_state import AgentState, Source

A = AgentState


class Clocks:
    """A monotonic clock, and one that a human may set."""

    def __init__(self) -> None:
        self.steady, self.day = 100.0, 5000.0
        self.signals = AgentSignals(lambda: self.steady, lambda: self.day)


def ran(pid: int, at: float, *argv: str, **fields: Any) -> Action:
    return Action(at, "exec", "exec", "/bin/x", argv=argv, pid=pid, **fields)


def test_a_screen_says_the_same_since_it_was_first_read() -> None:
    """A message says a thing anew each time."""
    clocks = Clocks()
    for _ in range(3):
        clocks.steady += 10
        clocks.signals.claim(1, A.READY, Source.TITLE, "ready")
        clocks.signals.claim(1, A.READY, Source.HOOK, "Stop")

    claims = clocks.signals.of(1).claims
    assert claims[Source.TITLE].at == 110
    assert claims[Source.HOOK].at == 130


def test_what_is_taken_back_is_forgotten_and_told_once() -> None:
    signals = Clocks().signals
    signals.claim(1, A.ASKS_QUESTION, Source.CHANNEL, "asked")
    assert signals.wait(0) == {1}
    signals.claim(1, None, Source.CHANNEL, "answered")
    assert signals.wait(0) == {1}
    signals.claim(1, None, Source.CHANNEL, "answered")
    assert signals.wait(0) == set()
    assert signals.of(1).claims == {}


def test_only_the_agents_own_commands_that_run_are_kept() -> None:
    clocks = Clocks()
    own, human = ran(1, 4990.0, "make"), ran(2, 4990.0, "bash", note=HUMAN)
    quiet, ended = ran(3, 4990.0, "git", quiet="git"), ran(4, 4990.0, "ls", code=0)
    failed = ran(5, 4990.0, "nope", result=-2)

    clocks.signals.stored(7, Batch(actions=[own, human, quiet, ended, failed]))
    running = clocks.signals.of(7).commands
    assert [(one.text, one.began) for one in running.values()] == [("make", 90.0)]

    clocks.signals.stored(7, Batch(ends=[(1, 0, 4999.0)]))
    assert not clocks.signals.of(7).commands
    assert clocks.signals.of(7).command_ended == 99.0


def test_only_changes_of_the_worktree_are_work() -> None:
    """An agent writes its own records when it does nothing."""
    clocks = Clocks()
    home = PathActivity("/home/agent/.x/log", "write", 4998.0, 4999.0, count=1)
    clocks.signals.stored(7, Batch(paths={home.path: home}))
    assert clocks.signals.of(7).files is None

    work = PathActivity("/workspace/a", "write", 4990.0, 4995.0, count=2)
    clocks.signals.stored(7, Batch(paths={work.path: work}))
    assert clocks.signals.of(7).files == 95.0


def test_lost_lines_leave_no_command_that_never_ends() -> None:
    clocks = Clocks()
    clocks.signals.stored(7, Batch(actions=[ran(1, 4990.0, "make")]))

    clocks.signals.stored(7, Batch(lost=3))

    assert not clocks.signals.of(7).commands


def test_a_time_of_the_future_is_now() -> None:
    clocks = Clocks()
    clocks.signals.stored(7, Batch(actions=[ran(1, 9000.0, "make")]))

    assert clocks.signals.of(7).commands[1].began == clocks.steady


def test_a_counter_on_the_screen_is_no_news() -> None:
    signals = Clocks().signals
    for seconds in range(3):
        signals.claim(1, A.WORKING, Source.SCREEN, "spinner", f"Working ({seconds}s)")
        assert signals.wait(0) == ({1} if not seconds else set())
