"""A cue counts in its place, together with its footer, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import cues, screen_lines
from swarm.agents.cues import Reading
from swarm.agents.description import Cue, Input
from swarm.model.agent_state import AgentState, Source

CUES = {
    "first_run": (Cue(text=("Do you trust", "Sign in"), footer="Enter to confirm"),),
    "limited": (Cue(place="above", near=3, text=("^! limit",)),),
    "working": (Cue(place="below", text=("esc to interrupt",)), Cue(title="^✦")),
    "ready": (Cue(place="below", text=(r"\? for shortcuts",)),),
}
FIELD = Input(line="^>", edges=True, echo="^> .")
RULE = "─" * 40 + "\n"
DIALOG = "Do you trust this folder?\n 1. Yes\n\nEnter to confirm\n\n\n"
WORK = "work\n" * 8
BOX = f"{RULE}\x1b[1m>\x1b[0m \n{RULE}\x1b[2m? for shortcuts\x1b[0m\n"
BUSY = f"{RULE}> \n{RULE}esc to interrupt\n"


def state(screen: str, title: str = "") -> AgentState | None:
    return cues.recognise(CUES, screen, title, field=FIELD).state


@pytest.mark.parametrize(
    ("screen", "found"),
    [
        (DIALOG, AgentState.FIRST_RUN),
        (DIALOG.replace("Do you trust", "Sign in to"), AgentState.FIRST_RUN),
        (BOX, AgentState.READY),
        (BUSY, AgentState.WORKING),
        ("Do you trust this folder?\n", None),
        ("Enter to confirm\n", None),
        (DIALOG + BOX, AgentState.READY),
        (DIALOG + BUSY, AgentState.WORKING),
        ("esc to interrupt\n" + BOX, AgentState.READY),
        ("> one\n! limit\n" + BOX, AgentState.LIMITED),
        ("> one\n! limit\n> two\n" + BOX, AgentState.READY),
        ("! limit\n" + WORK + BOX, AgentState.READY),
        (DIALOG + "more\n" * 3, None),
        (WORK, None),
        ("", AgentState.STARTING),
        (" \n\x1b[0m\n", AgentState.STARTING),
        (WORK + "[exit 1]\n", AgentState.FAILED),
        (WORK + "[exit 0]\n", AgentState.ENDED),
        ("[exit 1]\n" + BOX, AgentState.READY),
    ],
)  # fmt: skip
def test_the_place_decides(screen: str, found: AgentState | None) -> None:
    assert state(screen) is found


def test_what_is_typed_into_the_field_is_no_cue() -> None:
    for typed in ("esc to interrupt", "Do you trust it?\nEnter to confirm", "! limit"):
        assert state(BOX.replace(" \n", f" {typed}\n", 1)) is AgentState.READY


def test_a_dialog_in_a_box_ends_where_its_box_begins() -> None:
    inside = "╭────────╮\n│ 1. Yes │\n│ ╭────────╮ │\n│ ╰────────╯ │\n"
    end = "│ Enter to confirm ┃\n╰────────╯\n"
    assert state(f"Do you trust it?\n{inside}{end}") is None
    assert state(f"x\n{inside}│ │ Sign in │ │\n{end}") is AgentState.FIRST_RUN


def test_a_title_counts_last_and_is_told_as_one() -> None:
    assert state(BOX, "✦ at work") is AgentState.READY
    found = cues.recognise(CUES, WORK, " ✦ no", field=FIELD)
    assert found == Reading(None)
    found = cues.recognise(CUES, WORK, "✦ at work", field=FIELD)
    assert (found.state, found.source) == (AgentState.WORKING, Source.TITLE)


def test_a_field_with_text_in_it_is_not_its_empty_look() -> None:
    named = {"ready": (Cue(place="field", near=1, text=("^> Type here",)),)}
    empty = BOX.replace(" \n", " Type here\n", 1)
    assert cues.recognise(named, empty, field=FIELD).state is AgentState.READY
    for typed in (" \n", " a draft\n", " a draft\n> Type here\n"):
        screen = BOX.replace(" \n", typed, 1)
        assert cues.recognise(named, screen, field=FIELD).state is None


def test_a_dialog_that_quotes_the_field_is_a_dialog() -> None:
    """Its own text stands below what it quotes."""
    quoting = (
        f"the file has:\n{BOX}Do you trust this folder?\n 1. Yes\nEnter to confirm"
    )
    assert state(quoting) is AgentState.FIRST_RUN
    assert state(f"{DIALOG}{BOX}") is AgentState.READY


def test_a_footer_may_be_wrapped_between_its_words() -> None:
    wrapped = DIALOG.replace("Enter to confirm", "Enter to\nconfirm · esc to exit")
    assert state(wrapped) is AgentState.FIRST_RUN
    assert state(wrapped.replace("confirm ·", "Confirm ·")) is None


def test_what_came_after_a_line_takes_it_back() -> None:
    """Such as an answer that goes on after it has quoted a limit."""
    named = {"limited": (Cue(place="above", text=("^! limit",), unless="^work"),)}
    for above, found in (
        ("! limit\n", AgentState.LIMITED),
        ("work\n! limit\n", AgentState.LIMITED),
        ("! limit\nwork\n", None),
    ):
        assert cues.recognise(named, above + BOX, field=FIELD).state is found


def test_a_rule_has_a_name() -> None:
    named = {"ready": (Cue(rule="a name", footer="x"), Cue(text=("y",)))}
    assert cues.recognise(named, "x").rule == "cues.ready[0]: a name"
    assert cues.recognise(named, "y").rule == "cues.ready[1]"


def test_the_time_of_a_limit_is_read_over_the_end_of_its_line() -> None:
    screen = f"> one\n! limit, please try\nagain in 2m0s\n{BOX}"
    found = cues.recognise(CUES, screen, field=FIELD, now=1000.0)
    assert found.until == 1120.0


@given(st.text(), st.text())
def test_any_screen_is_read(screen: str, title: str) -> None:
    found = cues.recognise(CUES, screen, title, field=FIELD)
    assert len(found.line) <= screen_lines.WIDTH


@given(st.lists(st.sampled_from([*DIALOG.splitlines(), *BOX.splitlines(), "! limit"])))
def test_nothing_in_the_scroll_back_changes_what_a_field_says(above: list[str]) -> None:
    screen = "\n".join(above) + f"\n> a prompt\nwork\n{BOX}"
    assert state(screen) is AgentState.READY
