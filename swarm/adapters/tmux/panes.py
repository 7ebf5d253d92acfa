"""Panes as windows of one session on the private server."""

import os
import secrets
import shlex
import threading
from pathlib import Path

import libtmux

from swarm.adapters.tmux import lost_server
from swarm.adapters.tmux.process import environment as tmux_environment
from swarm.adapters.tmux.server import SESSION, PrivateServer, translated_errors
from swarm.adapters.tmux.settings import SIZE, chain
from swarm.errors import PaneAtWork, Refused, ToolError
from swarm.ports import PaneFacts, Screen

ENTER_DELAY = 0.15
"""Seconds between a paste and Enter: codex takes an Enter that comes within its paste
burst (120 ms) for a newline. Nothing shows from outside when that window closes."""

OPEN_TRIES = 10
"""For a pane whose server ends meanwhile; each asks it anew, and it ends but once."""

_PLACEHOLDER = "echo 'the pane is gone: ctrl+q leads back'; exec sleep 3600"
"""Is seen if the window is closed while a client comes to it."""


class Tmux:
    """Implements `ports.Panes`; safe for several threads."""

    def __init__(
        self,
        socket: str,
        enter_delay: float = ENTER_DELAY,
        pid_file: Path | None = None,
    ) -> None:
        """With a `pid_file` the server is found again after its socket is removed."""
        self._server = PrivateServer(socket)
        self._enter_delay = enter_delay
        self._pid_file = pid_file
        self._starting = threading.Lock()

    def open(
        self,
        name: str,
        argv: list[str],
        environment: dict[str, str],
        stays: bool = True,
    ) -> None:
        command = _shell_command(argv, environment)
        with self._starting:
            self._open(name, command)
            if not stays:
                # Its command may have ended by now, and waits as a dead pane.
                self._let_go(name)

    def _open(self, name: str, command: str, tries: int = OPEN_TRIES) -> None:
        """A window, or the server with it.

        A window may close between any two of our calls, and a server ends with its
        last one: then it is one that is not there.
        """
        try:
            if self._server.has_session(SESSION) or self._recovers_server():
                self._add_window(name, command)
            else:
                self._start_server(name, command)
        except ToolError as error:
            if tries == 1 or not _means_closed(error):
                raise
            self._open(name, command, tries - 1)

    def _let_go(self, name: str) -> None:
        """Have the window go with its command; if that has ended, now."""
        target = f"={SESSION}:={name}"
        self._server.run(
            "set-option", "-w", "-t", target, "remain-on-exit", "off", ";",
            "if-shell", "-F", "-t", target, "#{pane_dead}",
            f"kill-window -t '{target}'",
        )  # fmt: skip

    def _recovers_server(self) -> bool:
        file = self._pid_file
        return bool(file and lost_server.recover_socket(file, self._server.socket))

    def _start_server(self, name: str, command: str) -> None:
        width, _, height = SIZE.partition("x")
        size = ["-x", width, "-y", height]
        session = ["new-session", "-d", "-s", SESSION, "-n", name, *size, command]
        # The options come first: a program that ends at once must find remain-on-exit.
        self._server.run("start-server", *chain(), ";", *session)
        if self._pid_file:
            pid = self._server.run("display-message", "-p", "#{pid}")
            lost_server.write_pid(self._pid_file, pid)

    def _add_window(self, name: str, command: str) -> None:
        row = self._rows().get(name)
        if row is None:
            # Not `Session.new_window`: it lists afterwards.
            words = ["new-window", "-d", "-t", f"={SESSION}:", "-n", name]
            self._server.run(*words, command)
            return
        window, pane = row
        if not _facts(pane).dead:
            raise PaneAtWork(f"tmux: the pane {name} is at work already")
        with translated_errors():
            window.respawn(kill=True, shell=command)

    def close(self, name: str) -> None:
        row = self._rows().get(name)
        if row is None:
            return
        try:
            with translated_errors():
                row[0].kill()
            self._server.run("set-hook", "-gu", _detach_hook(row[0]))
        except ToolError as error:
            # It closed meanwhile, or was the last: the server ends with it.
            if not _means_closed(error):
                raise

    def all(self) -> dict[str, PaneFacts]:
        return {name: _facts(pane) for name, (_, pane) in self._rows().items()}

    def _rows(self) -> dict[str, tuple[libtmux.Window, libtmux.Pane]]:
        """Windows with their panes by name; empty if there is no server."""
        try:
            rows = self._settled_rows()
        except ToolError as error:
            if not _means_no_server(error):
                raise
            rows = self._settled_rows() if self._recovers_server() else []
        return {str(window.window_name): (window, pane) for window, pane in rows}

    def _settled_rows(self) -> list[tuple[libtmux.Window, libtmux.Pane]]:
        """The rows, once the server knows of every end; ToolError without a server."""
        rows = self._server.rows()
        if any(_waits_for_status(pane) for _, pane in rows):
            # The server misses about one SIGCHLD in ten (3.3a); the end of another
            # child makes it wait for all of them.
            self._server.run("run-shell", ":")
            rows = self._server.rows()
        return rows

    def capture(self, names: list[str], titles: bool = False) -> dict[str, Screen]:
        rows = self._rows()
        panes = {name: rows[name][1] for name in names if name in rows}
        panes, screens = self._screens_of(panes, titles)
        captured = zip(panes, screens, strict=False)
        found = {}
        for name, text in captured:
            title = ""
            if titles:
                text, _, title = text.removesuffix("\n").rpartition("\n")
            viewers = getattr(panes[name], "window_active_clients", "")
            found[name] = Screen(name, text, title, viewers not in ("", "0"))
        return found

    def _screens_of(
        self, panes: dict[str, libtmux.Pane], titles: bool
    ) -> tuple[dict[str, libtmux.Pane], list[str]]:
        """The panes that are still there, and their screens in the same order.

        tmux answers for none of them if one was closed since they were listed.
        """
        while True:
            try:
                return panes, self._server.screens(list(panes.values()), titles)
            except ToolError:
                here = {pane.pane_id for _, pane in self._rows().values()}
                left = {n: pane for n, pane in panes.items() if pane.pane_id in here}
                if len(left) == len(panes):
                    raise
                panes = left

    def send(self, name: str, text: str, enter: bool) -> None:
        controls = [
            c for c in text if (ord(c) < 0x20 and c not in "\n\t") or ord(c) == 0x7F
        ]
        if controls:
            raise Refused(
                f"the text holds control characters ({controls[0]!r})",
                hint="attach to the task to press such keys yourself",
            )
        target = f"={SESSION}:={name}"
        facts = self.all().get(name)
        if facts is None or facts.dead:
            raise ToolError(f"tmux: the pane {name} is not at work")
        buffer = f"swarm-{secrets.token_hex(8)}"
        out_of_mode = _leave_mode(target)
        self._server.run(
            "load-buffer", "-b", buffer, "-", ";", *out_of_mode, ";",
            "paste-buffer", "-p", "-d", "-b", buffer, "-t", target,
            stdin=text,
        )  # fmt: skip
        if enter:
            threading.Event().wait(self._enter_delay)
            self._server.run(*out_of_mode, ";", "send-keys", "-t", target, "Enter")

    def attach_argv(self, name: str) -> list[str]:
        # A session of its own with this one window: in a group of sessions, tmux would
        # go on to another task's pane, or to the keeper, when the window is closed.
        view = f"view-{secrets.token_hex(4)}"
        unset = ["env", "-u", "TMUX"]
        row = self._rows().get(name)
        if row is None:
            raise ToolError(f"tmux: there is no pane {name}")
        window = str(row[0].window_id)
        return [*unset, *self._server.argv(
            "new-session", "-s", view, _PLACEHOLDER, ";",
            "set-option", "-t", view, "destroy-unattached", "on", ";",
            *_resize_at_detach(row[0]),
            "link-window", "-k", "-s", window, "-t", f"={view}:0",
        )]  # fmt: skip

    def kill_server(self) -> None:
        try:
            with translated_errors():
                self._server.kill()
        except ToolError as error:
            if not _means_no_server(error):
                raise
        self._server.socket.unlink(missing_ok=True)


