"""What an agent takes has an end, and its own end is that of all it began."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from secrets import randbelow
from subprocess import PIPE, Popen

import pytest

from swarm.model.task import State
from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe
from tests.promises.weakened_sandbox import WeakenedSandbox, worktree

pytestmark = pytest.mark.against("weakened")

PIDS = 64
TIGHT = f"""[sandbox]
memory = "96MiB"
cpus = 0.5
pids = {PIDS}
nofile = 256
shm = "8MiB"
tmp = "16MiB"
"""


@pytest.fixture(scope="package")
def real_sandbox(
    real_sandbox: SandboxProbe, tmp_path_factory: pytest.TempPathFactory
) -> SandboxProbe:
    """The sandbox under limits that are soon reached, beside one with the usual."""
    real_sandbox.harness.configure(TIGHT)
    made = another(real_sandbox, tmp_path_factory.mktemp("tight"))
    real_sandbox.harness.configure("")
    return made


def another(
    of: SandboxProbe, folder: Path, command: str = "sleep 100000"
) -> SandboxProbe:
    """One more task of the house's, at work."""
    task = of.harness.new_task(new_sample_repository(folder / "sample"), command)
    of.harness.until_state(task, State.LIVE, State.STOPPED)
    return replace(of, task=task, box=of.harness.context.names(task).sandbox)


BOMB = """
import os, signal, sys, time
children = []
try:
    while len(children) < 400:
        children.append(os.fork())
        if not children[-1]:
            time.sleep(60)
except OSError:
    pass
print(len(children), flush=True)
sys.stdin.readline()
for child in children:
    os.kill(child, signal.SIGKILL)
"""


def inside(at: SandboxProbe, script: str) -> "Popen[bytes]":
    """A program in the sandbox that says a line, and ends when it is told to."""
    words = ["docker", "exec", "-i", at.box, "python3", "-c", script]
    return Popen(words, stdin=PIPE, stdout=PIPE)


def test_a_fork_bomb_stops_at_its_limit_and_nobody_else_does(
    sandbox: SandboxProbe, tmp_path: Path
) -> None:
    """Promise: it has its processes and no more, while others begin, work and end.

    Why: without a limit on pids one line of shell takes the whole machine.
    """
    with inside(sandbox, BOMB) as bomb:
        assert bomb.stdout
        count = int(bomb.stdout.readline())
        ended = sandbox.harness.until_taken_in(another(sandbox, tmp_path, "true").task)
        bomb.communicate()

    assert ended.exit_code == 0
    assert 0 < count < PIDS


TAKING = """
import contextlib, ctypes, mmap, resource, tempfile, threading
libc, done, held, big = ctypes.CDLL(None), threading.Event(), [], {}

def well(result):
    if result != 0:
        raise OSError(result)

def fill(folder):
    if folder not in big:
        big[folder] = tempfile.TemporaryFile(dir=folder, buffering=0)
    well(big[folder].write(bytes(1 << 20)) - (1 << 20))

def lock():
    held.append(mmap.mmap(-1, 1 << 20))
    start = ctypes.addressof(ctypes.c_char.from_buffer(held[-1]))
    well(libc.mlock(ctypes.c_void_p(start), ctypes.c_size_t(1 << 20)))

def take(one):
    count = 0
    with contextlib.suppress(OSError, RuntimeError):
        while count < 400:
            one()
            count += 1
    done.set()
    say(count)

with contextlib.suppress(OSError, ValueError):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, 4000))
"""
TAKES = {
    "threads": ("threading.Thread(target=done.wait).start()", PIDS),
    "open files": ("held.append(os.open('/dev/null', 0))", 256),
    "megabytes of /tmp": ("fill('/tmp')", 16),
    "megabytes of /run": ("fill('/run')", 64),
    "megabytes of /dev/shm": ("fill('/dev/shm')", 8),
    "locked megabytes": ("lock()", 64),
    "a place ahead at the processor": ("os.nice(-1)", 0),
    "a place ahead at the disk": ("well(libc.syscall(251, 1, 0, 1 << 13))", 0),
}


@pytest.mark.parametrize(("one", "limit"), TAKES.values(), ids=TAKES.keys())
def test_what_there_is_one_of_for_all_has_an_end(
    sandbox: SandboxProbe, one: str, limit: int
) -> None:
    """Promise: the limit is reached with an ordinary error, and it cannot be raised.

    Why: tables of the kernel's, memory that no process owns and a place in the queue
    are taken from everybody else on the machine.
    """
    done = sandbox.run(f"{TAKING}\ntake(lambda: {one})")

    assert int(done.out) <= limit


HOGS = {
    "its own memory": "held = [bytearray(b'x') * (1 << 20) for _ in range(200)]",
    "a file in memory": "held = open(os.memfd_create('m'), 'wb')\n"
    "    [held.write(b'x' * (1 << 20)) for _ in range(200)]",
    "shared memory": "__import__('mmap').mmap(-1, 200 << 20).write(bytes(200 << 20))",
    "files without content": "[os.close(os.open(f'/dev/shm/many{n}', os.O_CREAT))"
    " for n in range(130_000)]",
}


