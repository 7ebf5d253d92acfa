"""A tool is wanted if it was run and is not there, not if it was looked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.sensor.missing_tools import PENDING, MissingTools
from swarm.model.wanted_tools import MOST, NOT_FOUND

PATH = ("/usr/local/bin", "/usr/bin", "/bin")
FAILED, NOT_THERE = 1 << 8, 127 << 8


def search(name: str, pid: int = 7, found: bool = False) -> list[dict[str, Any]]:
    """A search through PATH; what is found is in its last folder."""
    lines = [{"pid": pid, "path": f"{at}/{name}", "result": -2} for at in PATH]
    if found:
        lines[-1] = {"pid": pid, "path": f"/bin/{name}", "argv": [name]}
    return lines


def run(*argv: str, pid: int = 7) -> dict[str, Any]:
    return {"pid": pid, "path": f"/bin/{argv[0]}", "argv": list(argv)}


def wanted(*lines: dict[str, Any], status: int = FAILED) -> list[str]:
    """What is told once all of the processes have ended."""
    missing = MissingTools()
    for line in lines:
        missing.count_exec(line)
    for pid in dict.fromkeys(line["pid"] for line in lines):
        missing.count_exit({"pid": pid, "flags": status})
    return [tool.name for tool in missing.take_new()]


def test_a_program_in_no_folder_of_path_is_wanted() -> None:
    """As execvp, `env` and the `#!` of a script look for it."""
    assert wanted(*search("gcc")) == ["gcc"]
    assert wanted(run("env", "node"), *search("node")) == ["node"]


def test_a_search_that_ends_well_wants_nothing() -> None:
    assert wanted(*search("gcc", found=True)) == []
    assert wanted(*search("gcc"), *search("cc", found=True)) == []
    assert wanted(*search("gcc"), *search("node"), *search("x")) == []


def test_a_program_that_no_package_of_the_table_has_is_not_told() -> None:
    """pip runs `lsb_release`, to say where it runs."""
    assert wanted(*search("lsb_release"), *search("nosuch", pid=8)) == []


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("gcc x.c", ["gcc"]),
        ("nosuch", []),
        ("docker ps", ["docker"]),
        ("systemctl status", ["systemctl"]),
        ("sudo apt-get install -y gcc libpq-dev=1.2", ["gcc", "libpq-dev"]),
        ("sudo -u root -E FOO=1 apt install ./x.deb jq", ["jq"]),
        ("sudo make install", ["root"]),
        ("sudo docker ps", ["docker"]),
        ("sudo", ["root"]),
        ("apk add --no-cache build-base -t x y", ["build-base", "y"]),
        ("dnf -y install gcc-c++", ["gcc-c++"]),
        ("apt-get update", []),
    ],
)
def test_what_a_shell_does_not_find_is_wanted(command: str, names: list[str]) -> None:
    """Bash runs our script with it, an other shell ends with 127."""
    words = command.split()

    assert wanted(run("/bin/bash", NOT_FOUND, *words)) == names
    assert wanted(run("/bin/sh", "-c", command), status=NOT_THERE) == names


@pytest.mark.parametrize(
    "script",
    [
        "command -v gcc",
        "gcc x; true",
        "x=gcc; $x",
        "(gcc)",
        "if gcc",
        "gcc 'x",
        "",
        "$(gcc)",
    ],
)
def test_what_a_shell_makes_of_a_script_is_not_guessed(script: str) -> None:
    assert wanted(run("sh", "-c", script), status=NOT_THERE) == []


def test_a_shell_that_ends_otherwise_found_its_command() -> None:
    assert wanted(run("sh", "-c", "gcc x.c"), status=FAILED) == []
    assert wanted(run("sh", "-c", "exec gcc"), run("gcc"), status=NOT_THERE) == []


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (("apt-get", "install", "-y", "jq:amd64", "tzdata/stable"), ["jq", "tzdata"]),
        (("/usr/bin/apt", "-o", "a=b", "install", "vim"), ["vim"]),
        (("su", "-c", "id"), ["root"]),
        (("pip", "install", "gcc"), []),
        (("apt-get", "install"), []),
        (("docker", "run", "--rm", "postgres"), ["docker"]),
        (("/usr/bin/docker", "compose", "up", "-d"), ["docker"]),
        (("podman", "--root", "/tmp/x", "build", "."), ["podman"]),
        (("dockerd", "--host", "unix:///tmp/d.sock"), ["dockerd"]),
        (("docker", "--version"), []),
        (("kind", "--help"), []),
        (("apt-get", "install", "Ü\x1b[31m", "-", "$(x)", "a" * 99), []),
    ],
)
def test_an_install_that_no_sandbox_lets_succeed_is_wanted(
    argv: tuple[str, ...], names: list[str]
) -> None:
    assert wanted(run(*argv)) == names


def test_a_tool_is_told_once_and_a_task_wants_only_so_many() -> None:
    many = [run("apt-get", "install", *(f"p{n}" for n in range(99)))]

    assert wanted(*search("gcc"), *search("gcc", pid=8)) == ["gcc"]
    assert len(wanted(*many)) == MOST


def test_only_so_many_processes_are_remembered() -> None:
    missing = MissingTools()
    for pid in range(3 * PENDING):
        missing.count_exec({"pid": pid, "path": "/bin/gcc", "result": -2})

    assert len(missing._tried) == PENDING


WORDS = st.text(max_size=12)


@given(st.lists(WORDS, max_size=6), st.integers(-200, 0), st.integers(0, 1 << 16))
def test_no_words_break_it_and_every_name_is_plain(
    argv: list[str], result: int, status: int
) -> None:
    """Whatever an agent runs; a name is ASCII, short and without signs."""
    for words in (argv, ["sh", NOT_FOUND, *argv], ["sh", "-c", " ".join(argv)]):
        line = {"pid": 1, "path": "/" + "".join(words), "argv": words, "result": result}
        names = wanted(line, {**line, "argv": ["apt", "install", *argv]}, status=status)

        assert all(n.isascii() and n.isprintable() and len(n) < 62 for n in names)
