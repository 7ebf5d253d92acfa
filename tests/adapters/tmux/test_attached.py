"""A human at a terminal: wheel, mouse, clipboard, size, and `send` meanwhile."""

import base64
import re
import shlex
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer
from swarm.adapters.tmux.settings import SIZE
from swarm.errors import ToolError
from tests.adapters.tmux.terminal import ANSWERS, PATIENCE, Terminal, attached

SHELL = ["bash", "--norc", "--noprofile"]
NUMBERS = b"clear; seq 100; echo en''d\r"
SHOW_BYTES = "stty -echo -icanon; echo rea''dy; cat -v"
"""It says so when the terminal no longer echoes: a key before that is seen twice."""
MOUSE = f"printf '\\033[?1000h\\033[?1006h'; {SHOW_BYTES}"
FULL_SCREEN = f"printf '\\033[?1049h\\033[?1h'; {SHOW_BYTES}"


@pytest.fixture(params=ANSWERS)
def terminal(
    request: pytest.FixtureRequest, tmux: Tmux, socket: str
) -> Iterator[Terminal]:
    """A shell, and a human who is attached to it, at each kind of terminal."""
    tmux.open("a", SHELL, {})
    with attached(tmux.attach_argv("a"), request.param) as terminal:
        yield terminal


@pytest.fixture
def shown(tmux: Tmux) -> Callable[[], str]:
    return lambda: tmux.capture(["a"])["a"].text


@pytest.fixture
def fact(socket: str) -> Callable[[str], str]:
    """What tmux says of the pane, such as its mode."""

    def ask(name: str) -> str:
        words = ("display-message", "-p", "-t", "=swarm:=a", f"#{{{name}}}")
        return PrivateServer(socket).run(*words).strip()

    return ask


