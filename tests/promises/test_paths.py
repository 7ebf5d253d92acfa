"""No path leads out, neither for the agent nor for who looks at its work."""

import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile

import pytest

from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe
from tests.promises.weakened_sandbox import WeakenedSandbox, read, told, worktree

pytestmark = pytest.mark.against("weakened")


@dataclass(frozen=True)
class Secret:
    """A file of the host's that is in no sandbox."""

    path: Path
    word: str


@pytest.fixture
def secret(tmp_path: Path) -> Secret:
    """One in a folder of its own."""
    made = Secret(tmp_path / "hidden" / "f", token_hex(16))
    made.path.parent.mkdir()
    made.path.write_text(made.word)
    return made


LEADS = {
    "a file": "ln -s {path} leak",
    "a folder": "ln -s {folder} leak",
    "over a tracked file": "ln -sf {path} README.md",
    "a chain": "mkdir a; ln -s ../b a/leak; ln -s {path} b",
    "a climb": "ln -s ../../../../../../../../../..{path} leak",
    "through /proc": "ln -s /proc/self/root{path} leak",
}


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS.keys())
def test_a_link_shows_the_reviewer_its_name_only(
    clean_sandbox: SandboxProbe, secret: Secret, lead: str
) -> None:
    """Promise: where a link leads is text in the review; what is there is not read.

    Why: `leak -> ~/.ssh/id_rsa` is in the diff, then in the commit, then pushed.
    """
    script = lead.format(path=secret.path, folder=secret.path.parent)

    assert clean_sandbox.shell(f"cd /workspace && {script}").code == 0
    assert secret.word.encode() not in read(clean_sandbox)


RACES = {
    "a file": 'open("x", "w").write("harmless"); os.symlink("{path}", "y")',
    "a folder": 'os.mkdir("x"); open("x/f", "w").close(); os.symlink("{folder}", "y")',
}
LOOKS = 40
"""At least, however long each takes on a busy machine."""


@pytest.mark.parametrize("race", RACES.values(), ids=RACES.keys())
def test_a_link_that_is_swapped_in_while_we_look_is_not_followed(
    clean_sandbox: SandboxProbe, secret: Secret, race: str
) -> None:
    """Promise: between the check and the reading there is no moment to use.

    Why: who looks first and then opens by the same name opens another file.
    """
    tree, leaked, looks = worktree(clean_sandbox), False, 0
    script = f"""
import ctypes, time
libc, end = ctypes.CDLL(None), time.monotonic() + 180
os.chdir("/workspace")
{race.format(path=secret.path, folder=secret.path.parent)}
while time.monotonic() < end and not os.path.exists("stop"):
    libc.renameat2(-100, b"x", -100, b"y", 2)
    time.sleep(0.0001)
"""
    agent = threading.Thread(target=clean_sandbox.run, args=(script,))
    agent.start()
    while agent.is_alive() and not os.path.lexists(tree / "y"):
        threading.Event().wait(0.01)
    deadline = time.monotonic() + 4
    while not leaked and (looks < LOOKS or time.monotonic() < deadline):
        leaked = secret.word.encode() in read(clean_sandbox, wary=True)
        looks += 1
    (tree / "stop").touch()
    agent.join()

    assert os.path.lexists(tree / "y")
    assert not leaked


ODDITIES = {
    "a pipe": "mkfifo odd",
    "a socket": "python3 -c 'import socket as s; s.socket(1).bind(\"odd\")'",
    "a whiteout": "mknod odd c 0 0",
}


@pytest.mark.parametrize("oddity", ODDITIES.values(), ids=ODDITIES.keys())
def test_what_is_no_file_is_told_and_holds_nobody_up(
    clean_sandbox: SandboxProbe, oddity: str
) -> None:
    """Promise: a snapshot ends, and names what it cannot hold.

    Why: who opens a pipe waits for a writer; `git status` does not show it at all.
    A whiteout, which needs no capability, makes a file vanish where layers are stacked.
    """
    clean_sandbox.shell(f"cd /workspace && {oddity}")

    assert "odd" in told(clean_sandbox)


