"""`ls` and `show`: what is known, aligned, harmless, and as JSON."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from swarm.model import box_contents, events
from swarm.model.box_contents import BoxContents, Missing
from swarm.model.usage import Usage
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.usage_writer import UsageWriter
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


def test_a_task_is_shown_with_its_reasons(swarm: Swarm, journal: Journal) -> None:
    task = journal.queue(lambda _id: queued())
    journal.record(
        task.id,
        events.TaskProvisioning(),
        events.TaskFailed("sandbox", "no image", "build it"),
    )

    out = swarm("show", "#1")[1]

    assert "state       failed\n" in out
    assert "reason      no image\n" in out
    assert "hint        build it\n" in out


USED = Usage(
    at=1.0,
    cpu=1.25,
    memory=900 << 20,
    memory_limit=4 << 30,
    pids=41,
    pids_limit=512,
    written=88 << 20,
    peak_memory=2 << 30,
    peak_pids=512,
    samples=(0.5, 1.25),
)


def _store(paths: HomePaths, number: int, used: Usage) -> None:
    writer = UsageWriter(paths.database)
    writer.store({number: used})
    writer.close()


def test_a_task_at_work_is_shown_with_what_it_uses(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    task = journal.queue(lambda _id: queued())
    journal.record(task.id, events.TaskProvisioning(), events.TaskLive("box", "pane"))
    _store(paths, task.id, USED)

    out = swarm("show", str(task.id))[1]

    assert "box         cpu 1.2  mem 0.9/4.0 GiB  pids 41/512  wrote 88.0 MiB\n" in out
    assert "peak        mem 2.0/4.0 GiB  pids 512/512\n" in out
    assert "limit       it reached 512 processes; no more could start; raise" in out


def test_a_task_that_ended_is_shown_with_the_most_it_used(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    number = ended(journal)
    _store(paths, number, replace(USED, peak_pids=41))

    out = swarm("show", str(number))[1]

    assert "box         peak mem 2.0/4.0 GiB  pids 41/512  wrote 88.0 MiB\n" in out
    assert "limit" not in out


def test_what_a_task_uses_is_in_its_json(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    number = ended(journal)
    before = json.loads(swarm("show", "1", "--json")[1])["usage"]
    _store(paths, number, USED)

    used = json.loads(swarm("show", "1", "--json")[1])["usage"]

    assert before is None
    assert (used["cpu"], used["peak_pids"], used["samples"]) == (1.25, 512, [0.5, 1.25])


def test_a_task_as_json_holds_its_plan(swarm: Swarm, journal: Journal) -> None:
    ended(journal)

    assert json.loads(swarm("show", "1", "--json")[1])["plan"] == {"transport": "bind"}


def test_show_names_what_of_the_repository_is_missing(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    number = ended(journal)
    contents = BoxContents().with_missing(Missing("submodule", "lib\x1b[1m", "gone"))
    record = paths.box_contents(number)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(box_contents.to_json(contents)))

    shown = swarm("show", str(number))[1]
    listed = json.loads(swarm("show", str(number), "--json")[1])["missing"]

    assert "submodule lib\\x1b[1m: gone" in shown
    assert listed == ["submodule lib\\x1b[1m: gone"]


def test_show_names_what_is_kept_from_the_agent(swarm: Swarm, journal: Journal) -> None:
    ended(journal, plan={"project": {"protect": ["ci"], "hide": [".env\x1b[1m"]}})

    shown = swarm("show", "1")[1]

    assert "read-only for the agent: ci" in shown
    assert "hidden from the agent: .env\\x1b[1m" in shown


def test_show_says_if_the_record_of_what_is_missing_cannot_be_read(
    swarm: Swarm, journal: Journal, paths: HomePaths
) -> None:
    number = ended(journal)
    record = paths.box_contents(number)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text("{}")

    assert "what the box of task 1 has cannot be read" in swarm("show", str(number))[1]


def test_tasks_of_other_repositories_are_not_denied(
    swarm: Swarm, journal: Journal, repo: Path
) -> None:
    nothing = "no tasks yet; start one with `swarm new PROMPT`\n"
    assert swarm("ls") == (0, "", nothing)
    journal.queue(lambda _id: queued(repo="/other"))

    assert "in this repository;" in swarm("ls")[2]
    assert "or see `swarm ls --all`" in swarm("ls")[2]


def test_one_that_began_offline_is_shown_with_its_preset(
    swarm: Swarm, journal: Journal
) -> None:
    task = journal.queue(lambda _id: replace(queued(), plan={"preset": "locked"}))
    other = journal.queue(lambda _id: queued())

    assert "locked: begun offline" in swarm("show", str(task.id))[1]
    assert "begun offline" not in swarm("show", str(other.id))[1]
