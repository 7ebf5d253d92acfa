"""swarm works alike in every locale, also in one that nobody installed.

Whole under the marker `long`: five locales and what else says how text is read, each
with a new task, an attached terminal and the dashboard. Every run takes the hardest.
"""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from swarm.bootstrap import keeper_process, wiring
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository

SOURCES = {
    "de_DE.ISO-8859-1": ("de_DE", "ISO-8859-1"),
    "ja_JP.UTF-8": ("ja_JP", "UTF-8"),
    "tr_TR.UTF-8": ("tr_TR", "UTF-8"),
}
"""What `localedef` makes each of; C and POSIX are in every system."""
SETTINGS: dict[str, dict[str, str]] = {
    "C": {"LC_ALL": "C"},
    "POSIX": {"LC_ALL": "POSIX"},
    "de_DE.ISO-8859-1": {"LC_ALL": "de_DE.ISO-8859-1"},
    "ja_JP.UTF-8": {"LC_ALL": "ja_JP.UTF-8"},
    "tr_TR.UTF-8": {"LC_ALL": "tr_TR.UTF-8"},
    "not installed": {"LC_ALL": "xx_XX.ISO-8859-7"},
    "LANG alone": {"LANG": "de_DE.ISO-8859-1"},
    "LC_CTYPE alone": {"LANG": "C.UTF-8", "LC_CTYPE": "de_DE.ISO-8859-1"},
    "no UTF-8 mode": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
    "Latin output": {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1"},
    "ASCII output": {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "ascii"},
    "none": {},
}
EVERY_RUN = ("de_DE.ISO-8859-1",)
COMMAND = "echo 'zwölf 字'; echo x > 'ö字'; rm grün.txt; read end"
PATIENCE = 60.0


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of locales of our own; one that cannot be made is not installed."""
    folder = tmp_path_factory.mktemp("locales")
    for name, (source, charset) in SOURCES.items():
        argv = ["localedef", "-i", source, "-f", charset, str(folder / name)]
        try:
            subprocess.run(argv, capture_output=True, check=False)
        except FileNotFoundError:
            break
    return folder


@dataclass
class Desk:
    """A user with a repository, in one locale."""

    paths: HomePaths
    repo: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    def swarm(self, *words: str) -> str:
        """What a command prints on both outputs; it must not fail."""
        done = subprocess.run(
            [sys.executable, "-m", "swarm", *words],
            cwd=self.repo,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        text = (done.stdout + done.stderr).decode(errors="backslashreplace")
        assert done.returncode == 0, text
        assert "Traceback" not in text
        return text

    @contextmanager
    def terminal(self, *words: str, **changes: str) -> Iterator["Terminal"]:
        """A command on a terminal of its own."""
        pid, fd = pty.fork()
        if not pid:
            os.chdir(self.repo)
            environment = {**self.environment, "TERM": "xterm-256color", **changes}
            argv = [sys.executable, "-m", "swarm", *words]
            os.execve(sys.executable, argv, environment)
        terminal = Terminal(fd, pid)
        try:
            yield terminal
        finally:
            os.close(fd)
            if terminal.status is None:
                os.waitpid(pid, 0)


@dataclass
class Terminal:
    """A pty with one program on it."""

    fd: int
    pid: int
    written: bytes = b""
    status: int | None = None

    def until(self, text: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.written:
            assert time.monotonic() < deadline, self.written[-600:]
            self._read()

    def press(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def end(self) -> int:
        """Read until the program has ended; its exit status."""
        while self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def _read(self) -> bool:
        if not select.select([self.fd], [], [], PATIENCE)[0]:
            return False
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:
            return False
        self.written += chunk
        return bool(chunk)


@pytest.fixture
def desk(locales: Path, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """Sits down in a locale; the keeper that begins there ends with the test."""
    home = tmp_path / "state"
    home.mkdir(mode=0o700)
    (tmp_path / "config.toml").write_text("[gate]\nready = 0\n")
    repo = new_repository(tmp_path / "répo-字")
    (repo / "grün.txt").write_text("a\n")
    Path(os.fsdecode(os.fsencode(repo) + b"/\xff.txt")).write_text("x\n")
    git = ["git", "-C", str(repo), "-c", "user.name=ä", "-c", "user.email=a@b"]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "schön 字"], check=True)
    kept = ("PATH", "HOME", "PYTHONPATH", "DOCKER_HOST")
    usual = {name: os.environ[name] for name in kept if name in os.environ}

    def sit_down(setting: str) -> Desk:
        own = {
            "SWARM_HOME": str(home),
            "SWARM_CONFIG": str(tmp_path / "config.toml"),
            "LOCPATH": str(locales),
        }
        return Desk(HomePaths(home), repo, {**usual, **own, **SETTINGS[setting]})

    yield sit_down
    paths = HomePaths(home)
    keeper_process.end_keeper(paths)
    wiring.clear(paths)


def works_in(desk: Desk) -> None:
    """A new task, an attached terminal, every listing, and the dashboard."""
    assert desk.swarm("new", "--run", COMMAND, "--name", "zwölf").strip() == "1"
    deadline = time.monotonic() + 2 * PATIENCE
    while '"live"' not in desk.swarm("show", "1", "--json"):
        assert time.monotonic() < deadline
    with desk.terminal("attach", "1") as terminal:
        terminal.until("zwölf 字".encode())
        terminal.press(b"\x11")  # Ctrl+Q
        terminal.end()
    assert "zwölf 字" in desk.swarm("show", "1", "--json").encode().decode(
        "unicode_escape"
    )
    with desk.terminal() as dashboard:
        dashboard.until(b"zw")
        dashboard.press(b"q")
        assert dashboard.end() == 0, dashboard.written[-2600:].decode(errors="replace")
        assert b"Traceback" not in dashboard.written
    desk.swarm("send", "1", "ü")
    desk.swarm("wait", "1", "--timeout", "60")
    assert "zw" in desk.swarm("logs", "1")
    # Bytes of a file are printed as they are, and not in the locale's charset.
    assert "\n-a\n" in desk.swarm("diff", "1")
    for words in (("ls",), ("show", "1"), ("events", "1"), ("audit", "show")):
        assert "mistake" not in desk.swarm(*words)
    exec_lines = [
        line for line in desk.swarm("events", "1").split("\n") if "echo" in line
    ]
    assert exec_lines
    assert not any("<U+DC" in line for line in exec_lines)


@pytest.mark.parametrize("setting", EVERY_RUN)
def test_a_task_its_terminal_and_the_dashboard_work_in_a_locale(
    desk: Callable[[str], Desk], setting: str
) -> None:
    works_in(desk(setting))


@pytest.mark.long
@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each not in EVERY_RUN]
)
def test_they_work_in_every_other_locale(
    desk: Callable[[str], Desk], setting: str
) -> None:
    works_in(desk(setting))