def test_removing_a_task_touches_nothing_its_links_lead_to(
    clean_sandbox: SandboxProbe, secret: Secret, tmp_path: Path
) -> None:
    """Promise: `rm` takes the worktree, and not one file or mode outside of it.

    Why: `chmod -R` and `rm -rf` with a `*` behind them follow what they find.
    """
    secret.path.chmod(0o640)
    make = f"cd /workspace; ln -s {secret.path} l; ln -s {secret.path.parent} m"

    if isinstance(clean_sandbox, WeakenedSandbox):
        clean_sandbox.shell(make)
        clean = f"chmod -R 700 {clean_sandbox.tree}/*; rm -rf {clean_sandbox.tree}/*"
        subprocess.run(["sh", "-c", clean], check=True)
    else:
        harness = clean_sandbox.harness
        task = harness.until_taken_in(
            harness.new_task(new_sample_repository(tmp_path / "life"), make)
        ).id
        for verb in ("discard", "rm"):
            harness.wish_done(verb, task=task)

    assert stat.S_IMODE(secret.path.stat().st_mode) == 0o640


def test_no_file_of_the_worktree_is_roots_to_run(clean_sandbox: SandboxProbe) -> None:
    """Promise: on the host's side a setuid bit of the agent's is its own user's.

    Why: a root agent leaves `root`'s shell in a folder of the user's.
    """
    clean_sandbox.shell("cp /bin/bash /workspace/tool; chmod 6755 /workspace/tool")

    made = (worktree(clean_sandbox) / "tool").stat()
    assert not (made.st_uid == 0 and made.st_mode & stat.S_ISUID)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can put one there")
def test_a_setuid_program_that_is_found_gives_nothing(
    clean_sandbox: SandboxProbe,
) -> None:
    """Promise: one of root's in the worktree runs as the agent.

    Why: repositories hold strange files, and no-new-privileges is what stops them.
    """
    tool = worktree(clean_sandbox) / "tool"
    clean_sandbox.shell("cp /usr/bin/id /workspace/tool")
    os.chown(tool, 0, 0)
    tool.chmod(0o4755)

    done = clean_sandbox.shell("setpriv --reuid 1000 --keep-groups /workspace/tool -u")

    assert done.out.strip() == "1000"


ATTEMPTS = {
    "a hard link to git's file": "ln .git x || ln .git/HEAD x",
    "a hard link to the system's": "ln /etc/passwd /etc/x",
    "moving what is above a mount": "mv /etc/ssl /etc/s && mv /etc/s /etc/ssl",
    "opening again for writing": "exec 3</etc/passwd; : >> /proc/self/fd/3",
    "another name of the mount": ": >> /proc/self/cwd/../objects-ro/x",
    "a disk": "mknod d b 8 0",
    "the kernel's log": "mknod k c 1 11",
    "a file's capability": 'touch x; python3 -c \'import os; os.setxattr("x", '
    '"security.capability", b"\\x01\\0\\0\\2" + b"\\xff" * 4 + bytes(12))\'',
    "a mount over a mount": "m \"mount(b'/tmp', b'/etc/swarm', 0, 0x1000, 0)\"",
    "a mount over the worktree": "m \"mount(b'x', b'/workspace', b'tmpfs', 0, 0)\"",
    "a mount made writable": "m \"mount(0, b'/etc/swarm', 0, 0x1020, 0)\"",
    "a mount taken away": "m \"umount2(b'/etc/swarm', 2)\"",
}

MOUNT = """
m() { python3 -c "
import ctypes; l = ctypes.CDLL(None); l.unshare(0x20000)
l.mount(0, b'/', 0, 0x44000, 0); exit(l.$1 != 0)"; }
"""


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_what_is_mounted_stays_what_and_where_it_is(
    clean_sandbox: SandboxProbe, attempt: str
) -> None:
    """Promise: no second name, no move, no device, no cover and no other flags.

    Why: a rule that is about a path is void once the path is another's.
    """
    done = clean_sandbox.shell(f"{MOUNT} cd /workspace; ({attempt}) && echo managed")

    assert "managed" not in done.out


