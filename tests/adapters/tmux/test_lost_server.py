"""A server whose socket was swept away is found again, and no other one is started."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for sockets that nobody else uses; a socket's name must be short."""
    with tempfile.TemporaryDirectory(prefix="s-") as short:
        folder = Path(short) / "sockets"
        folder.mkdir(mode=0o700)
        monkeypatch.setenv("TMUX_TMPDIR", str(folder))
        yield folder


@pytest.fixture
def tmux(folder: Path, socket: str, tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(socket, pid_file=tmp_path / "tmux.pid")
    yield tmux
    tmux.kill_server()


def pid_of(tmux: Tmux, name: str) -> int:
    return tmux.all()[name].pid


@pytest.mark.parametrize("whole_folder", [False, True])
def test_its_panes_are_there_again(
    tmux: Tmux, socket: str, folder: Path, whole_folder: bool
) -> None:
    """The same programs, for a look and for a new pane; the keeper's own among them."""
    tmux.open("a", ["cat"], {})
    first = pid_of(tmux, "a")
    place = PrivateServer(socket).socket
    if whole_folder:
        shutil.rmtree(place.parent)
    else:
        place.unlink()

    assert pid_of(tmux, "a") == first
    place.unlink()
    tmux.open("b", ["cat"], {})
    assert (pid_of(tmux, "a"), set(tmux.all())) == (first, {"a", "b"})
    place.unlink()
    assert "sent" not in tmux.capture(["a"])["a"].text
    tmux.send("a", "sent", enter=True)


def test_a_pid_that_is_another_program_s_by_now_is_left_alone(
    tmux: Tmux, socket: str, tmp_path: Path
) -> None:
    """The signal would end this very process; the server is started anew."""
    tmux.open("a", ["cat"], {})
    tmux.kill_server()
    (tmp_path / "tmux.pid").write_text(f"{os.getpid()}\n")

    assert tmux.all() == {}
    tmux.open("b", ["cat"], {})
    assert set(tmux.all()) == {"b"}


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "999999999"])
def test_a_note_that_tells_nothing_is_no_server(
    tmux: Tmux, tmp_path: Path, text: str
) -> None:
    (tmp_path / "tmux.pid").write_text(text)

    assert tmux.all() == {}
    assert os.path.lexists(tmp_path / "tmux.pid")
