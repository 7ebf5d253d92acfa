"""A cue counts in the dialog's place, together with its footer, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import cues
from swarm.agents.description import Cue

CUES = {
    "first_run": Cue(text=("Do you trust", "Sign in"), footer="Enter to confirm"),
    "ready": Cue(text=("^>",), footer=r"\? for shortcuts"),
}
DIALOG = "Do you trust this folder?\n 1. Yes\n\nEnter to confirm\n\n\n"
SIGN_IN = DIALOG.replace("Do you trust", "Sign in to")
WORK = "work\n" * 8
BOX = "\x1b[1m>\x1b[0m \n\x1b[2m? for shortcuts\x1b[0m\n"


@pytest.mark.parametrize(
    ("screen", "found"),
    [
        (DIALOG, ("first_run", "Do you trust this folder?")),
        (SIGN_IN, ("first_run", "Sign in to this folder?")),
        (BOX, ("ready", ">")),
        ("Do you trust this folder?\n", ("", "")),
        ("Enter to confirm\n", ("", "")),
        (DIALOG + "line\n" * 30 + BOX, ("ready", ">")),
        (DIALOG.replace("Enter", "x\n" * 8 + "Enter") + "y\n" * 7, ("", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_the_end_of_the_screen_counts(screen: str, found: tuple[str, str]) -> None:
    assert cues.recognise(CUES, screen) == found


def test_the_prompt_s_own_words_are_no_dialog() -> None:
    """The prompt stays on the screen, and may speak of dialogs."""
    screen = f"> Do you trust it? Press Enter to confirm\n{WORK}{BOX}"
    assert cues.recognise(CUES, screen)[0] == "ready"


def test_a_title_counts_if_it_is_asked_for() -> None:
    known = {"ready": Cue(title="Ready")}
    assert cues.recognise(known, "x", "◇  Ready") == ("ready", "◇  Ready")
    assert cues.recognise(known, "x") == ("", "")
    assert cues.recognise({"ready": Cue()}, "x", "Ready") == ("", "")


@given(st.text(), st.text())
def test_any_screen_is_read(screen: str, title: str) -> None:
    name, line = cues.recognise(CUES, screen, title)
    assert name in ("", *CUES)
    assert len(line) <= cues.WIDTH
