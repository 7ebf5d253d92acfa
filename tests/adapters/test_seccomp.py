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