def _leave_mode(target: str) -> list[str]:
    """The words that end every mode of a pane, in which a paste is no paste."""
    return ["copy-mode", "-q", "-t", target]


def _detach_hook(window: libtmux.Window) -> str:
    """The hook that belongs to one window; tmux uses no id of a window twice."""
    return f"client-detached[{str(window.window_id).removeprefix('@')}]"


def _resize_at_detach(window: libtmux.Window) -> list[str]:
    """The words that give a window its usual size when a client leaves.

    One that still looks at it has its own size again, by `window-size latest`.
    """
    width, _, height = SIZE.partition("x")
    resize = f"resize-window -t {window.window_id} -x {width} -y {height}"
    follow = f"set-option -w -t {window.window_id} window-size latest"
    return ["set-hook", "-g", _detach_hook(window), f"{resize} ; {follow}", ";"]


def _shell_command(argv: list[str], environment: dict[str, str]) -> str:
    """The program with exactly this environment; `env -i` because tmux adds its own."""
    variables = {**tmux_environment(), **environment}
    pairs = (f"{name}={value}" for name, value in variables.items())
    return shlex.join(["env", "-i", *pairs, *argv])


def _facts(pane: libtmux.Pane) -> PaneFacts:
    status, signal = pane.pane_dead_status, pane.pane_dead_signal
    return PaneFacts(
        name=str(pane.window_name),
        dead=pane.pane_dead == "1",
        exit_code=int(status) if status else 128 + int(signal) if signal else None,
        pid=int(pane.pane_pid or 0),
    )


def _waits_for_status(pane: libtmux.Pane) -> bool:
    facts = _facts(pane)
    return facts.dead and facts.exit_code is None and _exists(facts.pid)


def _exists(pid: int) -> bool:
    """True if the process lives, or is a zombie that nobody has waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _means_closed(error: ToolError) -> bool:
    """True if it speaks of a window that is there no more, or of its server."""
    complaints = ("can't find window", "can't find pane")
    is_gone = any(complaint in error.message for complaint in complaints)
    return is_gone or _means_no_server(error)


def _means_no_server(error: ToolError) -> bool:
    complaints = (
        "no server",
        "error connecting",
        "can't find session",
        "no current target",
        "server exited",
    )
    return any(complaint in error.message for complaint in complaints)
