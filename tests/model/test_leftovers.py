"""One sentence about what was left behind, whatever the agent called it."""

import pytest

from swarm.model.events import LeftoversEnded
from swarm.model.leftovers import sentence


@pytest.mark.parametrize(
    ("count", "commands", "words"),
    [
        (1, ("sleep 9",), "1 process still ran and was ended with it: sleep 9"),
        (2, ("a", "b"), "2 processes still ran and were ended with it: a; b"),
        (12, ("a",) * 10, "12 processes still ran and were ended with it: a; a; a; "
         "and 9 more"),
    ],
)  # fmt: skip
def test_some_are_named_and_all_are_counted(
    count: int, commands: tuple[str, ...], words: str
) -> None:
    assert sentence(LeftoversEnded(count, commands)) == words


def test_no_name_acts_on_a_screen() -> None:
    said = sentence(LeftoversEnded(1, ("\x1b]52;c;x\x07\n" + "y" * 500,)))

    assert said.isprintable()
    assert len(said) < 150
