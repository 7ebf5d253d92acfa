"""The audit is complete, is another's to write, and does no harm to who reads it."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from swarm.bootstrap import keeper_lock, keeper_process
from swarm.engine.readers import audit_check
from swarm.model import events as model_events
from swarm.model.activity import Action
from swarm.model.audit_query import Filter
from swarm.model.task import State
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import SandboxProbe

LOOK = 3.0
"""Seconds at most that one key's answer is read."""


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KeeperHarness, int, int]]:
    """A house of its own with two tasks: its sensor may be hurt."""
    sample = new_sample_repository(tmp_path_factory.mktemp("audit") / "sample")
    with open_keeper_harness() as harness:
        harness.start_keeper()
        tasks = [harness.new_task(sample, "sleep 100000") for _ in range(2)]
        for task in tasks:
            harness.until_state(task, State.LIVE)
        yield harness, tasks[0], tasks[1]


def inside(
    harness: KeeperHarness, task: int, script: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["docker", "exec", harness.context.names(task).sandbox, "bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def deeds(harness: KeeperHarness, task: int) -> list[Action]:
    found = harness.queries.audit.actions_after(0, Filter(task=task), 1_000_000)
    return [entry.action for entry in found if entry.action]


def paths(harness: KeeperHarness, task: int) -> set[str]:
    sql = "SELECT path FROM path_activity WHERE task = :task"
    return {
        os.fsdecode(row[0])
        for row in harness.queries.connection.all(sql, {"task": task})
    }


def _has_all(harness: KeeperHarness, task: int, wanted: set[str]) -> bool:
    return wanted <= paths(harness, task)


def told(
    harness: KeeperHarness, task: int | None, kind: type[model_events.Event]
) -> list[model_events.Event]:
    events = harness.queries.events.after(task=task, limit=1_000_000)
    return [r.event for r in events if isinstance(r.event, kind)]


def _is_unobserved(harness: KeeperHarness, task: int) -> bool:
    return bool(told(harness, task, model_events.ObservationGap))


def test_the_raw_lines_are_in_no_sandbox(real_sandbox: SandboxProbe) -> None:
    """Promise: what is written about an agent is nowhere it could write.

    Why: an agent that edits its own log has none.
    """
    files = str(real_sandbox.harness.paths.sensor)
    mounts = str(real_sandbox.inspect()["Mounts"])
    done = real_sandbox.shell(
        "find / -xdev -name '*.chain' -o -xdev -name '*.0' -size +1k"
    )

    assert files not in mounts
    assert "chain" not in done.out


def test_the_sensor_cannot_be_reached_from_a_sandbox(
    real_sandbox: SandboxProbe,
) -> None:
    """Promise: it has no network, shares no namespace, and listens to its keeper.

    Why: what sees everything is worth breaking into.
    """
    name = f"swarm-{real_sandbox.harness.paths.tag}-sensor"
    facts = real_sandbox.inspect(name)
    host = facts["HostConfig"]

    assert host["NetworkMode"] == "none"
    assert host["PidMode"] == ""
    assert host["IpcMode"] != "host"
    assert host["ReadonlyRootfs"] is True
    assert [m["Destination"] for m in facts["Mounts"]] == ["/out"]
    assert real_sandbox.shell("pgrep -x sensor; ls /out 2>&1").out.count("sensor") == 0


def test_no_agent_signals_the_sensor_or_the_gate(real_sandbox: SandboxProbe) -> None:
    """Promise: `kill -9 -1` ends what the agent owns and nothing of ours.

    Why: dead watchers tell no tales.
    """
    name = f"swarm-{real_sandbox.harness.paths.tag}-sensor"
    before = real_sandbox.inspect(name)["State"]["Pid"]

    real_sandbox.shell(
        "python3 -c 'import os; [os.kill(p, 9) for p in range(2, 9)]'; true"
    )

    assert real_sandbox.inspect(name)["State"]["Pid"] == before
    assert real_sandbox.harness.parts.nets.gate.send_command("hello")


def test_a_name_with_a_line_of_its_own_forges_no_line(
    home: tuple[KeeperHarness, int, int],
) -> None:
    """Promise: a newline and JSON in a name stay a name.

    Why: a log that is a line an event is forged by a newline.
    """
    harness, task, _ = home
    forged = '{"at": 1.0, "op": "exec", "path": "forged", "argv": ["forged"]}'
    inside(harness, task, f"cd /tmp; touch $'x\\n{forged}\\n'; touch after-forged")
    harness.until(lambda: "/tmp/after-forged" in paths(harness, task), "the last one")

    assert f"/tmp/x\n{forged}\n" in paths(harness, task)
    assert not [d for d in deeds(harness, task) if "forged" in d.argv[:1]]


def test_what_one_agent_does_stands_under_no_other(
    home: tuple[KeeperHarness, int, int],
) -> None:
    """Promise: not one deed of either is the other's.

    Why: two agents on one repository have the same paths.
    """
    harness, one, two = home
    for task in (one, two):
        inside(harness, task, f"seq 300 | xargs -I% touch /tmp/of-{task}-%")
    for task in (one, two):
        mine = {f"/tmp/of-{task}-{n}" for n in range(1, 301)}
        harness.until(partial(_has_all, harness, task, mine), "all")

    assert not [p for p in paths(harness, one) if p.startswith(f"/tmp/of-{two}")]
    assert not [p for p in paths(harness, two) if p.startswith(f"/tmp/of-{one}")]


FLOOD = (
    "import os\n"
    "for n in range(60000):\n"
    "    try: os.open('/usr/f', 65)\n"
    "    except OSError: pass\n"
)


def test_a_flood_is_counted_and_takes_nothing_from_the_others(
    home: tuple[KeeperHarness, int, int],
) -> None:
    """Promise: every deed of a flood is told or counted, and its neighbour's are told.

    Why: an overflow that is not counted is where the one real deed hides.
    """
    harness, loud, quiet = home
    box = harness.context.names(loud).sandbox
    argv = ["docker", "exec", box, "python3", "-c", FLOOD]
    floods = [subprocess.Popen(argv) for _ in range(3)]
    inside(harness, quiet, "seq 400 | xargs -I% touch /tmp/quiet-%")
    for flood in floods:
        flood.wait(120)
    inside(harness, loud, "touch /tmp/flood-is-over")
    harness.until(lambda: "/tmp/flood-is-over" in paths(harness, loud), "its end")
    mine = {f"/tmp/quiet-{n}" for n in range(1, 401)}
    harness.until(lambda: mine <= paths(harness, quiet), "the quiet one's files")

    seen = sum(d.count for d in deeds(harness, loud) if d.path == "/usr/f")
    gaps = [
        g
        for g in told(harness, loud, model_events.SensorGap)
        if isinstance(g, model_events.SensorGap)
    ]
    missed = sum(gap.missed for gap in gaps)
    assert seen + missed == 180_000, (seen, missed)
    assert not told(harness, quiet, model_events.SensorGap)


def test_a_dead_sensor_is_told_and_replaced(
    home: tuple[KeeperHarness, int, int],
) -> None:
    """Promise: nobody is unobserved in silence; each task is told how long.

    Why: a log with a hole that nobody sees is worse than none.
    """
    harness, one, two = home
    harness.context.containers.kill(f"swarm-{harness.paths.tag}-sensor")
    for task in (one, two):
        harness.until(partial(_is_unobserved, harness, task), "told")
    inside(harness, one, "touch /tmp/seen-again")

    harness.until(lambda: "/tmp/seen-again" in paths(harness, one), "seen again")
    assert told(harness, None, model_events.SensorDown)


def test_meddling_with_the_lines_is_proven(
    home: tuple[KeeperHarness, int, int],
) -> None:
    """Promise: one changed byte is found, with its line.

    Why: an audit that anybody can edit convinces nobody.
    """
    harness, one, _ = home
    harness.until(lambda: bool(deeds(harness, one)), "something to prove")
    trails = harness.queries.audit.log_positions(one)
    assert not [
        f.fault for f in audit_check.of_task(harness.paths.sensor, trails) if f.fault
    ]
    file = harness.paths.sensor / f"{trails[0].container}.0"
    data = file.read_bytes()
    place = data.index(b'"exec"')
    number = data[:place].count(b"\n") + 1

    file.write_bytes(data[:place] + b'"rmdi"' + data[place + 6 :])
    faults = [
        f.fault for f in audit_check.of_task(harness.paths.sensor, trails) if f.fault
    ]
    file.write_bytes(data)

    assert faults == [f"line {number} is not what was recorded"]


HOSTILE = r"""
cd /workspace
touch $'a\e]52;c;ZXZpbA==\a' $'b\e]0;title\a' $'c\xc2\x9b31m' $'d\xe2\x80\xaetxt.exe'
touch $'e\e[2J' '[bold red]f' $'g\rh' $'i\xe2\x80\x8bj' $'k\eP1$r0m\e\\' $'l\xff\xfe'
ln -s $'/\e]52;c;x\a' m; echo x > $'/etc/\e]0;n\a'
bash -c $'exit 3 # \e]52;c;x\a \xe2\x80\xae'; ./$'o\e]8;;h\a'
(exec -a $'\e]0;p\a' id)
curl -s -m 2 $'http://q.test/\e]0;x' ; printf 'done' > z-last
"""
UNSANITISED = (
    "from swarm.model import safe_text\n"
    "safe_text.safe_line = safe_text.plain = lambda value, limit=0: value\n"
    "from swarm.__main__ import main; main()"
)
HONEST = "from swarm.__main__ import main; main()"


def screen(
    harness: KeeperHarness, repo: Path, program: str, tabs: bytes, keys: bytes
) -> bytes:
    """Every byte that the dashboard writes to its terminal while keys are pressed.

    The `tabs` are gone through until the last of the files is shown. Nothing is pressed
    after harm was done.
    """
    child, master = pty.fork()
    if child == 0:
        os.chdir(repo)
        os.environ.update(SWARM_HOME=str(harness.paths.home), TERM="xterm-256color")
        os.environ.update(COLUMNS="120", LINES="36")
        os.execv(sys.executable, [sys.executable, "-c", program])
    out = bytearray()
    try:
        until = time.monotonic() + 10 * LOOK
        out += _drained(master)
        while b"z-last" not in out and time.monotonic() < until:
            os.write(master, tabs)
            out += _drained(master)
        for key in keys:
            if harm(bytes(out)):
                break
            os.write(master, bytes([key]))
            out += _drained(master)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(master)
    return bytes(out)


def _drained(master: int) -> bytes:
    """What comes until it is quiet for a moment; a clock never lets it be for long."""
    out, until = bytearray(), time.monotonic() + LOOK
    while time.monotonic() < until:
        if not select.select([master], [], [], 0.6)[0]:
            break
        with contextlib.suppress(OSError):
            data = os.read(master, 1 << 16)
            out += data
            if data:
                continue
        break
    return bytes(out)


BIDI = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\x80-\x9f]")


POINTER = re.compile("\x1b]22;[a-z-]+\x07")
"""Textual's own: which shape the mouse pointer has."""


def harm(out: bytes) -> list[str]:
    """What a terminal would obey, or a human misread."""
    text = POINTER.sub("", out.decode("utf-8", "replace"))
    found = [text[m.start() :][:40] for m in re.finditer("\x1b[]P]|\x07", text)]
    return found + BIDI.findall(text)


@pytest.mark.parametrize("program", [HONEST, UNSANITISED], ids=["ours", "weakened"])
def test_no_name_reaches_the_terminal(tmp_path: Path, program: str) -> None:
    """Promise: no OSC, DCS, bell, C1 or bidi in all that the dashboard ever writes.

    Why: a file's name must not write the reader's clipboard, nor turn the line around.
    """
    sample = new_sample_repository(tmp_path / "sample")
    with open_keeper_harness() as harness:
        keeper_process.ensure_keeper(harness.paths)
        task = harness.new_task(
            sample, f"{HOSTILE}\nsleep 100000", prompt="\x1b]0;x\x07\u202e"
        )
        harness.until(
            lambda: "/workspace/z-last" in paths(harness, task), "the last name"
        )
        out = screen(harness, sample, program, b"]", b"]]]]]AtttttvE\rjjjj")
        keeper = keeper_lock.keeper_pid(harness.paths)
        assert keeper
        os.kill(keeper, signal.SIGTERM)
        harness.until(lambda: keeper_lock.keeper_pid(harness.paths) is None, "its end")

    # Without the sanitiser the terminal obeys a name, or the dashboard dies of one.
    is_shown = b"z-last" in out
    if program is UNSANITISED:
        assert harm(out) or not is_shown
    else:
        assert is_shown, "the Files tab was seen"
        assert harm(out) == []


def test_threads_of_ours_are_all_that_run() -> None:
    """Promise: no watcher is left behind by these tests.

    Why: what leaks here leaks in a keeper that runs for weeks.
    """
    names = [thread.name for thread in threading.enumerate()]

    assert names.count("inotify") <= 1, names
