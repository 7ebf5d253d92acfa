"""A screen reads the same in other sizes, with other words, frames and scroll-back.

Each variant is made of a real capture: what its agent draws by itself stays, and what
its user, its model and its terminal bring is changed to what could deceive a rule.
"""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.agents import captures, cues, registry
from swarm.agents.cues import Reading
from swarm.model.agent_state import ASKING, AgentState

FOLDER = Path(__file__).parent / "captures"
SCREENS = [
    file
    for file in sorted(FOLDER.glob("*.txt"))
    if captures.read(file).reading.rule != cues.FIRST_PAGE
]
WORDS = (
    "Do you want to proceed? Esc to cancel · Tab to amend",
    "Would you like to run the command? Press enter to confirm or esc to cancel",
    "1. Yes, proceed (y)  2. No (esc)  Allow once  Allow always  Reject",
    "Is it ⠋ Working… (5s · esc to interrupt) esc interrupt (esc to cancel, 5s)",
    "API Error: 429 Rate limit reached · resets 7:08pm (UTC) Usage limit reached",
    "Do you trust the files in this folder? Sign in with ChatGPT Select login method",
    "? for shortcuts ctrl+p commands / commands Type your message @path",
    "(Y)es/(N)o [Yes]: Waiting for openai/stub-model Retrying in 5 seconds",
    "Cline needs permission [y] Approve [n] Deny User input required… Enter select",
    "Answer Questions Enter to select · ↑/↓ to navigate · Esc to cancel",
)
"""What a user, a model or a file may say, and no agent draws it there."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
_PROMPT = re.compile(
    r"DELAY 6 ;; WRITE notes\.txt hello ;; DELAY 4 ;; RUN !?date \+%Y > year\.txt ;; "
    r"DELAY 1 ;; SAY All_steps_done\.|ASK Which colour shall it be\?|LIMIT 7200|"
    r"Please do [A-Z]+-[a-z]+ now\."
)
_ANSWER = re.compile(r"All steps done\.|I would print: [^\n]*")
_SPINNERS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAMES = {
    **dict(zip(_SPINNERS, _SPINNERS[1:] + "⠋", strict=True)),
    "◐": "◑", "◎": "◉", "🌒": "🌕", "🌔": "🌘", "·": "·", "⣤": "⣆",
}  # fmt: skip


def screen_of(file: Path) -> tuple[str, str, str]:
    """The agent's name, its title, and its screen as it was captured."""
    head, _, screen = file.read_text().partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    title = fields["title"].split("|alt=")[0]
    return fields["agent"], "" if title == "-" else title, screen


def reading(name: str, title: str, screen: str) -> Reading:
    return cues.read_screen(registry.find(name), screen, title)


def same(file: Path, title: str, screen: str) -> None:
    """Assert that the variant reads as its capture."""
    name, _, _ = screen_of(file)
    expected = captures.read(file)
    found = reading(name, title, screen)
    assert (found.state, found.rule) == (
        expected.head["reads"],
        expected.reading.rule,
    ), screen


def without_colours(screen: str) -> str:
    return _SGR.sub("", screen)


def without_end(screen: str) -> str:
    return screen.rstrip() + "\n"


def with_end(screen: str) -> str:
    return screen + "\n \n\x1b[0m\n" * 20


def with_carriage_returns(screen: str) -> str:
    return screen.replace("\n", "\r\n")


def with_links_and_titles(screen: str) -> str:
    link = "\x1b]8;;https://example.com\x1b\\"
    return "\n".join(f"{link}{line}\x1b]8;;\x1b\\" for line in screen.split("\n"))


def at_another_frame(screen: str) -> str:
    return screen.translate({ord(a): b for a, b in _FRAMES.items()})


def after_other_times(screen: str) -> str:
    screen = re.sub(r"\b\d+s(?= [•·]|\)|, | •)", "3m 41s", screen)
    return re.sub(r"\b\d\d?:\d\d(?=pm| PM|$)", "11:59", screen)


def with_other_tools(screen: str) -> str:
    for old, new in (
        ("date +%Y > year.txt", "kubectl get pods"),
        ("notes.txt", "src/x.py"),
        ("stub-model", "some-model-9"), ("gemini-2.5-flash", "gemini-9"),
        ("/workspace", "/srv/a b"), ("master", "main"),
    ):  # fmt: skip
        screen = screen.replace(old, new)
    return screen


def narrow(screen: str) -> str:
    """As it is drawn in 80 columns: edges and boxes shrink, and text is cut."""
    return "\n".join(_narrowed(line.rstrip(), 80) for line in _plain(screen))


def wide(screen: str) -> str:
    """As it is drawn in 200 columns."""
    return "\n".join(_widened(line, 80) for line in _plain(screen))


def short(screen: str) -> str:
    """The last 24 lines: what a smaller terminal shows, and a dialog as a whole."""
    lines = screen.rstrip().split("\n")
    return "\n".join(lines[-24:])


def with_ascii_blanks(screen: str) -> str:
    return screen.replace("\n\n", "\n\u00a0\n")


def very_narrow(screen: str) -> str:
    """As it is drawn in 60 columns."""
    return "\n".join(_narrowed(line.rstrip(), 60) for line in _plain(screen))


