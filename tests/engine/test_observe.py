"""A real sandbox under a real sensor: what it did stands in the store."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from swarm.engine.tasks import reconcile
from swarm.model import events
from swarm.model.activity import DESTRUCTIVE, Action
from swarm.model.audit_query import Filter
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness

DEEDS = """
echo '{}' > package.json; echo x > src.py; echo y >> src.py
ln -s ../../etc docs; echo no > /etc/hosts; git reset --hard; sh -c 'exit 3'
mkdir node_modules; for i in $(seq 100); do echo $i > node_modules/$i; done
"""


def deeds(harness: KeeperHarness, task: int) -> list[Action]:
    found = harness.queries.audit.actions_after(0, Filter(task=task), 10_000)
    return [entry.action for entry in found if entry.action]


def seen(harness: KeeperHarness, task: int) -> set[str]:
    return {place.activity.path for place in harness.queries.audit.paths(task, 100_000)}


def test_what_an_agent_did_stands_in_the_store_when_it_has_ended(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    task = harness.new_task(sample, DEEDS)
    harness.until_taken_in(task)

    done = deeds(harness, task)
    flagged = {(deed.path, deed.level) for deed in done if deed.level}
    assert {
        ("/workspace/package.json", "X1"),
        ("/workspace/docs", "X0"),
    } <= flagged
    assert [d.level for d in done if d.argv[:2] == ("git", "reset")] == [DESTRUCTIVE]
    assert [d.code for d in done if d.argv == ("sh", "-c", "exit 3")] == [3]
    refused = [d for d in done if d.path == "/etc/hosts"]
    assert [(d.result, d.note) for d in refused] == [(-30, "read-only file system")]
    assert done[0].kind == "exec", "the very first program"
    places = {p.activity.path: p for p in harness.queries.audit.paths(task)}
    assert places["/workspace/node_modules"].files == 100
    assert places["/workspace/src.py"].activity.bytes == 4
    counts = harness.queries.audit.counts(task)
    assert (counts.denied >= 1, counts.flagged) == (True, 2)


def until_seen(harness: KeeperHarness, task: int, path: str) -> None:
    harness.until(lambda: path in seen(harness, task), path)


def go_on(harness: KeeperHarness, task: int, script: str) -> None:
    box = harness.context.names(task).sandbox
    subprocess.run(["docker", "exec", box, "bash", "-c", script], check=True)


def test_a_keeper_that_leaves_nobody_behind_ends_the_sensor(
    harness: KeeperHarness, sample: Path
) -> None:
    """With a task at work it goes on alone; without one it would only cost."""
    sensor = f"swarm-{harness.paths.tag}-sensor"
    harness.start_keeper()
    task = harness.new_task(sample, "sleep 10000")
    harness.until_state(task, State.LIVE)
    harness.stop_keepers()
    goes_on = harness.context.containers.inspect(sensor)
    assert goes_on
    assert goes_on.status == "running"

    harness.start_keeper()
    harness.wish_done("kill", task=task)
    harness.until_taken_in(task)
    harness.stop_keepers()

    assert harness.context.containers.inspect(sensor) is None


def test_a_second_look_at_an_observed_task_tells_of_no_gap(
    harness: KeeperHarness, sample: Path
) -> None:
    """One of its containers goes, the engine comes back: it was observed all along."""
    harness.start_keeper()
    task = harness.new_task(sample, "touch seen; sleep 10000")
    harness.until_state(task, State.LIVE)
    until_seen(harness, task, "/workspace/seen")

    with harness.context.locks.of(task):
        reconcile.task(harness.parts, task)

    known = harness.queries.events.after(task=task)
    assert not [one for one in known if isinstance(one.event, events.ObservationGap)]


def test_a_sensor_that_dies_is_replaced_and_what_nobody_saw_is_found(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    task = harness.new_task(sample, "echo a > before; sleep 100000")
    harness.until_state(task, State.LIVE)
    until_seen(harness, task, "/workspace/before")

    box = harness.context.names(task).sandbox
    script = "until test -e /tmp/x; do touch dark; done"
    dark = subprocess.Popen(["docker", "exec", box, "bash", "-c", script])
    harness.context.containers.kill(f"swarm-{harness.paths.tag}-sensor")
    harness.until(
        lambda: _told(harness, task, events.ObservationGap), "the gap is told"
    )
    go_on(harness, task, "touch /tmp/x; echo b > after")
    dark.wait()
    until_seen(harness, task, "/workspace/after")

    story = harness.journal_text()
    assert story.index("SensorDown") < story.rindex("SensorUp")
    assert "/workspace/dark" in seen(harness, task)


def _told(harness: KeeperHarness, task: int, kind: type[events.Event]) -> bool:
    return any(
        isinstance(r.event, kind) for r in harness.queries.events.after(task=task)
    )


def test_inotify_stands_in_and_says_what_it_cannot_see(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.configure('[sensor]\nkind = "inotify"')
    harness.start_keeper()
    task = harness.new_task(sample, DEEDS)
    harness.until_taken_in(task)

    assert {"/workspace/package.json", "/workspace/docs"} <= seen(harness, task)
    assert ("/workspace/docs", "X0") in {
        (d.path, d.level) for d in deeds(harness, task)
    }
    up = [
        r.event
        for r in harness.queries.events.after()
        if isinstance(r.event, events.SensorUp)
    ]
    assert [one.kind for one in up] == ["inotify"]
    assert "commands" in up[0].blind
    assert not [d for d in deeds(harness, task) if d.kind == "exec"]


KEEPER = "from swarm.__main__ import main; main(['keeper'])"
BURST = """
import os
for i in range(20000):
    os.makedirs(f"d{i % 50}", exist_ok=True)
    open(f"d{i % 50}/f{i}", "w").close()
"""


def test_a_keeper_killed_in_a_burst_loses_nothing(
    harness: KeeperHarness, sample: Path
) -> None:
    """What the raw files hold, the next keeper takes in, once."""
    keeper = _keeper(harness)
    task = harness.new_task(sample, f"python3 -c '{BURST}'; sleep 100000")
    harness.until(lambda: len(seen(harness, task)) > 10, "the burst has begun")
    keeper.send_signal(signal.SIGKILL)
    keeper.wait()

    again = _keeper(harness)
    made = _files_of(harness, task, lambda: 20_000)
    again.terminate()
    again.wait()

    assert made == {f"/workspace/d{i % 50}/f{i}" for i in range(20_000)}
    counts = harness.queries.connection.all(
        "SELECT DISTINCT count FROM path_activity WHERE CAST(path AS TEXT) LIKE '%/f%'",
        {},
    )
    assert counts == [(1,)], "no line was taken in twice"


def _keeper(harness: KeeperHarness) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "swarm", "keeper"],
        env={**os.environ, "SWARM_HOME": str(harness.paths.home)},
    )


def _files_of(harness: KeeperHarness, task: int, count: Callable[[], int]) -> set[str]:
    sql = (
        "SELECT path FROM path_activity WHERE task = :task"
        " AND CAST(path AS TEXT) LIKE '/workspace/d%/f%'"
    )

    def found() -> set[str]:
        return {
            row[0].decode()
            for row in harness.queries.connection.all(sql, {"task": task})
        }

    harness.until(lambda: len(found()) >= count(), "all of them")
    return found()
