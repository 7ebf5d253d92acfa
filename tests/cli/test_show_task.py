"""`show`: all that is known of one task, harmless, and as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace

from swarm.model import box_contents, events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.box_contents import BoxContents, Missing
from swarm.model.usage import Usage
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.usage_writer import UsageWriter
from tests.cli.conftest import ended, queued

Swarm = Callable[..., tuple[int, str, str]]


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


def test_an_end_that_changed_nothing_is_told(swarm: Swarm, journal: Journal) -> None:
    task = journal.queue(lambda _id: queued())
    words = "exit 0, but nothing has changed"
    evidence = Evidence(Source.ENGINE, "ended", "it ended with 0", 1.0)
    status = AgentStatus(AgentState.ENDED, 1.0, evidence, words)
    journal.record(
        task.id,
        events.TaskProvisioning(),
        events.TaskLive("box", "pane"),
        events.TaskStopped(0),
        events.AgentStateChanged.of(status),
    )

    assert f"reason      {words}\n" in swarm("show", "1")[1]


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


def test_one_that_began_offline_is_shown_with_its_preset(
    swarm: Swarm, journal: Journal
) -> None:
    task = journal.queue(lambda _id: replace(queued(), plan={"preset": "locked"}))
    other = journal.queue(lambda _id: queued())

    assert "locked: begun offline" in swarm("show", str(task.id))[1]
    assert "begun offline" not in swarm("show", str(other.id))[1]
