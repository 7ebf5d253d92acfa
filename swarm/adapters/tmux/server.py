"""One private tmux server in libtmux's nouns, never the user's own.

Respawn, kill, the check for a session and the version come from libtmux; its objects
are made from our own rows. Our own are the listing (libtmux's reads titles and paths,
which an agent can choose, and needs 125 fields), the capture of all screens in one
process (libtmux takes one for each pane), the chain of options before the first program
(with `new_session` a program may end before remain-on-exit is set), and text by
standard input (`set_buffer` puts it into argv, where every local user sees it).
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import libtmux
from libtmux.exc import LibTmuxException

from swarm.adapters.tmux.process import INSTALL_HINT, TmuxProcess
from swarm.errors import ToolError, ToolMissing

SESSION = "swarm"

FIELDS = (
    "window_id",
    "pane_id",
    "pane_pid",
    "pane_dead",
    "pane_dead_status",
    "pane_dead_signal",
    "window_active_clients",
    "window_name",
)
"""Numbers, and last the names, which are ours: renames by a program are off."""

FORMAT = " ".join(f"#{{{field}}}" for field in FIELDS)


class PrivateServer(libtmux.Server):
    """A tmux server with a socket of its own (`tmux -L`)."""

    def __init__(self, socket_name: str) -> None:
        super().__init__(socket_name=socket_name)

    @property
    def socket(self) -> Path:
        """The server's socket; tmux leaves it behind when it ends."""
        folder = Path(os.environ.get("TMUX_TMPDIR") or "/tmp")  # noqa: S108 - tmux's own
        return folder / f"tmux-{os.getuid()}" / str(self.socket_name)

    def argv(self, *words: str) -> list[str]:
        """A command line for the user's own terminal; ToolMissing without tmux."""
        program = shutil.which("tmux")
        if program is None:
            raise ToolMissing(
                "tmux is not installed",
                hint=INSTALL_HINT,
            )
        # -u: in a locale such as C the client would write `_` for what is not ASCII.
        socket = str(self.socket_name)
        return [program, "-u", "-L", socket, "-f", os.devnull, *words]

    def run(self, *words: str, stdin: str = "") -> str:
        """The output of one or more commands; ToolError with tmux's complaint."""
        process = TmuxProcess(f"-L{self.socket_name}", *words, stdin=stdin)
        if process.returncode:
            raise ToolError(f"tmux {words[0]}: {' '.join(process.stderr)}")
        return process.text

    def rows(self) -> list[tuple[libtmux.Window, libtmux.Pane]]:
        """Every window with its pane; ToolError if there is no server."""
        listing = self.run("list-panes", "-s", "-t", f"={SESSION}", "-F", FORMAT)
        return [self._row(line) for line in listing.splitlines() if line]

    def _row(self, line: str) -> tuple[libtmux.Window, libtmux.Pane]:
        fields = dict(zip(FIELDS, line.split(" ", len(FIELDS) - 1), strict=True))
        window, pane = libtmux.Window(server=self), libtmux.Pane(server=self)
        window.window_id, window.window_name = (
            fields["window_id"],
            fields["window_name"],
        )
        for field, value in fields.items():
            setattr(pane, field, value)
        return window, pane

    def screens(self, panes: Sequence[libtmux.Pane], titles: bool = False) -> list[str]:
        """The panes' screens with their colours, by one process.

        With `titles` the last line of each is the title that its program set, of which
        tmux leaves no control character.
        """
        if not panes:
            return []
        # No program can know the marker, so none can forge another's screen.
        marker = secrets.token_hex(16)
        words: list[str] = []
        for pane in panes:
            words += ["capture-pane", "-p", "-e", "-t", str(pane.pane_id), ";"]
            if titles:
                ask = ["display-message", "-p", "-t", str(pane.pane_id)]
                words += [*ask, "#{pane_title}", ";"]
            words += ["display-message", "-p", marker, ";"]
        return self.run(*words[:-1]).split(f"{marker}\n")[: len(panes)]

    def raise_if_dead(self) -> None:
        """Refuse: libtmux starts this one process past the class that we replace."""
        raise NotImplementedError("use has_session")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise libtmux's own errors as ToolError."""
    try:
        yield
    except LibTmuxException as error:
        words = error.args[0] if error.args else ""
        complaint = " ".join(words) if isinstance(words, list) else str(words)
        raise ToolError(f"tmux: {complaint}") from error


def version() -> tuple[int, int]:
    """The installed tmux's version; ToolMissing if there is none."""
    with translated_errors():
        # `3.3` for 3.3a, or `3.6-master` for what is built from its repository.
        words = str(libtmux.common.get_version())
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    major, minor = (*numbers, 0, 0)[:2]
    return major, minor
