"""A line becomes an action with its words, its end, its address."""

from typing import Any

import pytest

from swarm.model.activity import DESTRUCTIVE
from swarm.model.wanted_tools import NOT_FOUND
from tests.engine.sensor.sensor_lines import deed, line, read


def test_a_command_is_a_deed_with_its_words_and_its_end() -> None:
    batch = read(
        line("exec", "/usr/bin/git", argv=["git", "reset", "--hard"], cwd="/workspace"),
        line("exit", flags=3 << 8, at=101.5),
        line("exit", flags=9, pid=8),
    )

    assert deed(batch).argv == ("git", "reset", "--hard")
    assert deed(batch).level == DESTRUCTIVE
    assert batch.ends == [(7, 3, 101.5), (8, 137, 100.0)]


def test_a_refused_system_call_has_its_name() -> None:
    batch = read(line("denied", flags=272, result=-1), line("io_uring", flags=425))

    assert [d.op for d in batch.actions] == ["unshare", "io_uring_setup"]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"mode": 2 << 16 | 443, "size": 0x0771_00CB}, "203.0.113.7:443"),
        (
            {"mode": 10 << 16 | 53, "bytes": 0xB80D_0120, "size": 1 << 56},
            "[2001:db8::1]:53",
        ),
        ({"mode": 2 << 16}, "0.0.0.0:0"),
        ({"mode": 1 << 16}, ""),
        ({}, ""),
    ],
)
def test_what_did_not_leave_says_where_it_should_have_gone(
    told: dict[str, Any], where: str
) -> None:
    """A name of this machine's has no address."""
    batch = read(line("send_refused", flags=44, result=-1, **told))

    assert (deed(batch).op, deed(batch).path) == ("sendto", where)
    assert (deed(batch).kind, deed(batch).result) == ("net" if where else "call", -1)


def test_an_address_that_is_none_is_counted_as_lost() -> None:
    batch = read(line("send_refused", flags=44, result=-1, mode=2 << 16, size=1 << 40))

    assert (batch.actions, batch.lost) == ([], 1)


@pytest.mark.parametrize(
    ("program", "argv"),
    [
        ("/usr/bin/rm", ["rm", NOT_FOUND, "-rf", "src"]),
        ("/workspace/evil", ["ls", NOT_FOUND, "-la"]),
        ("/workspace/bash", ["bash", NOT_FOUND, "ls"]),
        ("/usr/bin/python3", ["bash", NOT_FOUND, "ls"]),
    ],
)
def test_only_bash_runs_our_script_for_a_command_not_found(
    program: str, argv: list[str]
) -> None:
    """To any other program its name is a word."""
    action = deed(read(line("exec", program, argv=argv, cwd="/workspace")))

    assert action.argv == tuple(argv)
    assert action.note != "command not found"
    assert bool(action.level) is ("-rf" in argv)


def test_a_refused_send_in_the_log_of_an_older_sensor_is_read() -> None:
    """Its lines are kept as they were written, under the name of that time."""
    facts: dict[str, Any] = {
        "flags": 44,
        "result": -1,
        "mode": 2 << 16 | 53,
        "size": 1,
    }

    old, new = (read(line(op, **facts)) for op in ("reach", "send_refused"))

    assert old.actions == new.actions
    assert old.actions[0].path == "1.0.0.0:53"
