"""Panes as windows of one session on the private server."""

import os
import secrets
import shlex
import threading

from swarm.adapters.tmux.process import Server, environment
from swarm.adapters.tmux.settings import chain
from swarm.errors import Refused, ToolError
from swarm.ports import PaneFacts, Screen

SESSION = "swarm"

ENTER_DELAY = 0.15
"""Seconds between a paste and Enter: codex takes an Enter that comes within its paste
burst (120 ms) for a newline. Nothing outside tells when that window closes."""

FORMAT = "\t".join((
    "#{window_name}",
    "#{pane_dead}",
    "#{pane_dead_status}",
    "#{pane_dead_signal}",
    "#{pane_pid}",
    "#{pane_id}",
))  # fmt: skip
"""Window names are ours (automatic and requested renames are off)."""


class Tmux:
    """Implements `ports.Panes`; safe for several threads."""

    def __init__(self, socket: str, enter_delay: float = ENTER_DELAY) -> None:
        self._server = Server(socket)
        self._enter_delay = enter_delay
        self._starting = threading.Lock()

    def open(self, name: str, argv: list[str], environment: dict[str, str]) -> None:
        with self._starting:
            if not self._server.answers():
                self._begin(name, argv, environment)
                return
            self._add(name, argv, environment)

    def _begin(self, name: str, argv: list[str], given: dict[str, str]) -> None:
        words = [
            "new-session",
            "-d",
            "-s",
            SESSION,
            "-n",
            name,
            "-x",
            "120",
            "-y",
            "36",
        ]
        # The options come first: a program that ends at once must find remain-on-exit.
        self._server.run("start-server", *chain(), ";", *words, *_command(argv, given))

    def _add(self, name: str, argv: list[str], given: dict[str, str]) -> None:
        found = self.all().get(name)
        if found is not None and not found.dead:
            raise ToolError(f"tmux: the pane {name} is at work already")
        if found is not None:
            target = f"={SESSION}:={name}"
            words = ["respawn-window", "-k", "-t", target]
        else:
            words = ["new-window", "-d", "-t", f"={SESSION}:", "-n", name]
        self._server.run(*words, *_command(argv, given))

    def close(self, name: str) -> None:
        if name in self.all():
            self._server.run("kill-window", "-t", f"={SESSION}:={name}")

    def all(self) -> dict[str, PaneFacts]:
        return {facts.name: facts for facts, _ in self._listed()}

    def _listed(self) -> list[tuple[PaneFacts, str]]:
        found = self._looked()
        if any(f.dead and f.exit_code is None and _is_there(f.pid) for f, _ in found):
            # The server misses about one SIGCHLD in ten (3.3a); the end of another
            # child makes it wait for all of them.
            self._server.run("run-shell", ":")
            found = self._looked()
        return found

    def _looked(self) -> list[tuple[PaneFacts, str]]:
        try:
            out = self._server.run(
                "list-panes", "-s", "-t", f"={SESSION}", "-F", FORMAT
            )
        except ToolError as error:
            if _absent(error):
                return []
            raise
        return [_facts(line) for line in out.splitlines() if line]

    def capture(self, names: list[str]) -> dict[str, Screen]:
        ids = {facts.name: pane_id for facts, pane_id in self._listed()}
        wanted = [name for name in names if name in ids]
        if not wanted:
            return {}
        marker = secrets.token_hex(16)
        words: list[str] = []
        for name in wanted:
            words += ["capture-pane", "-p", "-e", "-t", ids[name], ";"]
            words += ["display-message", "-p", marker, ";"]
        out = self._server.run(*words[:-1])
        screens = out.split(f"{marker}\n")
        return {
            name: Screen(name, text)
            for name, text in zip(wanted, screens, strict=False)
        }

    def send(self, name: str, text: str, enter: bool) -> None:
        bad = [c for c in text if (ord(c) < 0x20 and c not in "\n\t") or ord(c) == 0x7F]
        if bad:
            raise Refused(
                f"the text holds control characters ({bad[0]!r})",
                hint="attach to the task to press such keys yourself",
            )
        target = f"={SESSION}:={name}"
        facts = self.all().get(name)
        if facts is None or facts.dead:
            raise ToolError(f"tmux: the pane {name} is not at work")
        buffer = f"swarm-{secrets.token_hex(8)}"
        self._server.run(
            "load-buffer", "-b", buffer, "-", ";",
            "paste-buffer", "-p", "-d", "-b", buffer, "-t", target,
            stdin=text,
        )  # fmt: skip
        if enter:
            threading.Event().wait(self._enter_delay)
            self._server.run("send-keys", "-t", target, "Enter")

    def attach_argv(self, name: str) -> list[str]:
        view = f"view-{secrets.token_hex(4)}"
        unset = ["env", "-u", "TMUX"]
        return [*unset, *self._server.argv(
            "new-session", "-t", f"={SESSION}", "-s", view, ";",
            "set-option", "-t", view, "destroy-unattached", "on", ";",
            "select-window", "-t", f"={view}:={name}",
        )]  # fmt: skip

    def kill_server(self) -> None:
        try:
            self._server.run("kill-server")
        except ToolError as error:
            if not _absent(error):
                raise
        self._server.socket.unlink(missing_ok=True)


def _command(argv: list[str], given: dict[str, str]) -> list[str]:
    """The program with exactly this environment; `env -i` because tmux adds its own."""
    whole = {**environment(), **given}
    words = ["env", "-i", *(f"{key}={value}" for key, value in whole.items()), *argv]
    return [shlex.join(words)]


def _facts(line: str) -> tuple[PaneFacts, str]:
    name, dead, status, signal, pid, pane_id = line.split("\t")
    ended = int(status) if status else 128 + int(signal) if signal else None
    return (
        PaneFacts(
            name=name,
            dead=dead == "1",
            exit_code=ended,
            pid=int(pid),
        ),
        pane_id,
    )


def _is_there(pid: int) -> bool:
    """Whether the process lives, or is a zombie nobody has waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _absent(error: ToolError) -> bool:
    signs = ("no server", "error connecting", "can't find session", "server exited")
    return any(sign in error.message for sign in signs)
