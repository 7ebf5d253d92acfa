"""Who did a change: a known program of a known process, or nobody."""

import pytest

from swarm.engine.sensor import processes
from swarm.engine.sensor.processes import Processes
from swarm.model.quiet import Command

GIT = Command("/usr/bin/git", ("git", "commit"))


def line(pid: int, parent: int) -> dict[str, int]:
    return {"pid": pid, "parent": parent}


def known(pid: int = 7) -> Processes:
    made = Processes()
    made.start(GIT, None, pid)
    return made


def test_a_fork_is_what_its_parent_was_and_so_is_a_fork_s_fork() -> None:
    made, program = Processes(), Command("/usr/bin/python3", ("python3", "x.py"))
    made.start(program, None, 7)

    assert made.of(line(8, 7)).command == program
    assert made.of(line(9, 8)).command == program
    assert made.of(line(9, 8)).shown == 7


@pytest.mark.parametrize(
    "program", ["/usr/bin/git", "/usr/lib/git-core/git-remote-https"]
)
def test_nobody_is_git_that_did_not_begin_as_git(program: str) -> None:
    """A hook's child can say that git is its parent (`CLONE_PARENT`)."""
    made = Processes()
    made.start(Command(program, ("git", "commit")), None, 7)

    assert made.of(line(8, 7)).command.program == ""
    assert made.of(line(9, 8)).command.program == ""
    assert made.of(line(9, 8)).shown == 7
    assert made.of(line(7, 1)).command.program == program


def test_nobody_is_taken_for_another() -> None:
    """After an end, a loss of lines, or too many processes."""
    ended, lost, full = known(), known(), known(0)
    ended.end(7)
    lost.forget()
    for pid in range(1, processes.PROCESSES + 1):
        full.start(Command("/bin/sh"), None, pid)

    assert ended.of(line(7, 1)).command.program == ""
    assert lost.of(line(7, 1)).command.program == ""
    assert full.of(line(0, 0)).command.program != GIT.program


def test_a_quiet_command_is_shown_as_the_one_that_started_it() -> None:
    made = known()
    made.start(Command("/usr/bin/git", ("git", "gc")), made.of(line(7, 1)), 8)

    assert (made.of(line(8, 7)).shown, made.of(line(8, 7)).command.argv[1]) == (7, "gc")


def test_what_is_lost_is_told_of_the_command_that_started_many() -> None:
    made = Processes()
    made.start(Command("/usr/bin/xargs", ("xargs", "rm")), None, 7)
    parent = made.of(line(7, 1))
    made.start(Command("/usr/bin/rm", ("rm", "a")), None, 8)
    made.name_for_losses(8, parent)

    assert parent.is_fan_out
    assert made.of(line(8, 7)).told_argv == ("xargs", "rm")
    assert made.of(line(8, 7)).shown == 8
