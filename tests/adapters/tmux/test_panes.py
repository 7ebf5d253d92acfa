"""The private tmux server, and the fake that stands for it, keep to one contract."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.tmux import Tmux
from swarm.errors import PaneAtWork, Refused, ToolError
from swarm.ports import Panes
from tests.adapters.tmux.conftest import PlainServer
from tests.fakes import FakePanes

PATIENCE = 60.0


@dataclass(frozen=True)
class World:
    """One server, and how its programs end."""

    panes: Panes
    end: Callable[[str], None]
    """Make the pane's program end with 3."""


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest, tmux: Tmux) -> World:
    if request.param == "fake":
        fake = FakePanes()
        return World(fake, lambda name: fake.end(name, 3))
    return World(tmux, lambda name: tmux.send(name, "exit 3", enter=True))


SHELL = ["bash", "--norc", "--noprofile"]


def _until(done: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not done():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def _text(panes: Panes, name: str) -> str:
    return panes.capture([name])[name].text


def test_a_pane_is_there_until_it_is_closed(world: World) -> None:
    """Closing what is not there is fine."""
    world.panes.open("a", SHELL, {})
    world.panes.open("b", SHELL, {})
    assert sorted(world.panes.all()) == ["a", "b"]

    world.panes.close("a")
    world.panes.close("a")

    assert sorted(world.panes.all()) == ["b"]


def test_a_dead_pane_keeps_its_exit_status_and_can_be_opened_again(
    world: World,
) -> None:
    """`remain-on-exit`: the last screen stays to be read."""
    world.panes.open("a", SHELL, {})
    world.end("a")
    _until(lambda: world.panes.all()["a"].exit_code == 3)
    assert world.panes.all()["a"].dead

    world.panes.open("a", SHELL, {})

    assert not world.panes.all()["a"].dead


def test_a_pane_at_work_is_not_replaced(world: World) -> None:
    """Two launches cannot share a pane."""
    world.panes.open("a", SHELL, {})

    with pytest.raises(PaneAtWork, match="at work already"):
        world.panes.open("a", SHELL, {})


def test_what_is_sent_arrives_and_what_would_press_keys_is_refused(
    world: World,
) -> None:
    """An escape sequence in a text could answer a dialog."""
    world.panes.open("a", ["cat"], {})
    world.panes.send("a", "hello 'quoted' #{pane_id} %H", enter=True)
    _until(lambda: "hello 'quoted' #{pane_id} %H" in _text(world.panes, "a"))

    with pytest.raises(Refused, match="control characters"):
        world.panes.send("a", "\x1b[A", enter=False)
    with pytest.raises(ToolError):
        world.panes.send("nobody", "x", enter=False)


def test_without_a_server_nothing_is_there(world: World) -> None:
    """And the next pane brings it back."""
    world.panes.open("a", SHELL, {})
    world.panes.kill_server()
    world.panes.kill_server()
    assert world.panes.all() == {}
    assert world.panes.capture(["a"]) == {}

    world.panes.open("a", SHELL, {})

    assert sorted(world.panes.all()) == ["a"]


def test_a_server_without_a_session_has_no_panes(tmux: Tmux) -> None:
    """Between its last window and its own end it answers, in other words."""
    tmux._server.run("start-server", ";", "set-option", "-g", "exit-empty", "off")

    assert tmux.all() == {}
    assert tmux.capture(["a"]) == {}


@pytest.mark.parametrize("call", ["has_session", "rows"])
@pytest.mark.parametrize("others", [[], ["b"]])
@pytest.mark.parametrize("name", ["a", "new"])
def test_a_pane_opens_though_another_closes_between_two_calls(
    tmux: Tmux,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    others: list[str],
    name: str,
) -> None:
    """The server's last one takes the server along; a new pane has another then."""
    for each in ("a", *others):
        tmux.open(each, ["true"], {})
    _until(lambda: all(facts.dead for facts in tmux.all().values()))
    known, closer = getattr(tmux._server, call), Tmux(str(tmux._server.socket_name))
    calls: list[tuple[Any, ...]] = []

    def before_a_close(*args: Any) -> Any:
        answer = known(*args)
        calls.append(args)
        if len(calls) == 1:
            closer.close("a")
        return answer

    monkeypatch.setattr(tmux._server, call, before_a_close)
    tmux.open(name, SHELL, {})

    assert sorted(tmux.all()) == sorted({name, *others})
    assert not tmux.all()[name].dead


def test_a_pane_that_closed_meanwhile_is_closed(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux.open("a", SHELL, {})
    known, closer = tmux._server.rows, Tmux(str(tmux._server.socket_name))

    def before_a_close() -> Any:
        answer = known()
        closer.close("a")
        return answer

    monkeypatch.setattr(tmux._server, "rows", before_a_close)
    tmux.close("a")

    assert closer.all() == {}


@pytest.mark.parametrize("titles", [False, True])
@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["a"], ["b", "c"]),
        (["c"], ["a", "b"]),
        (["b", "a"], ["c"]),
        (["a", "b", "c"], []),
    ],
)
def test_a_pane_that_closes_while_all_are_captured_takes_no_other_along(
    tmux: Tmux,
    monkeypatch: pytest.MonkeyPatch,
    gone: list[str],
    left: list[str],
    titles: bool,
) -> None:
    """It is left out, even if another of its name has come; the last one, too."""
    for name in ("a", "b", "c"):
        tmux.open(name, ["bash", "-c", f"echo I am {name}; sleep 60"], {})
    _until(lambda: all(f"I am {n}" in _text(tmux, n) for n in ("a", "b", "c")))
    known, to_close = tmux._server.screens, list(gone)

    def after_a_close(*args: Any) -> list[str]:
        if to_close:
            tmux.close(name := to_close.pop(0))
            if name == "b":
                tmux.open(name, SHELL, {})
        return known(*args)

    monkeypatch.setattr(tmux._server, "screens", after_a_close)
    screens = tmux.capture(["a", "b", "c"], titles)

    assert list(screens) == left
    assert all(f"I am {name}" in screen.text for name, screen in screens.items())


