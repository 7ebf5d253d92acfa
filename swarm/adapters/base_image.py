"""Makes a Debian root file system with mmdebstrap, where no registry can be reached."""

import shutil
import subprocess
from pathlib import Path

from swarm.errors import ToolError, ToolMissing
from swarm.ports import Progress

SUITE = "trixie"
SECONDS = 900.0


def make_root(tar: Path, progress: Progress) -> None:
    """Write the tar of a minimal root; blocks for 15 s and more.

    The mirror is mmdebstrap's own choice, from this machine's apt settings.
    """
    tool = shutil.which("mmdebstrap")
    if tool is None:
        raise ToolMissing(
            "no registry gives the base image, and mmdebstrap is not installed",
            hint="install mmdebstrap, or pull debian:trixie-slim by hand",
        )
    argv = [tool, "--variant=apt", "--include=passwd,ca-certificates", SUITE, str(tar)]
    try:
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            tail = _follow(process, progress)
            status = process.wait(timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"mmdebstrap: {error}") from error
    if status:
        raise ToolError(f"mmdebstrap: exit {status}: {tail}")


def _follow(process: "subprocess.Popen[str]", progress: Progress) -> str:
    tail = ""
    assert process.stdout is not None
    for line in process.stdout:
        tail = line.strip() or tail
        if line.startswith(("I:", "E:", "W:")):
            progress(tail)
    return tail
