"""Looks for bytes where a task could have left them: memory, images, kept files.

Read as root on the host, past the box: `/proc/PID/mem` of its processes, and the layers
of its image as the engine saves them.
"""

import gzip
import io
import os
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

CHUNK = 4 << 20
SECONDS = 600
"""The longest time for one program of the engine's."""
PAGE = os.sysconf("SC_PAGE_SIZE")
BLOCK = 16 << 20
"""Bytes of memory that are looked up at once."""
_ABSENT = (bytes(8), b"\0\0\0\0\0\0\x80\0")
"""What the kernel says of a page that has no memory; the other as newly mapped."""
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_REGION = re.compile(rb"(\w+)-(\w+) (r\S+) (\w+) (\S+) (\d+) *(.*)")
"""Start, end, rights, offset, device, file and name of what can be read."""
_OF_THE_KERNEL = (b"[vvar]", b"[vvar_vclock]", b"[vsyscall]", b"/dev/")


def is_in_stream(read: Callable[[int], bytes], wanted: bytes) -> bool:
    """Whether the bytes come, also across two pieces of what is read."""
    tail = b""
    while piece := read(CHUNK):
        if wanted in tail + piece:
            return True
        tail = (tail + piece)[-(len(wanted) - 1) :]
    return False


def processes_of(container: str) -> list[int]:
    """The processes in the container's process namespace; empty if it has ended."""
    first = _engine("inspect", "--format", "{{.State.Pid}}", container).decode().strip()
    space = _namespace(int(first)) if first != "0" else ""
    numbers = (int(each.name) for each in Path("/proc").glob("[0-9]*"))
    return sorted(pid for pid in numbers if space and _namespace(pid) == space)


def processes_with(pids: list[int], wanted: bytes) -> list[int]:
    """Those that have the bytes in their memory; what ends meanwhile has them not.

    A program that several run is read once.
    """
    seen: set[bytes] = set()
    return [pid for pid in pids if any(_regions_with(pid, wanted, seen))]


def image_with(reference: str, wanted: bytes) -> list[str]:
    """Where the image has the bytes: a layer, its history, or what it is set to."""
    found = [
        name
        for name, words in {
            "history": ("history", "--no-trunc", reference),
            "inspect": ("image", "inspect", reference),
        }.items()
        if wanted in _engine(*words)
    ]
    saving = subprocess.Popen(["docker", "save", reference], stdout=subprocess.PIPE)
    assert saving.stdout
    try:
        with tarfile.open(fileobj=saving.stdout, mode="r|") as saved:
            for member in saved:
                file = saved.extractfile(member) if member.isfile() else None
                if file and is_in_stream(unpacked(file, member.name), wanted):
                    found.append(member.name)
        assert saving.wait(SECONDS) == 0
    finally:
        saving.kill()
        saving.stdout.close()
        saving.wait()
    return found


def home_of(volume: str) -> Path:
    """Where the host has a volume's files."""
    place = _engine("volume", "inspect", "--format", "{{.Mountpoint}}", volume)
    return Path(place.decode().strip())


def unpacked(file: IO[bytes], name: str) -> Callable[[int], bytes]:
    """Reads a layer without its packing; one that cannot be read is no clean one."""
    whole = io.BufferedReader(cast(io.RawIOBase, file), CHUNK)
    head = whole.peek(4)[:4]
    assert head != ZSTD, f"{name} is packed by zstd, and cannot be searched"
    if head[:2] == GZIP:
        return gzip.GzipFile(fileobj=whole).read
    return whole.read


def _regions_with(pid: int, wanted: bytes, seen: set[bytes]) -> Iterator[int]:
    try:
        with (
            Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory,
            Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pages,
        ):
            for region in _regions(pid, seen):
                for start, end in _present(pages, *region):
                    if is_in_stream(_reading(memory, start, end), wanted):
                        yield start
    except (FileNotFoundError, ProcessLookupError):
        return


def _regions(pid: int, seen: set[bytes]) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
        region = _REGION.fullmatch(line)
        if region is None or region[7].startswith(_OF_THE_KERNEL):
            continue
        start, end = int(region[1], 16), int(region[2], 16)
        if region[3] == b"r-xp" and region[6] != b"0":
            # A program's code: the same pages, whoever has mapped them.
            mark = b"%b %b" % (b" ".join(region.group(4, 5, 6)), b"%d" % (end - start))
            if mark in seen:
                continue
            seen.add(mark)
        yield start, end


def _present(pages: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a region that have memory: some programs reserve seventy GB.

    As `Documentation/admin-guide/mm/pagemap.rst` of the kernel has it, eight bytes a
    page.
    """
    began: int | None = None
    pages.seek(start // PAGE * 8)
    for at in range(start, end, BLOCK):
        entries = pages.read(min(BLOCK, end - at) // PAGE * 8)
        is_absent = entries[:8] in _ABSENT and entries == entries[:8] * (
            len(entries) // 8
        )
        if not is_absent and began is None:
            began = at
        elif is_absent and began is not None:
            yield began, at
            began = None
    if began is not None:
        yield began, end


def _reading(memory: IO[bytes], start: int, end: int) -> Callable[[int], bytes]:
    """Reads one region; a page that cannot be read, as a device's, ends it."""
    place = start

    def read(size: int) -> bytes:
        nonlocal place
        try:
            memory.seek(place)
            piece = memory.read(min(size, end - place)) if place < end else b""
        except OSError as error:
            if isinstance(error, ProcessLookupError):
                raise
            return b""
        place += len(piece)
        return piece

    return read


def _namespace(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return ""


def _engine(*words: str) -> bytes:
    return subprocess.run(
        ["docker", *words], capture_output=True, check=True, timeout=SECONDS
    ).stdout
