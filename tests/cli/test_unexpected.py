"""Whatever goes wrong, a command ends with a sentence, a status, and no traceback."""

import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.cli import exit_codes, list_tasks
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import ended, queued

Swarm = Callable[..., tuple[int, str, str]]
SWARM = f"{sys.executable} -m swarm"
MISTAKE = "swarm ls: this is a mistake of swarm's own: KeyError: 'x\\x1b' (E-"


def shell(script: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """A shell's script; SWARM in it is the program. A change to "-" unsets."""
    environment = {**os.environ, **changes}
    return subprocess.run(
        ["/bin/bash", "-c", script.replace("SWARM", SWARM)],
        env={name: value for name, value in environment.items() if value != "-"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_mistake_of_ours_is_a_line_with_an_id_and_its_traceback_is_kept(
    swarm: Swarm, paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the user alone; no value of a variable is in it."""

    def fail(*_words: object, **_named: object) -> object:
        token = "-".join(("s3cret", "value"))
        raise KeyError(f"x\x1b{token[:0]}")

    monkeypatch.setattr(list_tasks, "TaskQueries", fail)
    status, out, err = swarm("ls")
    verbose = swarm("ls", "--verbose")[2]

    first, second = err.splitlines()
    assert (status, out) == (exit_codes.FAILED, "")
    assert first.startswith(MISTAKE)
    failure = first.rpartition("(")[2].rstrip(")")
    assert second == f"  please report it; {paths.command_log} has its traceback"
    log = paths.command_log.read_text()
    assert f"{failure}\nTraceback" in log
    assert "s3cret-value" not in log
    assert paths.command_log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in verbose


def test_a_home_that_cannot_be_written_keeps_no_traceback_and_is_told(
    swarm: Swarm, paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object, **_named: object) -> object:
        raise KeyError("x\x1b")

    monkeypatch.setattr(list_tasks, "TaskQueries", fail)
    paths.command_log.mkdir()
    _, _, err = swarm("ls")

    assert err.startswith(MISTAKE)
    assert err.endswith("please report it; `--verbose` prints where it arose\n")


@pytest.mark.parametrize("words", [("--verbose", "ls"), ("ls", "--verbose")])
def test_what_led_to_a_refusal_is_told_if_asked(
    swarm: Swarm, paths: HomePaths, words: tuple[str, ...]
) -> None:
    paths.database.mkdir()

    assert "because of" not in swarm("ls")[2]
    assert "  because of OperationalError: unable to open" in swarm(*words)[2]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("ls",), 1),
        (("show", "1"), 1),
        (("events",), 1),
        (("audit", "show"), 1),
        (("wait", "1"), 1),
        (("new", "--run", "true"), 1),
        (("gc",), 1),
        (("keeper",), 1),
    ],
)
def test_a_damaged_database_is_named_with_a_way_out(
    swarm: Swarm, paths: HomePaths, repo: Path, words: tuple[str, ...], status: int
) -> None:
    """Its first page is whole, so that it can be opened."""
    Journal(paths.database).close()
    content = paths.database.read_bytes()
    paths.database.write_bytes(content[:4096] + b"Z" * (len(content) - 4096))

    found, _, err = swarm(*words)

    assert found == status
    assert f"{paths.database} is not a readable database: " in err
    assert "move the file away" in err


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SWARM_HOME": "~no-such-user/x"}, "belongs to no user of this machine"),
        ({"SWARM_HOME": "/etc/passwd"}, "the folder /etc/passwd cannot be made"),
        ({"SWARM_HOME": "/etc/passwd/x"}, "the folder /etc/passwd/x cannot be made"),
        ({"SWARM_HOME": "/" + "x" * 300}, "File name too long"),
        (
            {"SWARM_HOME": "", "XDG_STATE_HOME": "/proc/x"},
            "/proc/x/swarm cannot be made",
        ),
        ({"SWARM_HOME": "", "XDG_STATE_HOME": "", "HOME": "/proc"}, "cannot be made"),
    ],
)
def test_a_home_that_cannot_be_is_named(changes: dict[str, str], sentence: str) -> None:
    done = shell("SWARM ls", **changes)

    assert done.returncode == exit_codes.FAILED
    assert sentence in done.stderr
    assert "set SWARM_HOME to a folder that can be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_user_without_a_home_is_told(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that a container runs as: no variable, and no entry to look up."""

    def no_such_user(_name: object) -> object:
        raise KeyError("getpwuid(): uid not found: 70001")

    for name in ("HOME", "SWARM_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_such_user)
    status, _, err = swarm("ls")

    assert (status, "set SWARM_HOME" in err) == (exit_codes.FAILED, True)
    assert err.startswith("swarm ls: this user has no home folder")


@pytest.mark.parametrize(
    ("script", "status", "sentence"),
    [
        ("SWARM ls >&-", 0, "no tasks yet"),
        ("SWARM ls 2>&-", 0, ""),
        ("SWARM ls <&- >&- 2>&-", 0, ""),
        ("SWARM ls --json <&- >&-", 0, ""),
        (
            "SWARM ls --json >/dev/full",
            1,
            "standard output cannot be written: No space",
        ),
        ("SWARM show 7 2>/dev/full", 4, ""),
        ("SWARM show 7 2>&-", 4, ""),
        ("SWARM --help >/dev/full", 0, ""),
        ("SWARM doctor --help >/dev/full 2>/dev/full", 0, ""),
        ("SWARM show 7 2>&1 | true; exit ${PIPESTATUS[0]}", 4, ""),
        ("SWARM --help | true; exit ${PIPESTATUS[0]}", 0, ""),
        ("SWARM --version >&-", 0, ""),
    ],
)
def test_streams_that_are_closed_or_full_end_nothing_with_a_traceback(
    paths: HomePaths, script: str, status: int, sentence: str
) -> None:
    done = shell(script)

    assert done.returncode == status, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_what_is_printed_goes_into_no_file_that_took_a_closed_stream_s_number(
    paths: HomePaths,
) -> None:
    Journal(paths.database).close()
    before = paths.database.read_bytes()

    assert shell("SWARM ls --json >&- 2>&- <&-").returncode == 0
    assert paths.database.read_bytes() == before


def test_a_reader_that_leaves_at_once_is_no_accident(
    paths: HomePaths, journal: Journal
) -> None:
    for _ in range(30):
        ended(journal)
    done = shell("SWARM ls --all --json | head -0; echo ${PIPESTATUS[0]}")

    assert done.stdout.strip() in ("0", "1")
    assert done.stderr == ""


def test_a_folder_that_is_gone_is_named(paths: HomePaths, tmp_path: Path) -> None:
    script = f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone"
    for command in ("ls", "new --run true", "policy show"):
        done = shell(f"{script}; SWARM {command}")

        assert done.returncode == exit_codes.FAILED, command
        assert "the folder that you stand in is gone" in done.stderr, command


def test_without_a_path_each_missing_tool_is_named(
    paths: HomePaths, repo: Path
) -> None:
    done = shell("SWARM new --run true", PATH="")
    checks = shell("SWARM doctor", PATH="")

    assert done.returncode == exit_codes.TOOL_MISSING
    assert "tmux is not installed" in done.stderr
    for tool in ("tmux", "git"):
        assert f"{tool} is not installed" in checks.stdout
    assert "Traceback" not in done.stderr + checks.stderr


INTERRUPTED = """
import os, signal, sys, time
def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)
def hook(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        interrupt()
sys.addaudithook(hook)
if not {module!r}:
    time.sleep = interrupt
from swarm.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("words", [("wait", "1"), ("events", "--follow")])
@pytest.mark.parametrize("module", ["swarm.cli.main", "swarm.store.queries", ""])
def test_an_interrupt_is_130_and_says_nothing(
    paths: HomePaths, journal: Journal, words: tuple[str, ...], module: str
) -> None:
    """While the program loads, while a command does, and while it waits."""
    journal.queue(lambda _id: queued())
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (exit_codes.INTERRUPTED, "")
