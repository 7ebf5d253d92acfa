"""Puts libtmux on our process runner: own environment, time and output limit.

libtmux starts its processes by the class `tmux_cmd`, which three of its modules hold by
name; `Server.cmd` alone is no seam, since listings and versions go around it. As it is,
that class has no time limit and no standard input, and hands the whole environment to
the server, where every key in it would be in reach of whatever runs in a pane.
"""

import os
from types import ModuleType
from typing import Any, NoReturn

from libtmux import common, neo, server

from swarm.adapters import system
from swarm.adapters.process import Limits, Program, run

INSTALL_HINT = f"install it: {system.here().install('tmux')}"
LIMITS = Limits(seconds=10, output=64 << 20)

INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMUX_TMPDIR",
    "XDG_RUNTIME_DIR",
)
"""Variables that the server inherits; none of them holds a secret."""


class TmuxProcess(common.tmux_cmd):
    """One tmux process that ended; takes the place of libtmux's own class.

    Several commands may be chained with `;` as a word of its own. ToolMissing if tmux
    is not installed, ToolError at a limit.
    """

    text: str
    """Standard output with its line ends; `stdout` holds libtmux's list of lines."""

    def __init__(
        self, *words: object, tmux_bin: str | None = None, stdin: str = ""
    ) -> None:
        # -u: in a locale such as C tmux would write `_` for what is not ASCII.
        self.cmd = [tmux_bin or "tmux", "-u", "-f", os.devnull, *map(str, words)]
        program = Program(
            self.cmd,
            label=" ".join(["tmux", *_command_name(self.cmd[4:])]),
            environment=environment(),
            stdin=stdin.encode(errors="replace"),
            install_hint=INSTALL_HINT,
        )
        result = run(program, LIMITS)
        self.returncode = result.status
        self.text = result.output.decode(errors="replace")
        self.stdout = (
            self.text.rstrip("\n").split("\n") if self.text.strip("\n") else []
        )
        # libtmux takes any line here for a failure.
        self.stderr = [result.complaint] if result.status else []


def _command_name(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")][:1]


def environment() -> dict[str, str]:
    """The variables that tmux, and what it starts, get of this environment."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {"LANG": "C.UTF-8", **inherited, "TERM": "screen-256color"}


def _refuse_to_parse(*_arguments: Any) -> NoReturn:
    # One of libtmux's separators in a pane's title, or a line break in its path, ends
    # every listing with ValueError, for all panes; an agent chooses both.
    raise NotImplementedError("libtmux's own listings read what an agent can choose")


REPLACEMENTS: tuple[tuple[ModuleType, str, object], ...] = (
    (common, "tmux_cmd", TmuxProcess),
    (neo, "tmux_cmd", TmuxProcess),
    (server, "tmux_cmd", TmuxProcess),
    (neo, "parse_output", _refuse_to_parse),
    (server, "parse_output", _refuse_to_parse),
)
LIBRARY_PARTS = [getattr(module, name) for module, name, _ in REPLACEMENTS]
"""The parts that we replace, as the library has them."""

for _module, _name, _part in REPLACEMENTS:
    setattr(_module, _name, _part)