@pytest.mark.parametrize("hog", HOGS.values(), ids=HOGS.keys())
def test_who_takes_too_much_memory_is_ended_alone(
    sandbox: SandboxProbe, hog: str, tmp_path: Path
) -> None:
    """Promise: it is killed within its own limit, whatever the memory is called.

    Why: else the machine chooses whom to kill, and chooses the editor; and a limit on
    bytes of files lets a million empty ones pass.
    """
    sandbox.harness.configure(TIGHT)
    own = (
        sandbox if isinstance(sandbox, WeakenedSandbox) else another(sandbox, tmp_path)
    )
    sandbox.harness.configure("")
    done = own.run(
        f"""
child = os.fork()
if not child:
    {hog}
    say("held it all")
    os._exit(0)
os.waitpid(child, 0)
""",
        seconds=200.0,
        by_engine=True,
    )
    if own is sandbox:
        own.shell("find /dev/shm -maxdepth 1 -name 'many*' -delete")
    else:
        own.harness.wish_done("kill", task=own.task)

    assert "held" not in done.out
    assert sandbox.shell("echo alive").out == "alive\n"


def test_there_is_no_swap_to_hide_in(sandbox: SandboxProbe) -> None:
    """Promise: memory and swap together are limited to what memory is.

    Why: an agent that swaps makes everything on the machine wait for its disk.
    """
    host = sandbox.inspect()["HostConfig"]

    assert host["MemorySwap"] == host["Memory"] > 0


def test_spinning_is_held_to_its_share(sandbox: SandboxProbe) -> None:
    """Promise: four processes that spin get no more than the `cpus` that were given.

    Why: the others have work to do as well.
    """
    done = sandbox.run("""
import glob, time
for _ in range(4):
    if not os.fork():
        end = time.monotonic() + 2
        while time.monotonic() < end: pass
        os._exit(0)
for _ in range(4):
    os.wait()
say(sum(os.times()[2:4]))
for path in glob.glob("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") + glob.glob(
    "/sys/fs/cgroup/cpu.max"
):
    say(open(path).read().split()[0])
""")

    # On a busy machine the weak one spins little too: what tells them apart there is
    # the kernel's own quota.
    spent, *quotas = done.out.split()
    assert float(spent) < 2 * 0.5 * 1.3
    assert quotas == ["50000"]


FLOOD = "yes 'line after line' | head -c 30000000; touch /workspace/said; sleep 1000"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees the engine's files")
def test_a_flood_of_output_does_not_fill_the_disk(
    sandbox: SandboxProbe, tmp_path: Path
) -> None:
    """Promise: what the engine keeps of an agent's output is cut at two small files.

    Why: Docker's own default keeps every byte, until nobody can write any more.
    """
    if isinstance(sandbox, WeakenedSandbox):
        own: SandboxProbe = replace(sandbox, box=sandbox.start("sh", "-c", FLOOD))
    else:
        own = another(sandbox, tmp_path, FLOOD)
    own.harness.until((worktree(own) / "said").exists, "the end of the flood")
    folder = Path(own.harness.context.containers.facts().root, "containers")
    logs = [*(folder / own.inspect()["Id"]).rglob("*")]
    size = sum(file.stat().st_size for file in logs if file.is_file())
    if own.task != sandbox.task:
        own.harness.wish_done("kill", task=own.task)

    assert 100_000 < size < 25_000_000


ORPHANS = {
    "in a session of its own": "setsid sleep {} &",
    "deaf to a hangup": "nohup sleep {} > /dev/null 2>&1 &",
    "nobody's child": "( ( sleep {} & ) & )",
    "deaf to an end": "(trap '' TERM HUP INT; exec sleep {}) &",
    "halted": "bash -c 'kill -STOP $$' {} &",
}


@pytest.mark.parametrize("orphan", ORPHANS.values(), ids=ORPHANS.keys())
def test_stopping_ends_all_that_was_begun(
    sandbox: SandboxProbe, orphan: str, tmp_path: Path
) -> None:
    """Promise: after a stop not one process of the agent's is left anywhere.

    Why: who stops the client of `docker exec`, or a process group, leaves the rest.
    """
    mark = f"{10_000_000 + randbelow(1_000_000)}"
    script = f"{orphan.format(mark)}\nsleep 1000"

    if isinstance(sandbox, WeakenedSandbox):
        with Popen(["docker", "exec", sandbox.box, "bash", "-c", script]) as client:
            sandbox.harness.until(lambda: _runs(mark), "the orphan")
            client.kill()
    else:
        own = another(sandbox, tmp_path, script)
        sandbox.harness.until(lambda: _runs(mark), "the orphan")
        sandbox.harness.wish_done("stop", task=own.task)

    assert not _runs(mark)


def _runs(mark: str) -> bool:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.update(path.read_bytes().split(b"\0"))
    return mark.encode() in found
