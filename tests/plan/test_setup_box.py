"""The box of a set-up is the sandbox, with the commands one after the other."""

import os
import subprocess
from pathlib import Path

import pytest

from swarm.plan import hardening, setup_box
from swarm.plan.specs import SandboxSpec

SANDBOX = SandboxSpec(
    name="box",
    image="an/image:1",
    argv=("agent",),
    user="1000:1000",
    labels={},
    network="container:net",
    environment={"A": "b", "TERM": "tmux-256color"},
    seccomp="{}",
    tmpfs={"/tmp": "rw", "/run": "rw"},
)


def box(*commands: str) -> SandboxSpec:
    return setup_box.spec(SANDBOX, "box-setup", {"k": "v"}, "sh", commands)


def test_it_has_all_that_the_sandbox_has() -> None:
    made = box("true")

    hardening.refuse(made)
    assert (made.network, made.user, made.image) == (
        SANDBOX.network,
        SANDBOX.user,
        SANDBOX.image,
    )
    assert made.environment["A"] == "b"
    assert not made.terminal
    assert setup_box.waiting(made, "sh").mounts == made.mounts


def test_caches_of_an_earlier_home_are_copied_first(tmp_path: Path) -> None:
    """Those that are not there yet; the earlier home itself cannot be written."""
    seed, home = tmp_path / "seed", tmp_path / "home"
    for place in (seed / ".cache/pip", seed / ".npm/_cacache", home / ".cache/pip"):
        place.mkdir(parents=True)
    (seed / ".cache/pip/wheel").write_text("theirs")
    (seed / ".npm/_cacache/index").write_text("theirs")
    made = setup_box.spec(SANDBOX, "b", {}, "sh", ("cat .npm/_cacache/*",), str(seed))
    hardening.refuse(made)
    (mount,) = (each for each in made.mounts if each not in SANDBOX.mounts)
    assert (mount.source, mount.read_only) == (str(seed), True)

    argv = [word.replace(setup_box.SEED, str(seed)) for word in made.argv]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(argv, capture_output=True, cwd=home, env=environment)

    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, [b"theirs"])
    assert [*(home / ".cache/pip").iterdir()] == []


def test_the_first_command_that_fails_is_the_last() -> None:
    argv = box("cd /; echo $((1 + 1))", "cat; false || exit 3", "echo never").argv

    done = subprocess.run(argv, capture_output=True, text=True, check=False, input="x")

    assert done.returncode == 3
    assert done.stdout.splitlines() == [
        "[set-up 1/3] cd /; echo $((1 + 1))",
        "2",
        "[set-up 2/3] cat; false || exit 3",
        "[set-up] that ended with 3",
    ]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"[set-up 1/3] make", 1),
        (b"[set-up 12/50] ", 12),
        (b" [set-up 1/3] make", 0),
        (b"[set-up 99999/3] make", 0),
        (b"[set-up] that ended with 3", 0),
        (b"", 0),
    ],
)
def test_a_line_announces_a_command(line: bytes, number: int) -> None:
    assert setup_box.begun(line) == number
