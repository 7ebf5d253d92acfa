"""Every tmux process is built here: private socket, no user config, a time limit.

Not libtmux: it gives a call neither a time limit, nor standard input, nor an
environment of its own, and a server started with the user's whole environment hands
every key in it to whatever runs in a pane.
"""

import os
import shutil
import subprocess
from pathlib import Path

from swarm.errors import ToolError, ToolMissing

SECONDS = 10.0

OLDEST = (3, 2)
"""`set-option -w remain-on-exit`, `new-window -e` and extended formats."""

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "USER", "LOGNAME", "SHELL")
"""What the server inherits; agents' panes must find nothing secret in it."""


class Server:
    """One private tmux server, named by its socket (`tmux -L`)."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    @property
    def socket(self) -> Path:
        """The server's socket; tmux leaves it behind when it ends."""
        folder = Path(os.environ.get("TMUX_TMPDIR") or "/tmp")  # noqa: S108 - tmux's own
        return folder / f"tmux-{os.getuid()}" / self._socket

    def argv(self, *words: str) -> list[str]:
        """The whole command; ToolMissing where tmux is not installed."""
        found = shutil.which("tmux")
        if found is None:
            raise ToolMissing(
                "tmux is not installed",
                hint="install it: `apt-get install tmux`, or `swarm doctor --fix`",
            )
        return [found, "-L", self._socket, "-f", os.devnull, *words]

    def run(self, *words: str, stdin: str = "") -> str:
        """What tmux printed; ToolError with its complaint on another exit status.

        Several commands may be chained with `;` as a word of its own: one process.
        """
        status, out, err = self._ran(words, stdin)
        if status:
            complaint = " ".join(err.split()) or f"exit {status}"
            raise ToolError(f"tmux {words[0]}: {complaint}")
        return out

    def answers(self) -> bool:
        """Whether the server is there."""
        status, _, _ = self._ran(("has-session", "-t", "=swarm"), "")
        return status == 0

    def _ran(self, words: tuple[str, ...], stdin: str) -> tuple[int, str, str]:
        try:
            done = subprocess.run(
                self.argv(*words),
                input=stdin,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS,
                env=environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"tmux {words[0]}: no answer in {SECONDS:.0f} s") from error
        except OSError as error:
            raise ToolMissing(f"tmux cannot be run: {error.strerror}") from error
        return done.returncode, done.stdout, done.stderr


def environment() -> dict[str, str]:
    """The little that tmux and what it starts may know of this environment."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    for name in ("TMUX_TMPDIR", "XDG_RUNTIME_DIR"):
        if name in os.environ:
            kept[name] = os.environ[name]
    return {"LANG": "C.UTF-8", **kept, "TERM": "screen-256color"}


def version() -> tuple[int, int]:
    """The installed tmux's version; ToolMissing where there is none."""
    out = Server("none").run("-V")
    digits = "".join(c if c.isdigit() or c == "." else " " for c in out).split()
    major, _, minor = (digits[0] if digits else "0.0").partition(".")
    return int(major), int(minor or 0)
