"""Whatever an agent does is seen, under its own name, and told as it was.

The weak place is the same sandbox under inotify: what most tools call a file log.
"""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from swarm.model.activity import Action, PathActivity
from swarm.model.audit_query import Filter
from swarm.model.task import State
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness
from tests.promises.sandbox_probe import SandboxProbe

pytestmark = pytest.mark.against("blind")

_MARKS = itertools.count(1)


@pytest.fixture(scope="package")
def blind(
    real_sandbox: SandboxProbe, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SandboxProbe]:
    """A sandbox whose worktree is watched from the host, and nothing else."""
    before = os.environ["SWARM_CONFIG"]
    sample = new_sample_repository(tmp_path_factory.mktemp("blind") / "sample")
    with open_keeper_harness() as harness:
        harness.configure('[sensor]\nkind = "inotify"')
        harness.start_keeper()
        task = harness.new_task(sample, "sleep 100000")
        harness.until_state(task, State.LIVE)
        os.environ["SWARM_CONFIG"] = before
        yield SandboxProbe(
            harness, task, real_sandbox.web, harness.context.names(task).sandbox
        )


class Record:
    """What the store holds of a task, once a mark that came last is in it."""

    def __init__(self, of: SandboxProbe) -> None:
        mark = f"/workspace/mark-{next(_MARKS)}"
        of.shell(f"sync; sleep 0.1; touch {mark}")
        read = of.harness.queries
        of.harness.until(lambda: mark in _traces(of), mark)
        self.traces = _traces(of)
        entries = read.audit.actions_after(0, Filter(task=of.task), 1_000_000)
        self.deeds: list[Action] = [entry.action for entry in entries if entry.action]

    def ran(self, *words: str) -> list[Action]:
        """Commands whose last words are these."""
        return [d for d in self.deeds if d.argv[-len(words) :] == words]

    def refused(self, path: str, result: int) -> bool:
        return any((d.path, d.result) == (path, result) for d in self.deeds)

    def called(self, name: str) -> bool:
        return any(d.kind == "call" and d.op == name for d in self.deeds)

    def reached(self, call: str, where: str) -> bool:
        """Whether it is told that the call did not get there."""
        return any((d.op, d.path, d.result) == (call, where, -1) for d in self.deeds)

    def op(self, path: str) -> str:
        found = self.traces.get(path)
        return found.op if found else ""


def _traces(of: SandboxProbe) -> dict[str, PathActivity]:
    """By path; what is counted only, such as a temporary file that is gone, too."""
    audit = of.harness.queries.audit
    raw = Filter(task=of.task, raw=True)
    entries = audit.paths_after((0.0, 0, ""), raw, 1_000_000)
    rows = [row.activity for row in audit.paths(of.task, 1_000_000)]
    counted = [entry.activity for entry in entries if entry.activity]
    return {activity.path: activity for activity in (*counted, *rows)}


Probe = tuple[str, Callable[[Record], bool]]

