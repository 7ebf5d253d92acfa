"""Whose a process is, by its session; and what ends with the sandbox."""

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model.activity import HUMAN, Leftover
from tests.engine.sensor.sensor_lines import line, read


def test_what_the_human_runs_in_the_sandbox_is_told_from_the_agent_s() -> None:
    """By the session of the program that came from outside, and all that it starts."""
    batch = read(
        line("exec", "/i", argv=["docker-init"], inner=1, flags=1, mode=1),
        line("exec", "/a", argv=["agent"], pid=8, inner=7, mode=1),
        line("exec", "/b", argv=["bash"], pid=9, inner=21, flags=1, mode=21),
        line("exec", "/b", argv=["rm", "-rf", "x"], pid=10, inner=22, mode=21),
        line("exec", "/b", argv=["agent-child"], pid=11, inner=23, mode=1),
    )

    notes = [action.note for action in batch.actions]
    assert (notes[0], notes[1], notes[2], notes[4]) == ("", "", HUMAN, "")
    assert notes[3].startswith(f"{HUMAN}; ")


def test_a_number_that_is_free_again_is_no_human_s() -> None:
    """An agent can start processes until one gets it, and a session with it."""
    batch = read(
        line("exec", "/b", argv=["bash"], pid=9, inner=21, flags=1, mode=21),
        line("exit", pid=9, inner=21, flags=0, mode=21),
        line("exec", "/a", argv=["agent"], pid=10, inner=21, mode=21),
        line("exec", "/a", argv=["child"], pid=11, inner=22, mode=21),
    )

    assert [action.note for action in batch.actions] == [HUMAN, "", ""]


def test_what_ends_with_the_first_process_is_left_over() -> None:
    """Whatever signal it was; not what ended before, by itself, or is the human's."""
    interpreter = Interpreter(lambda _path: False)
    interpreter.read(
        [
            line("exec", "/b", argv=["bash"], pid=9, inner=21, flags=1, mode=21),
            line("exit", pid=5, inner=5, flags=9, mode=1),
            line("exit", pid=4, inner=7, flags=0, mode=1),
            line("exit", pid=3, inner=1, flags=0, mode=1),
            line("exit", pid=6, inner=8, flags=9, mode=1, comm="sleep"),
        ]
    )
    interpreter.read(
        [
            line("exit", pid=7, inner=9, flags=1, mode=12, comm="python3"),
            line("exit", pid=8, inner=10, flags=0, mode=1),
            line("exit", pid=9, inner=21, flags=9, mode=21),
        ]
    )

    assert interpreter.leftovers == [Leftover(6, "sleep"), Leftover(7, "python3")]
