"""The kernel's doors are shut, and what is behind them is somebody else's."""

import platform
import re
from pathlib import Path

import pytest

from tests.promises.sandbox_probe import SandboxProbe

pytestmark = pytest.mark.against("weakened")

X86 = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers are those of x86-64"
)

CALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *words):
    shaped = [ctypes.c_long(w) if isinstance(w, int) else w for w in words]
    result = libc.syscall(number, *shaped)
    said = "done" if result != -1 else errno.errorcode[ctypes.get_errno()]
    say(said)
    return result
"""

SPACES = {
    f"unshare {name}": (272, flag)
    for name, flag in (
        *(("user", 0x10000000), ("mount", 0x20000), ("pid", 0x20000000)),
        *(("net", 0x40000000), ("uts", 0x4000000), ("ipc", 0x8000000)),
        *(("cgroup", 0x2000000), ("time", 0x80)),
    )
}
NUMBERS = """
setns 308 umount2 166 pivot_root 155 move_mount 429 fsconfig 431 fsmount 432 fspick 433
mount_setattr 442 process_vm_readv 310 process_vm_writev 311 process_madvise 440
pidfd_getfd 438 kcmp 312 bpf 321 perf_event_open 298 io_uring_setup 425
io_uring_enter 426 io_uring_register 427 request_key 249 open_by_handle_at 304
name_to_handle_at 303 kexec_load 246 kexec_file_load 320 init_module 175
finit_module 313 delete_module 176 reboot 169 swapon 167 swapoff 168 acct 163
settimeofday 164 clock_settime 227 sethostname 170 setdomainname 171 iopl 172
ioperm 173 quotactl 179 fanotify_init 300 set_mempolicy 238
"""
CALLS: dict[str, tuple[int | bytes, ...]] = {
    **SPACES,
    **{
        name: (int(number), *[-1] * 6)
        for name, number in re.findall(r"(\w+) (\d+)", NUMBERS)
    },
    "mount": (165, b"none", b"/mnt", b"tmpfs", 0, 0),
    "chroot": (161, b"/"),
    "open_tree": (428, -100, b"/", 1),
    "fsopen": (430, b"tmpfs", 0),
    "keyctl": (250, 0, -3, 0),
    "add_key": (248, b"user", b"burglar", b"x", 1, -2),
    "userfaultfd": (323, 1),
    "adjtimex": (159, (0x4000).to_bytes(4, "little") + bytes(204)),
    "syslog": (103, 10, 0, 0),
    "personality: executable reads": (135, 0x0400000),
    "personality: no randomness": (135, 0x0040000),
}
"""Where the arguments make no sense, it is so that the machine survives them."""


@X86
@pytest.mark.parametrize("words", CALLS.values(), ids=CALLS.keys())
def test_a_call_that_escapes_are_made_of_is_refused(
    sandbox: SandboxProbe, words: tuple[int | bytes, ...]
) -> None:
    """Promise: EPERM, before the kernel looks at one of the arguments.

    Why: what is never parsed has no bug in it.
    """
    done = sandbox.run(f"{CALL}\ncall(*{words!r})")

    assert done.out.strip() == "EPERM"


@X86
def test_a_child_may_not_be_born_as_its_own_root(sandbox: SandboxProbe) -> None:
    """Promise: `clone` makes no user namespace either, and `clone3` is absent.

    Why: a flag of `clone` is all that `unshare` is; `clone3` hides it behind a pointer.
    """
    done = sandbox.run(f"""{CALL}
child = call(56, 0x10000000 | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
call(435, 0, 0)
""")

    assert done.out.split()[-2:] == ["EPERM", "ENOSYS"]


@X86
def test_the_32_bit_door_is_closed(sandbox: SandboxProbe) -> None:
    """Promise: `int 0x80` ends the program that tries it.

    Why: the filter counts 64-bit numbers, and 20 is `getpid` there, `writev` here.
    """
    done = sandbox.run("""
import ctypes, mmap
child = os.fork()
if child == 0:
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("b814000000cd80c3"))
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    ctypes.CFUNCTYPE(ctypes.c_int)(start)()
    os._exit(0)
say("signal", os.WTERMSIG(os.waitpid(child, 0)[1]))
""")

    assert done.out.split() == ["signal", "31"]


STATUS = {
    "CapPrm": "0000000000000000",
    "CapEff": "0000000000000000",
    "CapBnd": "0000000000000000",
    "NoNewPrivs": "1",
    "Seccomp": "2",
}


@pytest.mark.parametrize("process", ["1", "self"])
@pytest.mark.parametrize(("line", "value"), STATUS.items(), ids=STATUS.keys())
def test_a_process_has_no_power_at_all(
    sandbox: SandboxProbe, process: str, line: str, value: str
) -> None:
    """Promise: no capability, none to be had, no privileges to come, and the filter.

    Why: nobody else drops all of them; what is left over is what is exploited.
    """
    done = sandbox.shell(f"grep -P '^{line}:' /proc/{process}/status")

    assert done.out.split() == [f"{line}:", value]


@X86
def test_no_capability_can_be_handed_on(sandbox: SandboxProbe) -> None:
    """Promise: the inheritable and ambient sets are empty and stay so.

    Why: CVE-2022-24769: an engine that fills one of them undoes the others.
    """
    done = sandbox.run(f"""{CALL}
