"""The private server in libtmux's nouns: what is refused, and how errors read."""

from pathlib import Path

import libtmux
import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer, translated_errors, version
from swarm.errors import ToolError, ToolMissing


def test_the_library_s_own_listings_are_refused(tmux: Tmux, socket: str) -> None:
    """They would read what an agent can choose."""
    tmux.open("a", ["cat"], {})
    server = PrivateServer(socket)
    window, _ = server.rows()[0]

    for listing in (
        lambda: server.panes,
        lambda: server.windows,
        lambda: window.panes,
        lambda: window.refresh(),
        server.raise_if_dead,
    ):
        with pytest.raises(NotImplementedError):
            print(listing())


def test_a_complaint_of_the_library_is_a_tool_s() -> None:
    with (
        pytest.raises(ToolError, match=r"^tmux: .*no such window"),
        translated_errors(),
    ):
        raise libtmux.exc.LibTmuxException(["no such window: @7"])


def test_a_server_that_is_not_there_has_no_session(socket: str) -> None:
    assert not PrivateServer(socket).has_session("swarm")
    with pytest.raises(ToolError, match=r"^tmux list-panes: "):
        PrivateServer(socket).rows()


def test_the_version_is_two_numbers() -> None:
    assert version() >= (3, 0)


def test_without_tmux_the_way_out_is_named(
    socket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    for call in (PrivateServer(socket).argv, PrivateServer(socket).rows):
        with pytest.raises(ToolMissing, match="tmux is not installed") as caught:
            call()
        assert "apt-get install tmux" in caught.value.hint