def test_what_tmux_refuses_for_another_reason_is_told(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not asked again and again."""
    tmux.open("a", SHELL, {})

    def refused(*_: Any) -> list[str]:
        raise ToolError("tmux capture-pane: it took too long")

    monkeypatch.setattr(tmux._server, "screens", refused)

    with pytest.raises(ToolError, match="too long"):
        tmux.capture(["a"])


def test_titles_are_told_if_they_are_asked_for(tmux: Tmux) -> None:
    """A title is a program's; it stays one line, and no percent sign is read."""
    program = "printf '\\033]2;100%% %%H done\\007words\\n'; sleep 60"
    tmux.open("a", ["bash", "-c", program], {})
    tmux.open("b", ["bash", "-c", "echo I am b; sleep 60"], {})
    _until(lambda: tmux.capture(["a"], titles=True)["a"].title == "100% %H done")

    screens = tmux.capture(["b", "a"], titles=True)

    assert screens["a"].text.startswith("words\n")
    assert screens["b"].text.startswith("I am b\n")
    assert tmux.capture(["a"])["a"].title == ""


def test_a_program_that_ends_at_once_leaves_its_words(tmux: Tmux) -> None:
    """The first pane of a server is no exception."""
    tmux.open("a", ["bash", "-c", "echo last words; exit 9"], {})
    _until(lambda: tmux.all()["a"].dead)

    assert "last words" in _text(tmux, "a")


def test_no_pane_can_forge_the_screen_of_another(tmux: Tmux) -> None:
    """Screens are told apart by a marker that no program can know."""
    for name in ("a", "b", "c"):
        tmux.open(name, ["bash", "-c", f"echo I am {name}; sleep 60"], {})
    _until(lambda: all(f"I am {n}" in _text(tmux, n) for n in ("a", "b", "c")))

    screens = tmux.capture(["c", "a", "nobody", "b"])

    assert list(screens) == ["c", "a", "b"]
    for name, screen in screens.items():
        assert screen.text.startswith(f"I am {name}\n")


def test_a_paste_is_bracketed_and_its_enter_comes_apart(tmux: Tmux) -> None:
    """A program that asks for it can tell a paste from keys."""
    reader = (
        "stty -echo; printf '\\e[?2004h'; echo ready;"
        ' IFS= read -r x; echo "$x" | cat -v; sleep 60'
    )
    tmux.open("a", ["bash", "-c", reader], {})
    _until(lambda: "ready" in _text(tmux, "a"))
    tmux.send("a", "one", enter=True)

    _until(lambda: "^[[200~one^[[201~" in _text(tmux, "a"))


def test_nothing_secret_of_the_environment_reaches_a_pane(
    tmux: Tmux, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a key in the human's shell is not in an agent's pane. Why: tmux hands
    its server's whole environment to every program."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    monkeypatch.setenv("SOME_API_KEY", "planted")
    tmux.open("a", ["bash", "-c", "env; sleep 60"], {"GIVEN": "on purpose"})
    _until(lambda: "GIVEN=on purpose" in _text(tmux, "a"))
    tmux.open("b", ["bash", "-c", "env; echo end; sleep 60"], {})
    _until(lambda: "end" in _text(tmux, "b"))

    assert "planted" not in _text(tmux, "a") + _text(tmux, "b")


def test_nothing_an_agent_prints_acts_on_the_terminal(tmux: Tmux) -> None:
    """No OSC passes, no title is taken, no window is renamed."""
    evil = r"printf '\e]0;owned\a\e]52;c;b3duZWQ=\a\ekowned\e\\shown'; sleep 60"
    tmux.open("a", ["bash", "-c", evil], {})
    _until(lambda: "shown" in _text(tmux, "a"))

    assert sorted(tmux.all()) == ["a"]
    assert "\x1b]" not in _text(tmux, "a")
    assert "owned" not in _text(tmux, "a").replace("shown", "")


TITLE = r"printf '\e]2;a\xe2\x90\x9eb\a'"
"""A pane's title that holds the separator of libtmux's own listings."""
FOLDER = "cd $(mktemp -d) && mkdir 'a\nb' && cd 'a\nb'"
HOSTILE = [pytest.param(TITLE, id="title"), pytest.param(FOLDER, id="path")]


def open_hostile(tmux: Tmux, script: str, folder: Path) -> None:
    argv = ["bash", "-c", f"{script}; echo done; exec sleep 60"]
    tmux.open("evil", argv, {"TMPDIR": str(folder)})
    _until(lambda: "done" in _text(tmux, "evil"))


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
@pytest.mark.parametrize("script", HOSTILE)
def test_no_pane_can_end_the_listing_of_all(
    tmux: Tmux,
    script: str,
    locale: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Promise: a program cannot hide the other tasks. Why: it chooses its title and
    its working directory, and libtmux's own listing breaks on either."""
    monkeypatch.setenv("LC_ALL", locale)
    open_hostile(tmux, script, tmp_path)
    tmux.open("good", ["bash", "-c", "echo grün; read; exit 3"], {})
    _until(lambda: "grün" in _text(tmux, "good"))
    tmux.send("good", "now", enter=True)
    _until(lambda: tmux.all()["good"].exit_code == 3)

    assert sorted(tmux.all()) == ["evil", "good"]
    tmux.open("good", SHELL, {})
    tmux.close("evil")
    assert sorted(tmux.all()) == ["good"]


@pytest.mark.parametrize("script", HOSTILE)
def test_the_plain_library_still_breaks_on_such_a_pane(
    tmux: Tmux, script: str, plain_server: PlainServer, tmp_path: Path
) -> None:
    """Once this fails, the library is mended and its listing may be looked at again."""
    open_hostile(tmux, script, tmp_path)
    tmux.open("good", SHELL, {})
    library = plain_server()

    with pytest.raises(ValueError, match="zip"):
        print(library.panes)


def test_names_may_hold_blanks(tmux: Tmux) -> None:
    """The name stands last in a row."""
    tmux.open("a b  c", SHELL, {})

    assert list(tmux.all()) == ["a b  c"]