PYTHON = "import ctypes, mmap, os, sys, threading\nlibc = ctypes.CDLL(None)\n"
DEEDS: dict[str, Probe] = {
    "a command with its words": (
        "/usr/bin/true one 'two words'",
        lambda r: bool(r.ran("one", "two words")),
    ),
    "how a command ended": (
        "sh -c 'exit 42'",
        lambda r: [d.code for d in r.ran("sh", "-c", "exit 42")] == [42],
    ),
    "what killed a command": (
        "sh -c 'kill -9 $$' killed; true",
        lambda r: 137 in [d.code for d in r.deeds if "killed" in d.argv],
    ),
    "a command that is not there": (
        '/tmp/not-there; python3 -c \'import os; os.execv("/etc/passwd", ["x"])\'',
        lambda r: r.refused("/etc/passwd", -13),
    ),
    "a program that lies about its name": (
        'python3 -c \'import ctypes; ctypes.CDLL(None).prctl(15, b"sshd"); '
        'open("/tmp/liar", "w")\'',
        lambda r: (
            r.op("/tmp/liar") == "create"
            and bool([d for d in r.deeds if d.path.startswith("/usr/bin/python3")])
        ),
    ),
    "who left its parent": (
        "setsid -f sh -c 'echo x > /tmp/daemon'; sleep 0.3",
        lambda r: r.op("/tmp/daemon") in ("create", "write"),
    ),
    "a script by its interpreter": (
        "printf '#!/bin/sh\\nexit 5' > /tmp/s; chmod +x /tmp/s; /tmp/s; true",
        lambda r: 5 in [d.code for d in r.ran("/tmp/s")],
    ),
    "a program from memory": (
        "cp /usr/bin/id /tmp/id; /tmp/id -u",
        lambda r: any(d.path == "/tmp/id" for d in r.ran("-u")),
    ),
    "a write to a read-only place": (
        "echo x > /etc/passwd; true",
        lambda r: r.refused("/etc/passwd", -30),
    ),
    "a write where it has no right": (
        "echo x > /proc/sys/kernel/core_pattern; true",
        lambda r: any(
            d.path.endswith("core_pattern") and d.result < 0 for d in r.deeds
        ),
    ),
    "a delete that was refused": (
        "rm -f /etc/hostname; rm -rf /usr/bin/env; true",
        lambda r: r.refused("/usr/bin/env", -30),
    ),
    "a rename that was refused": (
        'python3 -c \'import os; os.rename("/tmp/liar", "/etc/liar")\'; '
        "touch /tmp/r; mv -T /tmp/r /usr/r; true",
        lambda r: (
            any(d.op == "rename" and d.result == -30 for d in r.deeds)
            or any(d.path == "/usr/r" and d.result < 0 for d in r.deeds)
        ),
    ),
    "a datagram, and where it should have gone": (
        'python3 -c \'import socket; socket.socket(2, 2).sendto(b"x", '
        '("203.0.113.7", 4433))\'; true',
        lambda r: r.reached("sendto", "203.0.113.7:4433"),
    ),
    "a datagram on a connected socket": (
        "python3 -c 'import socket; s = socket.socket(2, 2); "
        's.connect(("203.0.113.8", 443)); s.sendmsg([b"x"])\'; true',
        lambda r: r.reached("sendmsg", "203.0.113.8:443"),
    ),
    "a datagram of the shell's": (
        "(echo x > /dev/udp/203.0.113.9/9) 2>/dev/null; true",
        lambda r: r.reached("write", "203.0.113.9:9"),
    ),
    "a raw socket": (
        "python3 -c 'import socket; socket.socket(2, 3, 1)'; true",
        lambda r: r.called("socket"),
    ),
    "no room": (
        "head -c 200M /dev/zero > /run/full; true",
        lambda r: r.op("/run/full") != "",
    ),
}
CALLS = {
    "unshare": "libc.unshare(0x10000000)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0)",
    "umount2": "libc.umount2(b'/tmp', 2)",
    "kexec_load": "libc.syscall(246, 0, 0, 0, 0)",
    "chroot": "libc.chroot(b'/tmp')",
    "setns": "libc.setns(os.open('/proc/self/ns/net', 0), 0)",
    "bpf": "libc.syscall(321, 0, 0, 0)",
    "perf_event_open": "libc.syscall(298, b'\\0' * 128, 0, -1, -1, 0)",
    "keyctl": "libc.syscall(250, 0, 0, 0, 0)",
    "process_vm_readv": "libc.syscall(310, 1, 0, 0, 0, 0, 0)",
    "open_by_handle_at": "libc.syscall(304, -100, b'\\0' * 64, 0)",
    "init_module": "libc.syscall(175, 0, 0, b'')",
    "pivot_root": "libc.syscall(155, b'/tmp', b'/tmp')",
}
WRITES = {
    "one byte at a place": "os.pwrite(os.open(P, 66), b'x', 9)",
    "many pieces at once": "os.writev(os.open(P, 66), [b'a', b'b'])",
    "through memory": (
        "f = open(P, 'w+b'); f.truncate(99); mmap.mmap(f.fileno(), 99)[0] = 1"
    ),
    "by the kernel's own copy": (
        "open(P, 'w'); os.sendfile(os.open(P, 1), os.open('/etc/passwd', 0), 0, 9)"
    ),
    "by a directory's handle": (
        "os.open(P[5:], 65, dir_fd=os.open('/tmp', os.O_DIRECTORY))"
    ),
    "by another root": "open('/proc/self/root' + P, 'w').write('x')",
    "from a thread": (
        "t = threading.Thread(target=lambda: open(P, 'w')); t.start(); t.join()"
    ),
    "by its length alone": "open(P, 'w'); os.truncate(P, 500)",
    "by giving it room": "os.posix_fallocate(os.open(P, 66), 0, 500)",
    "and at once deleted": "open(P, 'w').write('x'); os.unlink(P)",
    "under another name": "open(P + '1', 'w'); os.rename(P + '1', P)",
    "by a second name": "open(P + '1', 'w'); os.link(P + '1', P)",
    "as a link": "os.symlink('/etc/shadow', P)",
    "as a pipe": "os.mkfifo(P)",
    "as a directory": "os.mkdir(P)",
    "run by whoever finds it": "open(P, 'w'); os.chmod(P, 0o755)",
}


@pytest.mark.parametrize("what", DEEDS)
def test_what_an_agent_does_is_seen(sandbox: SandboxProbe, what: str) -> None:
    """Promise: every command, its end, and every refusal stands in the audit.

    Why: Leash hooks four calls; most tools log none.
    """
    script, holds = DEEDS[what]
    sandbox.shell(script)

    assert holds(Record(sandbox)), what


@pytest.mark.parametrize("name", CALLS)
def test_what_an_escape_begins_with_is_seen(sandbox: SandboxProbe, name: str) -> None:
    """Promise: a refused system call is told by its name.

    Why: who tries the door is about to try the window.
    """
    sandbox.shell(f'python3 -c "{PYTHON}{CALLS[name]}"')

    assert Record(sandbox).called(name)


@pytest.mark.parametrize("how", WRITES)
def test_every_way_to_write_is_seen(sandbox: SandboxProbe, how: str) -> None:
    """Promise: a file outside the worktree is seen however it was written.

    Why: in Leash `rm -rf` leaves no event, and a rename is no write.
    """
    path = f"/tmp/w{abs(hash(how)) % 10**9}"
    sandbox.shell(f"python3 -c \"{PYTHON}P = '{path}'\n{WRITES[how]}\"")

    assert Record(sandbox).op(path)
