"""A real sandbox under a real sensor: what it did stands in the store."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from swarm.engine.tasks import reconcile
from swarm.model import events
from swarm.model.activity import RUIN, Action
from swarm.model.audit_query import Filter
from swarm.model.task import State
from tests.engine.conftest import House

DEEDS = """
echo '{}' > package.json; echo x > src.py; echo y >> src.py
ln -s ../../etc docs; echo no > /etc/hosts; git reset --hard; sh -c 'exit 3'
mkdir node_modules; for i in $(seq 100); do echo $i > node_modules/$i; done
"""


def deeds(house: House, task: int) -> list[Action]:
    found = house.queries.deeds_after(0, Filter(task=task), 10_000)
    return [entry.deed for entry in found if entry.deed]


def seen(house: House, task: int) -> set[str]:
    return {place.trace.path for place in house.queries.places(task, 100_000)}


def test_what_an_agent_did_stands_in_the_store_when_it_has_ended(
    house: House, sample: Path
) -> None:
    house.keep()
    task = house.new(sample, DEEDS)
    house.taken_in(task)

    done = deeds(house, task)
    flagged = {(deed.path, deed.level) for deed in done if deed.level}
    assert {
        ("/workspace/package.json", "X1"),
        ("/workspace/docs", "X0"),
    } <= flagged
    assert [d.level for d in done if d.argv[:2] == ("git", "reset")] == [RUIN]
    assert [d.code for d in done if d.argv == ("sh", "-c", "exit 3")] == [3]
    refused = [d for d in done if d.path == "/etc/hosts"]
    assert [(d.result, d.note) for d in refused] == [(-30, "read-only file system")]
    assert done[0].kind == "exec", "the very first program"
    places = {p.trace.path: p for p in house.queries.places(task)}
    assert places["/workspace/node_modules"].files == 100
    assert places["/workspace/src.py"].trace.bytes == 4
    counts = house.queries.counts(task)
    assert (counts.denied >= 1, counts.flagged) == (True, 2)


def until_seen(house: House, task: int, path: str) -> None:
    house.until(lambda: path in seen(house, task), path)


def go_on(house: House, task: int, script: str) -> None:
    box = house.kit.names(task).sandbox
    subprocess.run(["docker", "exec", box, "bash", "-c", script], check=True)


def test_a_keeper_that_leaves_nobody_behind_ends_the_sensor(
    house: House, sample: Path
) -> None:
    """With a task at work it goes on alone; without one it would only cost."""
    sensor = f"swarm-{house.places.tag}-sensor"
    house.keep()
    task = house.new(sample, "sleep 10000")
    house.reach(task, State.LIVE)
    house.rest()
    goes_on = house.kit.sandboxes.inspect(sensor)
    assert goes_on
    assert goes_on.status == "running"

    house.keep()
    house.done("kill", task=task)
    house.taken_in(task)
    house.rest()

    assert house.kit.sandboxes.inspect(sensor) is None


def test_a_second_look_at_an_observed_task_tells_of_no_gap(
    house: House, sample: Path
) -> None:
    """One of its containers goes, the engine comes back: it was observed all along."""
    house.keep()
    task = house.new(sample, "touch seen; sleep 10000")
    house.reach(task, State.LIVE)
    until_seen(house, task, "/workspace/seen")

    with house.kit.locks.of(task):
        reconcile.task(house.kit, task)

    known = house.queries.events(task=task)
    assert not [one for one in known if isinstance(one.event, events.Unobserved)]


def test_a_sensor_that_dies_is_replaced_and_what_nobody_saw_is_found(
    house: House, sample: Path
) -> None:
    house.keep()
    task = house.new(sample, "echo a > before; sleep 100000")
    house.reach(task, State.LIVE)
    until_seen(house, task, "/workspace/before")

    box = house.kit.names(task).sandbox
    script = "until test -e /tmp/x; do touch dark; done"
    dark = subprocess.Popen(["docker", "exec", box, "bash", "-c", script])
    house.kit.sandboxes.kill(f"swarm-{house.places.tag}-sensor")
    house.until(lambda: _told(house, task, events.Unobserved), "the gap is told")
    go_on(house, task, "touch /tmp/x; echo b > after")
    dark.wait()
    until_seen(house, task, "/workspace/after")

    story = house.story()
    assert story.index("SensorDown") < story.rindex("SensorUp")
    assert "/workspace/dark" in seen(house, task)


def _told(house: House, task: int, kind: type[events.Event]) -> bool:
    return any(isinstance(r.event, kind) for r in house.queries.events(task=task))


def test_inotify_stands_in_and_says_what_it_cannot_see(
    house: House, sample: Path
) -> None:
    house.configure('[sensor]\nkind = "inotify"')
    house.keep()
    task = house.new(sample, DEEDS)
    house.taken_in(task)

    assert {"/workspace/package.json", "/workspace/docs"} <= seen(house, task)
    assert ("/workspace/docs", "X0") in {(d.path, d.level) for d in deeds(house, task)}
    up = [
        r.event for r in house.queries.events() if isinstance(r.event, events.SensorUp)
    ]
    assert [one.kind for one in up] == ["inotify"]
    assert "commands" in up[0].blind
    assert not [d for d in deeds(house, task) if d.kind == "exec"]


KEEPER = "from swarm.__main__ import main; main(['keeper'])"
BURST = """
import os
for i in range(20000):
    os.makedirs(f"d{i % 50}", exist_ok=True)
    open(f"d{i % 50}/f{i}", "w").close()
"""


def test_a_keeper_killed_in_a_burst_loses_nothing(house: House, sample: Path) -> None:
    """What the raw files hold, the next keeper takes in, once."""
    keeper = _keeper(house)
    task = house.new(sample, f"python3 -c '{BURST}'; sleep 100000")
    house.until(lambda: len(seen(house, task)) > 10, "the burst has begun")
    keeper.send_signal(signal.SIGKILL)
    keeper.wait()

    again = _keeper(house)
    made = _files_of(house, task, lambda: 20_000)
    again.terminate()
    again.wait()

    assert made == {f"/workspace/d{i % 50}/f{i}" for i in range(20_000)}
    counts = house.queries._all(
        "SELECT DISTINCT count FROM trace WHERE CAST(path AS TEXT) LIKE '%/f%'", {}
    )
    assert counts == [(1,)], "no line was taken in twice"


def _keeper(house: House) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "swarm", "keeper"],
        env={**os.environ, "SWARM_HOME": str(house.places.home)},
    )


def _files_of(house: House, task: int, count: Callable[[], int]) -> set[str]:
    sql = (
        "SELECT path FROM trace WHERE task = :task"
        " AND CAST(path AS TEXT) LIKE '/workspace/d%/f%'"
    )

    def found() -> set[str]:
        return {row[0].decode() for row in house.queries._all(sql, {"task": task})}

    house.until(lambda: len(found()) >= count(), "all of them")
    return found()