def scrolled(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    terminal.press(NUMBERS)
    terminal.until(lambda: "end" in shown().split("\n"))
    terminal.wheel(up=True)
    terminal.until(lambda: fact("pane_in_mode") == "1")


def test_the_first_key_leaves_the_history_and_arrives(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """Whatever key it is, in whatever script; then the rest of the line."""
    scrolled(terminal, shown, fact)
    terminal.press("echo 'é т 字'\r".encode())
    terminal.until(lambda: "é т 字" in shown().split("\n"))
    assert fact("pane_in_mode") == "0"


@pytest.mark.parametrize("key", [b"\r", b"\x03", b"\x1b[A", b"q", b" ", b"\x7f"])
def test_each_key_leaves_the_history(
    tmux: Tmux, shown: Callable[[], str], fact: Callable[[str], str], key: bytes
) -> None:
    """Those too that mean something in tmux's own copy mode."""
    tmux.open("a", SHELL, {})
    with attached(tmux.attach_argv("a")) as terminal:
        scrolled(terminal, shown, fact)
        terminal.press(key)
        terminal.until(lambda: fact("pane_in_mode") == "0")


def test_ctrl_q_leaves_from_the_history_too(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """The way back to swarm is one key, whatever is on."""
    scrolled(terminal, shown, fact)
    terminal.press(b"\x11")
    terminal.until_shown(b"[detached")


def test_the_wheel_leads_through_the_history_and_back(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """At the newest line the program has the keys again."""
    scrolled(terminal, shown, fact)
    terminal.wheel(up=True)
    terminal.until(lambda: int(fact("scroll_position") or 0) >= 4)
    for _ in range(8):
        terminal.wheel(up=False)
    terminal.until(lambda: fact("pane_in_mode") == "0")


def test_the_wheel_is_a_program_s_that_wants_the_mouse(
    terminal: Terminal, shown: Callable[[], str]
) -> None:
    terminal.press(f"clear; {MOUSE}\r".encode())
    terminal.until(lambda: "ready" in shown())
    terminal.wheel(up=True)
    terminal.wheel(up=False)
    terminal.until(lambda: "^[[<64;10;10M^[[<65;10;10M" in shown())


def test_a_full_screen_program_without_the_mouse_gets_cursor_keys(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """In the form that it asked for, as from a keyboard."""
    terminal.press(f"clear; {FULL_SCREEN}\r".encode())
    terminal.until(lambda: "ready" in shown())
    terminal.wheel(up=True)
    terminal.wheel(up=False)
    terminal.until(lambda: "^[OA^[OA^[OA^[OB^[OB^[OB" in shown())
    assert fact("pane_in_mode") == "0"


@pytest.mark.parametrize("key", [b"\x1b[27;2;13~", b"\x1b[13;2u", b"\x1b[13;5u"])
def test_enter_with_a_modifier_is_enter_to_a_program_that_did_not_ask(
    terminal: Terminal, shown: Callable[[], str], key: bytes
) -> None:
    """In whichever encoding the terminal sends it."""
    terminal.press(f"clear; {SHOW_BYTES}\r".encode())
    terminal.until(lambda: "ready" in shown())
    terminal.press(b"a")
    terminal.until(lambda: "a" in shown().split("\n"))
    terminal.press(key)
    terminal.press(b"b")
    terminal.until(lambda: "b" in shown().split("\n"))


def copied(terminal: Terminal) -> str:
    """The text of the last OSC 52 that reached the terminal."""
    found = re.findall(rb"\x1b\]52;[^;]*;([^\x07\x1b]*)", terminal.written)
    return base64.b64decode(found[-1]).decode() if found else ""


def test_a_drag_copies_to_the_human_s_clipboard(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """From what is there, and from the history."""
    terminal.press(b"clear; echo hello''world\r")
    terminal.until(lambda: "helloworld" in shown().split("\n"))
    line = shown().split("\n").index("helloworld") + 1
    terminal.pull((1, line), (2, line))
    terminal.until(lambda: fact("pane_in_mode") == "1")
    terminal.let_go((6, line))
    terminal.until(lambda: copied(terminal) == "hello")

    scrolled(terminal, shown, fact)
    terminal.pull((1, 3), (1, 4))
    terminal.until(lambda: fact("selection_present") == "1")
    terminal.let_go((3, 5))
    terminal.until(lambda: len(copied(terminal).split()) == 3)
    terminal.until(lambda: fact("pane_in_mode") == "0")


def test_copy_mode_copies_to_the_human_s_clipboard(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """With the keys that tmux has for it, also after the wheel was used."""
    scrolled(terminal, shown, fact)
    terminal.press(b"\x03")
    terminal.until(lambda: fact("pane_in_mode") == "0")
    terminal.press(b"clear; echo hello''world\r")
    terminal.until(lambda: "helloworld" in shown().split("\n"))
    terminal.press(b"\x02[")
    terminal.until(lambda: fact("pane_in_mode") == "1")
    # Keys that come faster than a human's are a paste to tmux, and no keys of its own.
    for key, then in (
        (b"\x1b[A", ("copy_cursor_y", "0")),
        (b"\x01", ("copy_cursor_x", "0")),
        (b"\x00", ("selection_present", "1")),
        (b"\x05", ("copy_cursor_x", "10")),
        (b"\x1bw", ("pane_in_mode", "0")),
    ):
        terminal.press(key)
        terminal.until(lambda then=then: fact(then[0]) == then[1])  # type: ignore[misc]
    terminal.until(lambda: copied(terminal) == "helloworld")


def test_a_program_reaches_no_clipboard(
    terminal: Terminal, shown: Callable[[], str], socket: str
) -> None:
    """Neither the terminal's nor tmux's, whichever way it asks."""
    evil = base64.b64encode(b"rm -rf ~").decode()
    plain = f"printf '\\033]52;c;{evil}\\007'"
    wrapped = f"printf '\\033Ptmux;\\033\\033]52;c;{evil}\\007\\033\\\\'"
    terminal.press(f"clear; {plain}; {wrapped}; echo do''ne\r".encode())
    terminal.until(lambda: "done" in shown().split("\n"))

    assert evil.encode() not in terminal.written.replace(plain.encode(), b"").replace(
        wrapped.encode(), b""
    ) or not copied(terminal)
    assert PrivateServer(socket).run("list-buffers") == ""


def test_a_text_that_is_sent_arrives_out_of_the_history(
    tmux: Tmux, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """Whole, with its Enter, whatever mode the human left the pane in."""
    tmux.open("a", SHELL, {})
    with attached(tmux.attach_argv("a")) as terminal:
        scrolled(terminal, shown, fact)
        tmux.send("a", "echo one''two", enter=True)
        terminal.until(lambda: "onetwo" in shown().split("\n"))
        terminal.press(b"\x02[")
        terminal.until(lambda: fact("pane_in_mode") == "1")
        tmux.send("a", "echo three''four", enter=True)
        terminal.until(lambda: "threefour" in shown().split("\n"))


def test_a_pane_has_its_usual_size_again_when_a_client_is_gone(
    tmux: Tmux, fact: Callable[[str], str]
) -> None:
    """Left by a key or killed; while another looks on, it is that one's."""
    tmux.open("a", SHELL, {})

    def size() -> str:
        return f"{fact('window_width')}x{fact('window_height')}"

    with attached(tmux.attach_argv("a"), size=(60, 20)) as small:
        small.until(lambda: size() == "60x19")
        small.press(b"\x11")
        small.until(lambda: size() == SIZE)
    with attached(tmux.attach_argv("a"), size=(90, 25)) as one:
        one.until(lambda: size() == "90x24")
        with attached(tmux.attach_argv("a"), size=(60, 20)) as other:
            other.until(lambda: size() == "60x19")
        one.until(lambda: size() == "90x24")
        one.press(b"\x11")
        one.until(lambda: size() == SIZE)


def test_a_closed_window_leads_to_no_other(tmux: Tmux) -> None:
    """Else the next key would go to another task's agent, or end the keeper."""
    for name in ("keeper", "a", "b"):
        tmux.open(name, SHELL, {})
    with attached(tmux.attach_argv("a")) as terminal:
        tmux.close("a")
        terminal.until_shown(b"[exited]")
    assert b"keeper" not in terminal.written
    with pytest.raises(ToolError, match="there is no pane a"):
        tmux.attach_argv("a")


def test_a_window_that_is_gone_leaves_no_hook(tmux: Tmux, socket: str) -> None:
    """Tmux would complain of it in the next terminal."""
    tmux.open("keeper", ["cat"], {})
    tmux.open("a", SHELL, {})
    with attached(tmux.attach_argv("a")) as terminal:
        terminal.press(b"\x11")
        terminal.until_shown(b"[detached")
    tmux.close("a")
    assert "resize-window -t" not in PrivateServer(socket).run("show-hooks", "-g")


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1", "tr_TR.UTF-8"])
def test_a_client_is_utf_8_in_every_locale(
    tmux: Tmux, shown: Callable[[], str], locale: str
) -> None:
    """What is not ASCII reaches the terminal, and comes from its keyboard."""
    tmux.open("a", SHELL, {})
    environment = {"LC_ALL": locale, "LANG": locale}
    argv = tmux.attach_argv("a")
    with attached(argv, environment=environment) as terminal:
        terminal.press("clear; echo 'zwölf' '字'\r".encode())
        terminal.until(lambda: "zwölf 字" in shown().split("\n"))
        terminal.until_shown("字".encode())


FIRST_KEYS = {
    b"\x1b": "^[",
    b"\x1b[200~pasted\x1b[201~": "pasted",
    b"\x1b[1;5A": "^[[1;5A",
    b"\x1bx": "^[x",
    b"\x1b[15~": "^[[15~",
}


def test_a_paste_or_a_key_with_modifiers_leaves_the_history_too(
    terminal: Terminal, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """Esc and function keys as well; each arrives as it was pressed."""
    terminal.press(f"clear; seq 100; clear; {SHOW_BYTES}\r".encode())
    terminal.until(lambda: fact("pane_current_command") == "cat")
    for key, text in FIRST_KEYS.items():
        terminal.wheel(up=True)
        terminal.until(lambda: fact("pane_in_mode") == "1")
        terminal.settle()
        terminal.press(key)
        terminal.until(lambda: fact("pane_in_mode") == "0")
        terminal.until(lambda text=text: text in shown())  # type: ignore[misc]


WAYS_TO_PRESS_CTRL_Q = (b"\x11", b"\x1b[113;5u", b"\x1b[27;5;113~")
COPY_MODE = (b"\x02", b"[")
STATES = {
    "a shell that asked for keys": (b"stty -ixon; printf '\\033[>1u\\033[>4;2m'\r",),
    "a shell that is stopped": (b"stty ixon\r", b"\x13"),
    "copy mode": COPY_MODE,
    "a search in copy mode": (*COPY_MODE, b"\x13"),
    "a line's number in copy mode": (*COPY_MODE, b"g"),
    "a letter in copy mode": (*COPY_MODE, b"f"),
    "a count in copy mode": (*COPY_MODE, b"\x1b5"),
    "the prefix": (b"\x02",),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_ctrl_q_leaves_whatever_is_on(
    tmux: Tmux, fact: Callable[[str], str], kind: str
) -> None:
    """In each encoding that a terminal may send it in."""
    tmux.open("a", SHELL, {})
    for number, keys in enumerate(STATES.values()):
        with attached(tmux.attach_argv("a"), kind) as terminal:
            for key in keys:
                terminal.press(key)
                terminal.settle()
            terminal.press(WAYS_TO_PRESS_CTRL_Q[number % 3])
            terminal.until_shown(b"[detached")


def test_no_mode_swallows_a_text_that_is_sent(
    tmux: Tmux, socket: str, shown: Callable[[], str], fact: Callable[[str], str]
) -> None:
    """Nor a full-screen program, nor one with the mouse; a dead pane is refused."""
    server, pane = PrivateServer(socket), "=swarm:=a"
    tmux.open("a", SHELL, {})
    for number, mode in enumerate(("copy-mode", "clock-mode", "choose-tree")):
        server.run(mode, "-t", pane)
        assert fact("pane_in_mode") == "1"
        tmux.send("a", f"echo se''nt{number}", enter=True)
        _until(lambda n=number: f"sent{n}" in shown().split("\n"))  # type: ignore[misc]
    for number, program in enumerate((MOUSE, FULL_SCREEN)):
        tmux.send("a", f"clear; {program} -t | head -n 1", enter=True)
        _until(lambda: "ready" in shown())
        tmux.send("a", f"text{number}", enter=True)
        _until(lambda n=number: f"text{n}" in shown())  # type: ignore[misc]
        server.run("respawn-pane", "-k", "-t", pane, *SHELL)
    tmux.send("a", "exit 3", enter=True)
    _until(lambda: tmux.all()["a"].dead)
    with pytest.raises(ToolError, match="the pane a is not at work"):
        tmux.send("a", "lost", enter=True)


def _until(holds: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.02)


@pytest.mark.parametrize("columns", [80, 100])
def test_the_status_line_names_the_way_back_and_the_way_to_copy(
    tmux: Tmux, columns: int
) -> None:
    tmux.open("task-1234", SHELL, {})
    with attached(tmux.attach_argv("task-1234"), size=(columns, 24)) as terminal:
        terminal.until_shown(b"ctrl+q back to swarm")
        terminal.until_shown(b"shift+drag copies")


def test_a_client_inside_the_human_s_own_tmux_leaves_that_alone(
    tmux: Tmux, socket: str
) -> None:
    """Ctrl+Q leads back to their own pane; TMUX names their server, not ours."""
    tmux.open("a", SHELL, {})
    outer = Tmux(f"{socket}-outer")
    try:
        outer.open("their", SHELL, {})
        line = shlex.join(tmux.attach_argv("a"))
        outer.send(
            "their", f'echo "tmux=${{TMUX:+set}}"; {line}; echo ba""ck', enter=True
        )

        def theirs() -> str:
            return outer.capture(["their"])["their"].text

        _until(lambda: "UNTRUSTED" in theirs())
        PrivateServer(f"{socket}-outer").run("send-keys", "-t", "=swarm:=their", "C-q")
        _until(lambda: "back" in theirs().split("\n"))
    finally:
        outer.kill_server()


def test_a_screen_says_whether_a_terminal_shows_it(tmux: Tmux) -> None:
    """Of two panes the one that is attached to, and none once it is left."""

    def viewed() -> set[str]:
        screens = tmux.capture(["a", "b"], titles=True)
        return {name for name, screen in screens.items() if screen.is_viewed}

    tmux.open("a", SHELL, {})
    tmux.open("b", SHELL, {})
    assert viewed() == set()
    with attached(tmux.attach_argv("a")) as terminal:
        terminal.until(lambda: viewed() == {"a"})
        terminal.press(b"\x11")
        terminal.until(lambda: viewed() == set())