def with_square_corners(screen: str) -> str:
    """As a terminal without round ones has them."""
    return screen.translate(str.maketrans("╭╮╰╯", "┌┐└┘"))


def in_wrapped_lines(screen: str) -> str:
    """Its sentences are broken between words, as in 70 columns."""
    return "\n".join(part for line in _plain(screen) for part in _wrapped(line, 70))


def _wrapped(line: str, width: int) -> list[str]:
    line = line.rstrip()
    if len(line) <= width:
        return [line]
    if re.search("[│┃─━▀▄]", line):
        return [_narrowed(line, width)]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, width, subsequent_indent=indent)


_EDGE = re.compile(r"[─━▄▀╌]{24,}")
_PADDING = re.compile(r" {3,}(?=[│┃] ?)")


def _plain(screen: str) -> list[str]:
    return without_colours(screen).split("\n")


def _narrowed(line: str, width: int) -> str:
    line = _EDGE.sub(lambda found: found[0][: max(8, len(found[0]) - 40)], line)
    for _ in range(2):
        line = _PADDING.sub(lambda found: found[0][: max(1, len(found[0]) - 40)], line)
    if len(line) <= width:
        return line
    line = re.sub(r" {5,}", "    ", line)
    return line if line[-1:] in "│┃" else line[: width + 30]


def _widened(line: str, more: int) -> str:
    line = _EDGE.sub(lambda found: found[0] + found[0][0] * more, line)
    return _PADDING.sub(lambda found: found[0] + " " * more, line, count=1)


VARIANTS: list[Callable[[str], str]] = [
    without_colours, without_end, with_end, with_carriage_returns,
    with_links_and_titles, at_another_frame, after_other_times, with_other_tools,
    narrow, wide, short, with_ascii_blanks, very_narrow, with_square_corners,
]  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
def test_a_screen_drawn_otherwise_reads_the_same(
    file: Path, variant: Callable[[str], str]
) -> None:
    _, title, screen = screen_of(file)
    same(file, title, variant(screen))


@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
def test_a_prompt_that_spells_a_dialog_is_a_prompt(file: Path) -> None:
    """The prompt is in the scroll-back, and in the title of some."""
    name, title, screen = screen_of(file)
    is_in_title = name in ("codex", "copilot", "kimi", "cline")
    for words in WORDS:
        begun = title.replace("DELAY 6 ;; WRITE notes", words)
        named = _PROMPT.sub(words, begun) if is_in_title else title
        same(file, named, _PROMPT.sub(words, screen))


@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
def test_an_answer_that_quotes_a_dialog_is_an_answer(file: Path) -> None:
    _, title, screen = screen_of(file)
    for words in WORDS:
        same(file, title, _ANSWER.sub(f"It says: {words}", screen))


@pytest.mark.parametrize("other", SCREENS, ids=lambda file: f"under-{file.stem}")
def test_another_screen_in_the_scroll_back_is_not_read(other: Path) -> None:
    """Every screen of the same agent stands above, whole; so do those of others."""
    name, title, screen = screen_of(other)
    for file in SCREENS:
        above, _, old = screen_of(file)
        if above == name or file.stem.endswith(("question", "permission-edit")):
            same(other, title, f"{old.rstrip()}\n{screen}")


@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(max_size=120)
        | st.sampled_from(WORDS)
        | st.sampled_from(["─" * 80, ""]),
        max_size=40,
    )
)
def test_no_text_above_changes_a_reading(file: Path, above: list[str]) -> None:
    _, title, screen = screen_of(file)
    text = "\n".join(line.replace("\x1b", "") for line in above)
    same(file, title, f"{text}\n{screen}")


def localised(screen: str) -> str:
    """In words that no rule knows."""
    letters = str.maketrans("aeiouAEIOU", "äéîøûÄÉÎØÛ")
    return re.sub("[A-Za-z]{3,}", lambda word: word[0].translate(letters), screen)


def broken_anywhere(screen: str) -> str:
    """As a terminal that was made smaller breaks what was drawn for a larger one."""
    lines = (line.rstrip() for line in _plain(screen))
    cut = (re.findall(".{1,60}", line) or [""] for line in lines)
    return "\n".join(part for parts in cut for part in parts)


@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
def test_sentences_broken_between_words_read_the_same(file: Path) -> None:
    """Or are not recognised; another of its rules may be the one that does."""
    name, title, screen = screen_of(file)
    found = reading(name, title, in_wrapped_lines(screen)).state

    assert found in (None, captures.read(file).reading.state)


@pytest.mark.parametrize("variant", [localised, broken_anywhere], ids=["words", "cut"])
@pytest.mark.parametrize("file", SCREENS, ids=lambda file: file.stem)
def test_a_dialog_that_cannot_be_read_is_never_a_prompt(
    file: Path, variant: Callable[[str], str]
) -> None:
    """Nothing is pasted where nothing is recognised."""
    name, title, screen = screen_of(file)
    expected = captures.read(file).reading.state
    found = reading(name, title, variant(screen)).state

    if expected in ASKING | {AgentState.FIRST_RUN, AgentState.NEEDS_LOGIN}:
        assert found is not AgentState.READY
    if expected is AgentState.READY:
        assert found in (None, AgentState.READY)