head = struct.pack("<Ii", 0x20080522, 0)
body = ctypes.create_string_buffer(24)
call(125, head, body)
struct.pack_into("<I", body, 8, 1)
call(126, head, body)
libc.prctl(47, 2, 0, 0, 0)
with open("/proc/self/status") as file:
    found = [row.split()[1] for row in file if row[:6] in ("CapInh", "CapAmb")]
say(*[int(each, 16) for each in found])
""")

    assert done.out.split() == ["done", "EPERM", "0", "0"]


def test_the_agent_is_nobody_special(sandbox: SandboxProbe) -> None:
    """Promise: a plain user by every id, and a member of no group but its own.

    Why: the groups `docker`, `disk` and `root` are root by another name.
    """
    done = sandbox.run("say(*os.getresuid(), *os.getresgid(), *os.getgroups())")

    assert {int(word) for word in done.out.split()} == {_uid(sandbox)}


def _uid(sandbox: SandboxProbe) -> int:
    task = sandbox.harness.context.names(sandbox.task).sandbox
    return int(sandbox.inspect(task)["Config"]["User"].split(":")[0])


SOCKETS = {
    "packet": (17, 3, 0x300),
    "raw": (2, 3, 1),
    "raw 6": (10, 3, 58),
    "vsock": (40, 1, 0),
    "xdp": (44, 3, 0),
    "kernel crypto": (38, 5, 0),
}


@pytest.mark.parametrize("words", SOCKETS.values(), ids=SOCKETS.keys())
def test_a_socket_that_is_none_of_an_agents_business_is_refused(
    sandbox: SandboxProbe, words: tuple[int, int, int]
) -> None:
    """Promise: EPERM for raw packets, the hypervisor's bus and the kernel's crypto.

    Why: AF_VSOCK reaches the host past every network namespace, and AF_ALG wrote into
    read-only files (CVE-2026-31431): it must not depend on the kernel's configuration.
    """
    done = sandbox.run(f"""
import errno
try:
    socket.socket{words!r}
    say("open")
except OSError as error:
    say(errno.errorcode[error.errno])
""")

    assert done.out.strip() == "EPERM"


DEVICES = (
    "console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty "
    "urandom zero"
)


def test_dev_holds_nothing_of_the_machine(sandbox: SandboxProbe) -> None:
    """Promise: the terminal, memory's own files and sources of noise; no disk, no KVM.

    Why: a device node is the hardware.
    """
    done = sandbox.shell("ls /dev")

    assert set(done.out.split()) <= set(DEVICES.split())


SECRETS = [
    "/proc/keys",
    "/proc/timer_list",
    "/proc/kcore",
    "/dev/kmsg",
    "/sys/firmware",
]


@pytest.mark.parametrize("path", SECRETS)
def test_what_the_kernel_tells_of_the_machine_is_covered(
    sandbox: SandboxProbe, path: str
) -> None:
    """Promise: keys, timers, memory, log and firmware are empty or absent.

    Why: they are the same for all sandboxes and for the host.
    """
    if not Path(path).exists():
        pytest.skip("this kernel has none")

    done = sandbox.shell(
        f"[ -d {path} ] && ls {path} || dd if={path} bs=8K count=1 2>&-"
    )

    assert done.out.strip() == ""


def test_no_cgroup_is_made_or_joined(sandbox: SandboxProbe) -> None:
    """Promise: the tree of cgroups is read-only in every hierarchy.

    Why: `release_agent` is run by the host's root, and limits are lifted in there.
    """
    done = sandbox.shell("""
        for each in /sys/fs/cgroup /sys/fs/cgroup/*/; do
            mkdir "$each/burglar" && rmdir "$each/burglar" && echo made
            (: >> "$each/release_agent") && echo opened
            (: >> "$each/cgroup.procs") && echo opened
        done""")

    assert not {"made", "opened"} & set(done.out.split())


def test_there_is_no_way_to_become_root(sandbox: SandboxProbe) -> None:
    """Promise: no program with a setuid or setgid bit, and `su` and `sudo` do not work.

    Why: each of them is a parser that runs as root.
    """
    done = sandbox.shell("""
        find / -xdev -type f -perm /6000 2>/dev/null
        for each in "su -c" "sudo -n sh -c"; do
            $each 'echo I am root' </dev/null 2>/dev/null
        done
    """)

    assert done.out.strip() == ""
