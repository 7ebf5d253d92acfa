"""Makes a Debian root file system with mmdebstrap, if no registry can be reached."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from swarm.adapters.environment import copy_of
from swarm.adapters.process import Limits, Program, run
from swarm.adapters.user_network import parent_proxy
from swarm.errors import ToolError, ToolMissing
from swarm.ports import Progress

SUITE = "trixie"
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
LIMITS = Limits(seconds=900, output=16 << 20)


def make_root(
    tar: Path,
    progress: Progress,
    variables: Mapping[str, str] = NO_VARIABLES,
    is_stopped: Callable[[], bool] | None = None,
) -> None:
    """Write the tar of a minimal root; blocks for 15 s and more.

    Cancelled soon after `is_stopped`, which is asked again and again.

    The mirror is mmdebstrap's own choice, from this machine's apt settings.
    `variables` are set beside the user's own: the proxy to go out by.
    """
    tool = shutil.which("mmdebstrap")
    if tool is None:
        raise ToolMissing(
            "no registry gives the base image, and mmdebstrap is not installed",
            hint="install mmdebstrap, or pull debian:trixie-slim by hand",
        )
    argv = [tool, "--variant=apt", "--include=passwd,ca-certificates", SUITE, str(tar)]

    def on_line(line: str) -> None:
        if line.startswith(("I:", "E:", "W:")):
            progress(parent_proxy.masked(line, variables))

    # It needs what the user's environment says of temporary folders and locales.
    program = Program(argv, "mmdebstrap", {**copy_of(os.environ), **variables})
    result = run(program, LIMITS, on_line, is_stopped)
    if result.status:
        complaint = parent_proxy.masked(result.complaint, variables)
        raise ToolError(f"mmdebstrap: exit {result.status}: {complaint}")
