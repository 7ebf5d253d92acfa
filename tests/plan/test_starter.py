"""The script that fills a new home and becomes the agent, run by real shells."""

import shutil
import subprocess
from pathlib import Path

import pytest

from swarm.agents.starting import Start
from swarm.plan import starter
from swarm.plan.package_settings import FOLDER

SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]
WORDS = ("-n", "$(id)", "a'b\"c", "", "line\nline", "*")
SHOW = ("python3", "-c", "import sys; print(sys.argv[1:], repr(sys.stdin.read()))")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> list[str]:
    """A shell that an image may have."""
    return ["busybox", "sh"] if request.param == "busybox" else [request.param]


def run(
    shell: list[str], folder: Path, begin: Start, prompt: str = "p"
) -> subprocess.CompletedProcess[str]:
    """Start it with the task's folder at a place of the test's."""
    home = folder / "home of it"
    home.mkdir(exist_ok=True)
    for name, text in starter.files(begin, prompt).items():
        file = folder / "etc" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(FOLDER, str(folder / "etc")))
    script = folder / "etc" / starter.SCRIPT_NAME
    return subprocess.run(
        [*shell, str(script), *begin.argv],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_new_home_is_filled_and_what_is_there_stays(
    shell: list[str], tmp_path: Path
) -> None:
    files = {".a.json": "new", ".b/c/d.toml": "new", ".link": "new"}
    home = tmp_path / "home of it"
    home.mkdir()
    (home / ".a.json").write_text("mine")
    (home / ".link").symlink_to("nowhere")

    done = run(shell, tmp_path, Start("screen", "", ("true",), "argument", {}, files))

    assert (done.returncode, done.stderr) == (0, "")
    assert (home / ".a.json").read_text() == "mine"
    assert (home / ".b/c/d.toml").read_text() == "new"
    assert (home / ".b/c/d.toml").stat().st_mode & 0o777 == 0o600
    assert (home / ".link").is_symlink()


def test_what_is_read_only_is_linked_over_what_the_agent_put_there(
    shell: list[str], tmp_path: Path
) -> None:
    """At each start; a text that changed since is the new one."""
    home = tmp_path / "home of it"
    (home / ".s/b.md").mkdir(parents=True)
    (home / ".s/a.md").write_text("the agent's")
    (home / ".rules").symlink_to("elsewhere")
    texts = {".s/a.md": "mine", ".s/b.md": "mine", ".s/new/c.md": "mine"}
    links = {".rules": starter.BRIEFING_FILE}
    begin = Start("screen", "", ("true",), "argument", brought=texts, links=links)

    for _ in range(2):
        done = run(shell, tmp_path, begin)
        assert (done.returncode, done.stderr) == (0, "")

    etc = tmp_path / "etc"
    for path in texts:
        assert (home / path).readlink() == etc / starter.BROUGHT / path
        assert (home / path).read_text() == "mine"
    assert (home / ".rules").readlink() == etc / starter.BRIEFING_NAME


def test_an_agent_that_follows_no_links_has_copies_that_are_renewed(
    shell: list[str], tmp_path: Path
) -> None:
    """Not to be written; what the agent does to one ends with the next start."""
    home = tmp_path / "home of it"
    (home / ".s/a.md").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / starter.BRIEFING_NAME).write_text("told")
    begin = Start(
        "screen", "", ("true",), "argument", brought={".s/a.md": "mine"},
        links={".rules": starter.BRIEFING_FILE}, follows_links=False,
    )  # fmt: skip

    for _ in range(2):
        done = run(shell, tmp_path, begin)
        assert (done.returncode, done.stderr) == (0, "")
        assert (home / ".s/a.md").read_text() == "mine"
        assert (home / ".rules").read_text() == "told"
        assert not (home / ".rules").is_symlink()
        assert (home / ".s/a.md").stat().st_mode & 0o777 == 0o400
        (home / ".s/a.md").chmod(0o600)
        (home / ".s/a.md").write_text("the agent's")


def test_the_agents_words_arrive_as_they_are(shell: list[str], tmp_path: Path) -> None:
    begin = Start("screen", "", (*SHOW, *WORDS), "argument", {}, {".a": ""})

    done = run(shell, tmp_path, begin)

    assert done.stdout.startswith(repr(list(WORDS)))


def test_a_prompt_of_a_hundred_kilobytes_comes_by_standard_input(
    shell: list[str], tmp_path: Path
) -> None:
    prompt = "/quit $(id) 'x'\n" * 6400

    done = run(shell, tmp_path, Start("headless", "", SHOW, "stdin"), prompt)

    assert done.stdout == f"[] {prompt!r}\n"


def test_a_home_that_cannot_be_written_is_told(
    shell: list[str], tmp_path: Path
) -> None:
    (tmp_path / "home of it").mkdir()
    (tmp_path / "home of it" / ".b").write_text("a file in the way")
    begin = Start("screen", "", ("true",), "argument", {}, {".b/c": ""})

    done = run(shell, tmp_path, begin)

    assert done.returncode == 1
    assert "swarm: ~/.b/c could not be written" in done.stderr


def test_an_agent_without_files_needs_no_script() -> None:
    begin = Start("headless", "", ("bash", "-c", "true"), "argument")

    assert starter.argv(begin, "sh") == begin.argv
    assert starter.files(begin, "p") == {}
    by_file = Start("headless", "", ("x", starter.PROMPT_FILE), "file")
    assert starter.files(by_file, "p") == {starter.PROMPT_NAME: "p"}


LISTEN = """
import socket, sys, time
wire = socket.socket(socket.AF_UNIX)
time.sleep(0.2)
wire.bind(sys.argv[1])
wire.listen()
wire.accept()
"""
CONNECT = (
    "python3",
    "-c",
    "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])",
)


def test_a_server_listens_before_its_screen_begins(
    shell: list[str], tmp_path: Path
) -> None:
    """What a former one left at its place is gone."""
    place = tmp_path / "a 's"
    place.write_text("left")
    server = ("python3", "-c", LISTEN, str(place))
    begin = Start(
        "screen", "ask", (*CONNECT, str(place)), "argument",
        server=server, socket=str(place),
    )  # fmt: skip

    done = run(shell, tmp_path, begin)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_server_that_ends_at_once_is_told_and_there_is_no_screen(
    shell: list[str], tmp_path: Path
) -> None:
    place = str(tmp_path / "s")
    server = ("python3", "-c", "import sys; sys.exit('why it ended')")
    begin = Start(
        "screen", "ask", ("echo", "began"), "argument", server=server, socket=place
    )

    done = run(shell, tmp_path, begin)

    assert (done.returncode, done.stdout) == (1, "")
    assert "why it ended" in done.stderr
    assert "swarm: python3 ended before its screen began" in done.stderr