READ_ONLY = """/x /usr/bin/x /usr/lib/x /etc/x /var/x /opt/x /root/x /home/x /srv/x
/objects-ro/x /etc/profile.d/x.sh /etc/bash.bashrc /etc/gitconfig /etc/passwd
/etc/ld.so.preload /usr/local/bin/git /usr/lib/git-core/git-status /root/.bashrc
/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname
/proc/sys/vm/drop_caches /proc/sysrq-trigger /proc/irq/default_smp_affinity
/proc/sys/fs/binfmt_misc/register /sys/kernel/mm/ksm/run /sys/power/state"""


@pytest.mark.parametrize("path", READ_ONLY.split())
def test_what_is_read_only_opens_for_nobody(sandbox: SandboxProbe, path: str) -> None:
    """Promise: no file of the image, the lent objects or the kernel can be written.

    Why: shells, loaders and git start from them, also for the human who looks in; and
    `core_pattern` and `modprobe` name programs that the host runs as root.
    """
    if path.startswith(("/proc", "/sys")) and not Path(path).exists():
        pytest.skip("this kernel has none")

    done = sandbox.shell(f"(: >> {path}) && echo opened")

    assert "opened" not in done.out


@pytest.fixture
def neighbour(secret: Secret) -> Iterator[int]:
    """A process of the host's that has the secret wherever a process can have one."""
    with (
        secret.path.open() as file,
        subprocess.Popen(
            [sys.executable, "-c", "__import__('time').sleep(1000)", secret.word],
            stdin=file,
            cwd=secret.path.parent,
            env={"WORD": secret.word},
        ) as process,
    ):
        yield process.pid
        process.kill()


REACHES = {
    "its root": "open(f'/proc/{pid}/root{path}').read() == word",
    "its folder": "open(f'/proc/{pid}/cwd/f').read() == word",
    "its files": "open(f'/proc/{pid}/fd/0').read() == word",
    "its environment": "word in open(f'/proc/{pid}/environ').read()",
    "its command line": "word in open(f'/proc/{pid}/cmdline').read()",
    "its memory": "word and open(f'/proc/{pid}/mem', 'rb')",
    "its namespaces": "libc.setns(os.open(f'/proc/{pid}/ns/mnt', os.O_RDONLY), 0) == 0",
    "tracing": "libc.ptrace(0x4206, pid, 0, 0) == 0",
    "a signal": "os.kill(pid, 0) is None",
    "a descriptor of it": "os.pidfd_open(pid)",
}


@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES.keys())
def test_processes_of_the_host_are_out_of_reach(
    sandbox: SandboxProbe, secret: Secret, neighbour: int, reach: str
) -> None:
    """Promise: /proc has the sandbox's own, and the host's pids name nothing here.

    Why: `/proc/<pid>/root` is the other's whole file system, `nsenter` is root in one
    line, and environments are where passwords are. Tracing is for the agent's own.
    """
    done = sandbox.run(f"""
import ctypes
libc, pid, path, word = ctypes.CDLL(None), {neighbour}, "{secret.path}", "{secret.word}"
try:
    say("reached" if {reach} else "no")
except OSError:
    say("no")
""")

    assert done.out.strip() == "no"


def test_sockets_of_the_host_have_no_name_here(sandbox: SandboxProbe) -> None:
    """Promise: an abstract AF_UNIX socket of the host's answers nobody inside.

    Why: no file permission guards them, and sessions and debuggers listen there.
    """
    name = f"swarm-{token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()
        done = sandbox.run(f"say(socket.socket(1).connect_ex('\\0{name}'))")

    assert done.out.strip() != "0"


def test_shared_memory_of_the_host_is_not_here(sandbox: SandboxProbe) -> None:
    """Promise: no file of the host's /dev/shm is to be seen.

    Why: browsers and databases keep in there what they share with themselves.
    """
    with NamedTemporaryFile(dir="/dev/shm") as file:
        done = sandbox.shell("ls /dev/shm")

    assert Path(file.name).name not in done.out
