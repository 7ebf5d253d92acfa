"""Every tmux process is bounded, and inherits no more than it needs."""

import os
from pathlib import Path

import pytest

from swarm.adapters.process import Limits
from swarm.adapters.tmux import Tmux, process
from swarm.adapters.tmux.process import TmuxProcess, environment
from swarm.adapters.tmux.server import PrivateServer
from swarm.errors import ToolError
from tests.adapters.tmux.conftest import PlainServer, is_ours
from tests.process_starts import ProcessStart

SHELL = ["bash", "--norc", "--noprofile"]


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tmux that prints its words, its standard input, and fails on request."""
    (tmp_path / "tmux").write_text(
        '#!/bin/sh\necho warned >&2\nprintf "%s\\n" "$@"\ncat\n'
        '[ "$4" != fail ] || { echo "no such thing" >&2; exit 3; }\n'
    )
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def test_no_secret_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the variables of the list, and a terminal that tmux itself offers."""
    monkeypatch.setenv("SOME_API_KEY", "planted")
    monkeypatch.setenv("TMUX", "/tmp/the-user-s-own")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")

    variables = environment()

    assert {"SOME_API_KEY", "TMUX"}.isdisjoint(variables)
    assert (variables["LANG"], variables["TERM"]) == ("de_DE.UTF-8", "screen-256color")
    assert variables["PATH"] == os.environ["PATH"]


@pytest.mark.usefixtures("echo")
def test_the_user_s_configuration_is_not_read_and_text_comes_by_standard_input() -> (
    None
):
    """Arguments could be seen by every user of the machine."""
    result = TmuxProcess("-Lx", "load-buffer", "-", stdin="secret text")

    assert result.stdout == [
        *("-u", "-f", os.devnull, "-Lx", "load-buffer", "-"),
        "secret text",
    ]
    assert (result.returncode, result.stderr) == (0, [])


@pytest.mark.usefixtures("echo")
def test_a_complaint_is_there_only_if_the_process_failed() -> None:
    """libtmux takes any line of it for a failure."""
    assert TmuxProcess("fail").stderr == ["warned; no such thing"]
    assert TmuxProcess("fail").returncode == 3


def test_one_that_hangs_meets_the_time_limit(
    socket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the library's own commands too."""
    (tmp_path / "tmux").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(process, "LIMITS", Limits(seconds=0.3, output=10))

    with pytest.raises(ToolError, match="tmux has-session: no answer within"):
        PrivateServer(socket).has_session("swarm")


def test_the_plain_library_still_starts_processes_of_its_own(
    tmux: Tmux, plain_server: PlainServer, only_our_starts: list[ProcessStart]
) -> None:
    """Shows that the watch on process starts, which is on in every test, can fail."""
    tmux.open("a", SHELL, {})
    assert all(is_ours(start) for start in only_our_starts)

    library = plain_server()

    assert len(library.panes) == 1
    assert not all(is_ours(start) for start in only_our_starts)
