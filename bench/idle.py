"""What a keeper and a dashboard cost while ten agents do nothing."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.table import Row

TASKS, SECONDS = 10, 20.0
TICKS = os.sysconf("SC_CLK_TCK")


def rows() -> list[Row]:
    """CPU in percent of a core, memory in MB (proportional set size)."""
    with open_keeper_harness(max_running=TASKS) as home:
        before = _overhead()
        ids = home.new("sleep 600", TASKS)
        for task_id in ids:
            until(lambda i=task_id: home.queries.tasks.get(i).state == "live", "live")  # type: ignore[misc]  # the default binds the id
        terminal, dashboard = _dashboard(home)
        reader = threading.Thread(target=_drain, args=(terminal,), daemon=True)
        reader.start()
        threading.Event().wait(5.0)  # both come to rest; there is no event for that
        cpu = _cpu_percent([home.keeper.pid, dashboard.pid])
        memory = [_pss(home.keeper.pid), _pss(dashboard.pid)]
        per_task = (_overhead() - before) / TASKS
        dashboard.kill()
        dashboard.wait()
    return [
        Row("keeper, idle, 10 tasks", cpu[0], 0, 3.0, "%"),
        Row("dashboard, idle, 10 tasks", cpu[1], 0, 6.0, "%"),
        Row("keeper and dashboard", sum(memory), 0, 200.0, "MB"),
        Row("our processes per task outside the agent", per_task, 0, 20.0, "MB"),
    ]


def _dashboard(home: KeeperHarness) -> tuple[int, "subprocess.Popen[bytes]"]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.dashboard", str(home.paths.home)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "36"},
    )
    os.close(theirs)
    return ours, process


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        return


def _cpu_percent(pids: list[int]) -> list[float]:
    before = [_ticks(pid) for pid in pids]
    threading.Event().wait(SECONDS)
    after = [_ticks(pid) for pid in pids]
    return [(b - a) / TICKS / SECONDS * 100 for a, b in zip(before, after, strict=True)]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("Pss:")), 0.0)


def _overhead() -> float:
    """MB of what stands beside the agents: tmux, attached clients, shims."""
    names = {"docker", "tmux: server", "containerd-shim", "docker-init"}
    total = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            name = (entry / "comm").read_text().strip()
        except OSError:
            continue
        if any(name.startswith(known[:15]) for known in names):
            total += _pss(int(entry.name))
    return total
