"""What is tried on the kernel, as its first process; prints a line for each kind."""

import ctypes
import errno
import fcntl
import json
import os
import platform
import struct
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from swarm.adapters import project_quota
from swarm.errors import ToolError

AGENT, PROJECT, MIB = 1000, (1 << 30) + 7, 1 << 20
DISK, TOP = "/dev/ubdb", Path("/mnt")
_POWER_OFF = 0x4321FEDC


def main() -> None:
    """Try each kind, then switch the kernel off."""
    try:
        _prepare()
        for kind, make in (
            ("ext4", ("mkfs.ext4", "-q", "-O", "quota,project")),
            ("xfs", ("mkfs.xfs", "-q", "-f")),
        ):
            _run(*make, DISK)
            plain = _mounted("defaults")
            _run("mount", "-o", "prjquota", DISK, str(TOP))
            told = {"kind": kind, "without": plain, **_tried()}
            print(json.dumps(told), flush=True)
            _run("umount", str(TOP))
    except Exception:  # noqa: BLE001 - the first process must not end
        traceback.print_exc(file=sys.stdout)
    sys.stdout.flush()
    ctypes.CDLL(None).reboot(_POWER_OFF)


def _prepare() -> None:
    _run("mount", "-t", "proc", "proc", "/proc")
    _run("mount", "-t", "tmpfs", "tmpfs", "/tmp")
    modules = f"/usr/lib/uml/modules/{platform.release()}/kernel/fs/quota"
    for name in ("quota_tree", "quota_v2"):
        _run("insmod", f"{modules}/{name}.ko")


def _mounted(options: str) -> str:
    """Why there is no quota where the disk is mounted so."""
    _run("mount", "-o", options, DISK, str(TOP))
    reason = project_quota.obstacle(TOP)
    _run("umount", str(TOP))
    return reason


def _tried() -> dict[str, Any]:
    tree, other = TOP / "tree", TOP / "other"
    (tree / "src").mkdir(parents=True)
    (tree / "src/old").write_text("old")
    deep = tree.joinpath(*["d"] * 90)
    deep.mkdir(parents=True)
    (deep / "old").write_text("old")
    os.chown(deep / "old", AGENT, AGENT)
    (tree / "link").symlink_to(other)
    other.mkdir()
    (other / "mine").write_bytes(b"x" * MIB)
    os.mkfifo(tree / "pipe")
    for path in (tree, tree / "src", tree / "src/old"):
        os.chown(path, AGENT, AGENT)
    told: dict[str, Any] = {"obstacle": project_quota.obstacle(tree)}
    project_quota.assign(tree, PROJECT)
    project_quota.hold(tree, PROJECT, 4 * MIB)
    told["before"] = _held(tree)
    told["as_agent"] = _as_agent(lambda: project_quota.obstacle(tree))
    told["agent_lifts"] = _as_agent(lambda: _lifted(tree))
    told["grown"] = _as_agent(lambda: _grow(tree / "src/old"))
    told["made"] = _as_agent(lambda: _grow(tree / "src/new"))
    told["in_deep"] = _as_agent(lambda: _grow(deep / "old"))
    told["full"] = _held(tree)
    project_quota.hold(tree, PROJECT, 8 * MIB)
    told["raised"] = _as_agent(lambda: _grow(tree / "src/new"))
    (tree / "src/old").unlink()
    told["tidied"] = _as_agent(lambda: _grow(tree / "src/more", 1))
    told["root"] = _grow(tree / "by-root", 10)
    project_quota.hold(tree, PROJECT, 0)
    told["lifted"] = _as_agent(lambda: _grow(tree / "src/free", 10))
    told["elsewhere"] = _as_agent(lambda: _grow(Path("/tmp/agent"), 1))
    told["escape"] = _as_agent(lambda: _given_away(tree / "src/new"))
    return told


def _held(tree: Path) -> list[int]:
    held = project_quota.held(tree, PROJECT)
    assert held
    return [held.limit, held.used]


def _lifted(tree: Path) -> str:
    try:
        project_quota.hold(tree, PROJECT, 0)
    except ToolError as error:
        return error.message
    return "lifted"


def _grow(file: Path, most: int = 20) -> str:
    """Append to it; what stopped that, or `room` after so many MiB."""
    try:
        with file.open("ab", buffering=0) as opened:
            for _ in range(most * 16):
                opened.write(b"x" * (MIB // 16))
            os.fsync(opened.fileno())
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "room"


def _given_away(file: Path) -> str:
    """What an owner may do in the host's user namespace, where no filter forbids it."""
    fd = os.open(file, os.O_RDONLY)
    try:
        fcntl.ioctl(fd, 0x401C5820, struct.pack("<IIIII8x", 0, 0, 0, 0, 0))
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "given away"


def _as_agent(step: Any) -> str:
    """What the step answers in a process without any right."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(AGENT)
        os.setuid(AGENT)
        os.write(writing, str(step()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
