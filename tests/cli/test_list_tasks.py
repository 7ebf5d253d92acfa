"""`ls`: what is known, aligned, harmless, and as JSON."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import ended, queued

Swarm = Callable[..., tuple[int, str, str]]


SNAPSHOT = events.SnapshotTaken(
    "c" * 40, files=2, added=5, deleted=1, flags=1, hidden=0
)


def test_an_empty_list_says_how_to_begin(swarm: Swarm, paths: HomePaths) -> None:
    status, out, err = swarm("ls")

    assert (status, out) == (0, "")
    assert "swarm new" in err


def test_a_list_is_json_of_whole_tasks(swarm: Swarm, journal: Journal) -> None:
    number = ended(journal, 3)
    journal.record(number, SNAPSHOT)

    (task,) = json.loads(swarm("ls", "--json")[1])

    assert (task["id"], task["state"], task["exit_code"]) == (number, "stopped", 3)
    assert (task["added"], task["flags"], task["repo"]) == (5, 1, "/r")
    assert "plan" not in task


def test_a_list_is_of_the_repository_one_stands_in(
    swarm: Swarm, journal: Journal, repo: Path
) -> None:
    journal.queue(lambda _id: queued("ours", str(repo)))
    journal.queue(lambda _id: queued("theirs", "/other"))

    assert "theirs" not in swarm("ls")[1]
    assert "theirs" in swarm("ls", "--all")[1]
    assert "theirs" in swarm("ls", "--all")[1].splitlines()[2]


def test_sizes_are_listed_by_part(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    ended(journal)
    paths.worktree(1).mkdir(parents=True)
    (paths.worktree(1) / "file").write_bytes(os.urandom(1 << 20))

    (task,) = json.loads(swarm("ls", "--size", "--json")[1])
    listed = swarm("ls", "--size")[1].splitlines()

    assert task["size"]["total"] >= task["size"]["worktree"] >= 1 << 20
    assert "SIZE" in listed[0]
    assert "1.0 MiB" in listed[1]
    assert "size" not in json.loads(swarm("ls", "--json")[1])[0]


def test_a_disk_that_fills_is_told_until_there_is_room(
    swarm: Swarm, journal: Journal
) -> None:
    ended(journal)
    words = "the disk of /s\x1b[31m is full: 0 B free"
    journal.record(None, events.DiskRoom("full", "/s", 0, words))
    full = swarm("ls")[2]
    journal.record(None, events.DiskRoom("ok", "/s", 1 << 40, ""))

    assert "is full: 0 B free" in full
    assert "\x1b" not in full
    assert swarm("ls")[2] == ""


def test_removed_tasks_are_listed_only_on_request(
    swarm: Swarm, journal: Journal
) -> None:
    number = ended(journal)
    journal.record(number, events.TaskRejected(), events.TaskRemoved())

    assert json.loads(swarm("ls", "--json")[1]) == []
    assert "rejected removed" in swarm("ls", "--all")[1]


def test_a_table_is_aligned_by_what_a_terminal_shows(
    swarm: Swarm, journal: Journal
) -> None:
    ended(journal, name="修正する")
    ended(journal, name="plain")

    _, wide, plain = swarm("ls")[1].splitlines()

    assert wide.index("stopped") + 4 == plain.index("stopped")


def test_what_an_agent_may_have_chosen_is_shown_and_does_nothing(
    swarm: Swarm, journal: Journal
) -> None:
    hostile = "x\x1b]52;c;aGk=\x07\u202ey\nz"
    ended(journal, name=hostile, prompt=hostile)

    for words in (("ls",), ("show", "1"), ("events",), ("ls", "--json")):
        out = swarm(*words)[1]

        assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "\\x1b]52;c;aGk=\\x07<U+202E>y⏎z" in swarm("ls")[1]


def test_tasks_of_other_repositories_are_not_denied(
    swarm: Swarm, journal: Journal, repo: Path
) -> None:
    nothing = "no tasks yet; start one with `swarm new PROMPT`\n"
    assert swarm("ls") == (0, "", nothing)
    journal.queue(lambda _id: queued(repo="/other"))

    assert "in this repository;" in swarm("ls")[2]
    assert "or see `swarm ls --all`" in swarm("ls")[2]
