"""Which command runs, what a refusal looks like, and what an exit status says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm import __version__
from swarm.bootstrap import wiring
from swarm.cli import exit_codes
from swarm.errors import SwarmError, ToolMissing
from swarm.plan.naming import HomePaths
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_the_version_is_told(swarm: Swarm) -> None:
    assert swarm("--version") == (0, f"swarm {__version__}\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("frob",),
        ("--frob",),
        ("ls", "--frob"),
        ("show", "three"),
        ("show",),
        ("wait", "1", "--timeout", "soon"),
        ("new", "x", "--copies", "many"),
        ("merge", "1", "--strategy", "octopus"),
        ("completion", "cmd"),
    ],
)
def test_a_wrong_command_line_is_2(
    swarm: Swarm, paths: HomePaths, words: tuple[str, ...]
) -> None:
    status, out, err = swarm(*words)

    assert (status, out) == (exit_codes.USAGE, "")
    assert err.startswith("usage: swarm")


def test_a_slip_is_answered_with_what_may_be_meant(swarm: Swarm) -> None:
    """Wherever in the word the slip is."""
    assert "did you mean merge?" in swarm("merg")[2]
    assert "did you mean keeper?" in swarm("leeper")[2]
    assert "did you mean" not in swarm("frobnicate")[2]


def test_the_repository_may_stand_before_the_command(
    swarm: Swarm, paths: HomePaths, tmp_path: Path
) -> None:
    for words in (("--repo", "/nowhere", "ls"), ("ls", "--repo", "/nowhere")):
        status, _, err = swarm(*words)

        assert status == exit_codes.FAILED
        assert err.startswith("swarm ls: /nowhere is not in a git repository\n  ")


def test_a_refusal_has_a_message_and_a_way_out(
    swarm: Swarm, keeper: FakeKeeper, journal: object
) -> None:
    def refuse(_wish: object) -> dict[str, object]:
        raise SwarmError("no \x1b[2J, it is live", hint="stop it\nfirst")

    keeper.decide = refuse
    ended(keeper._journal)

    assert swarm("discard", "1") == (
        exit_codes.FAILED,
        "",
        "swarm discard: no \\x1b[2J, it is live\n  stop it\n  first\n",
    )


def test_a_task_that_is_not_there_is_4(swarm: Swarm, paths: HomePaths) -> None:
    for verb in ("show", "wait", "stop", "logs", "diff", "merge", "attach", "events"):
        status, out, err = swarm(verb, "7")

        assert (status, out) == (exit_codes.NOT_FOUND, "")
        assert err.startswith(f"swarm {verb}: there is no task 7\n  see ")


def test_a_missing_tool_is_5(
    swarm: Swarm, keeper: FakeKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> object:
        raise ToolMissing("docker does not answer")

    number = ended(keeper._journal)
    monkeypatch.setattr(wiring, "sandboxes", missing)

    assert swarm("logs", str(number))[0] == exit_codes.TOOL_MISSING


def test_the_dashboard_without_a_terminal_says_what_to_do(
    swarm: Swarm, paths: HomePaths
) -> None:
    status, _, err = swarm()

    assert status == exit_codes.FAILED
    assert err.startswith("swarm: the dashboard needs a terminal\n")


def test_a_home_that_cannot_be_used_is_named(
    swarm: Swarm, paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.database.mkdir()
    _, _, err = swarm("ls")

    assert err == (
        f"swarm ls: {paths.database} cannot be opened: unable to open database file\n"
        "  see `swarm doctor`\n"
    )

    monkeypatch.setenv("SWARM_HOME", "/proc/nothing")

    assert "swarm ls: the folder /proc/nothing cannot be made or read" in swarm("ls")[2]


def test_a_reader_that_leaves_is_no_accident(paths: HomePaths) -> None:
    done = subprocess.run(
        f"{sys.executable} -m swarm --help | true; "
        f"{sys.executable} -m swarm completion bash | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_the_list_starts_nothing_heavy(paths: HomePaths) -> None:
    heavy = (
        "sqlmodel",
        "pydantic",
        "textual",
        "docker",
        "libtmux",
        "swarm.model.events",
    )
    script = (
        "import sys; from swarm.cli.main import run; status = run(['ls', '--all']);"
        f"print(status, [m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "0 []"


@pytest.mark.parametrize("runner", [["run", "-s", "x"], ["exec", "-c", "SWARM"]])
def test_a_project_s_own_registry_is_none_of_the_user_s(
    tmp_path: Path, paths: HomePaths, runner: list[str]
) -> None:
    """npm hands a project's `.npmrc` to what it runs, as variables."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here")
    project = tmp_path / "project"
    project.mkdir()
    swarm = f"{sys.executable} -m swarm policy show --json"
    (project / "package.json").write_text(json.dumps({"scripts": {"x": swarm}}))
    (project / ".npmrc").write_text(
        f"registry=https://evil.example/\nuserconfig={project}/own\n"
    )
    (project / "own").write_text("@corp:registry=https://evil.example/\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SWARM_HOME": str(paths.home),
    }

    done = subprocess.run(
        [npm, *(swarm if word == "SWARM" else word for word in runner)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert '"rules"' in done.stdout
    assert "evil" not in done.stdout


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/usr/bin:/bin", "/usr/bin:/bin"),
        (".:/usr/bin::bin:./node_modules/.bin", "/usr/bin"),
        ("/p/node_modules/.bin:/usr/bin", "/p/node_modules/.bin:/usr/bin"),
    ],
)
def test_a_repository_s_programs_are_none_of_ours(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch, path: str, kept: str
) -> None:
    """A command is mostly given in a repository; `.` leads to what is not ours."""
    monkeypatch.delenv("npm_lifecycle_event", raising=False)
    monkeypatch.setenv("PATH", path)

    swarm("help")

    assert os.environ["PATH"] == kept


def test_programs_that_npm_found_in_a_project_are_none_of_ours(
    swarm: Swarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_lifecycle_event", "x")
    monkeypatch.setenv("PATH", "/p/node_modules/.bin:/node_modules/.bin:/usr/bin")

    swarm("help")

    assert os.environ["PATH"] == "/usr/bin"
