"""The profile lets ordinary work through and closes what sandboxes are left by."""

import json
import platform
from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images
from swarm.plan.specs import SandboxSpec

CALL = """
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(int(sys.argv[1]), 0, 0, 0, 0, 0)
print(result, errno.errorcode.get(ctypes.get_errno(), "ok"))
"""

CLOSED = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "bpf": 321,
    "perf_event_open": 298,
    "keyctl": 250,
    "mount": 165,
    "unshare": 272,
    "setns": 308,
    "pivot_root": 155,
    "process_vm_readv": 310,
    "kexec_load": 246,
    "userfaultfd": 323,
}


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerContainers]:
    docker = DockerContainers()
    yield docker
    docker.close()


def _run(docker: DockerContainers, *argv: str, profile: str | None = None) -> str:
    spec = SandboxSpec(
        name="swarm-test-seccomp",
        image=images.reference(docker, "base"),
        argv=argv,
        user="1000:1000",
        labels={"swarm.home": "test-seccomp"},
        seccomp=images.seccomp_profile() if profile is None else profile,
        tmpfs={"/tmp": "rw,exec", "/run": "rw"},
        terminal=False,
    )
    return docker.run(spec, 10_000).decode().strip()


@pytest.mark.parametrize("name", CLOSED)
def test_a_way_out_is_closed(docker: DockerContainers, name: str) -> None:
    """Promise: the call is refused before the kernel does anything. Why: an escape's
    first step."""
    said = _run(docker, "python3", "-c", CALL, str(CLOSED[name]))

    assert said in ("-1 EPERM", "-1 ENOSYS")


def test_io_uring_would_be_open_without_the_profile(docker: DockerContainers) -> None:
    """The probe can fail: an unconfined container reaches the kernel's own answer."""
    allow_all = json.dumps({"defaultAction": "SCMP_ACT_ALLOW"})

    said = _run(docker, "python3", "-c", CALL, "425", profile=allow_all)

    assert said not in ("-1 EPERM", "-1 ENOSYS")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="int 0x80 is x86's")
def test_the_32_bit_door_is_closed(docker: DockerContainers) -> None:
    """Promise: int 0x80 ends the program. Why: the filter's numbers are 64-bit ones."""
    program = (
        "import ctypes, mmap\n"
        "all = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC\n"
        "m = mmap.mmap(-1, 4096, prot=all)\n"
        "m.write(bytes.fromhex('b814000000cd80c3'))\n"
        "a = ctypes.addressof(ctypes.c_char.from_buffer(m))\n"
        "print('pid', ctypes.CFUNCTYPE(ctypes.c_int)(a)())\n"
    )
    said = _run(docker, "bash", "-c", f'python3 -c "{program}"; echo status $?')

    assert "pid" not in said
    assert "status 159" in said


def test_ordinary_work_is_let_through(docker: DockerContainers) -> None:
    """git, python with threads and processes, shells, archives."""
    work = (
        "cd /tmp && git init -q r && cd r && git config user.email a@b.c"
        " && git config user.name a && echo x > f && git add f && git commit -qm m"
        " && python3 -c 'import concurrent.futures as c;"
        ' print(sum(c.ThreadPoolExecutor(4).map(int, "1234")))\''
        " && tar cf - f | tar tf - && curl --version | head -c 4"
    )
    said = _run(docker, "bash", "-ec", work)

    assert said == "10\nf\ncurl"


GIVES_AWAY, SETS_FLAGS = 0x5820, 0x6602
"""The last two bytes of `FS_IOC_FSSETXATTR` and `FS_IOC_SETFLAGS`: kind and number."""
IOCTL = """
import fcntl, os, sys
fd = os.open("/tmp/file", os.O_RDWR | os.O_CREAT)
for number in map(int, sys.argv[1:]):
    try:
        fcntl.ioctl(fd, number, bytearray(64))
    except OSError as error:
        print(error.errno, end=" ")
    else:
        print("done", end=" ")
"""


def test_two_requests_about_files_are_refused_and_no_other() -> None:
    """A filter knows no "all but these": kind and number are let through bit by bit."""
    profile = json.loads(images.seccomp_profile())
    rules = [each for each in profile["syscalls"] if "ioctl" in each["names"]]
    masks = [(arg["value"], arg["valueTwo"]) for each in rules for arg in each["args"]]
    assert {arg["op"] for each in rules for arg in each["args"]} == {
        "SCMP_CMP_MASKED_EQ"
    }

    refused = [
        number
        for number in range(1 << 16)
        if not any(number & mask == value for mask, value in masks)
    ]

    assert refused == [GIVES_AWAY, SETS_FLAGS]
    assert all(mask < 1 << 16 for mask, _ in masks), "the kernel reads 32 bits of 64"


@pytest.mark.parametrize("number", [0x401C5820, 0x40086602, 0x40046602, 0x1401C5820])
def test_a_box_gives_no_file_another_project(
    docker: DockerContainers, number: int
) -> None:
    """Promise: a file that counts for its task's quota goes on counting. Why: whoever
    owns a file may say for which project it counts, and what a folder hands down."""
    reads = (0x801C581F, 0x80086601, 0x541B)
    asked = [str(each) for each in (number, *reads)]

    said = _run(docker, "python3", "-c", IOCTL, *asked).split()

    assert (said[0], "1" in said[1:]) == ("1", False)


def test_the_profile_is_what_refuses_it(docker: DockerContainers) -> None:
    """The probe can fail: without the profile the kernel itself answers."""
    allow_all = json.dumps({"defaultAction": "SCMP_ACT_ALLOW"})

    said = _run(docker, "python3", "-c", IOCTL, str(0x801C581F), str(0x401C5820),
                profile=allow_all).split()  # fmt: skip

    assert "1" not in said
