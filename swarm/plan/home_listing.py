"""The one-shot that lists files of a task's home by a pattern, and follows no link.

The home is the agent's. Nobody reads it on the host: a program of ours looks at it in a
box without a network, in which a link leads nowhere, and tells names and times alone.
"""

import json
from pathlib import PurePosixPath

from swarm.plan.home_file import one_shot
from swarm.plan.specs import AGENT_HOME, Mount, SandboxSpec

ENTRIES = 20_000
"""Entries of folders that are looked at; the rest of a larger home is not seen."""
PATHS = 50
"""Paths that are told, the newest first."""
NAME = 255
LIMIT = PATHS * 2048
"""Bytes of the answer."""

_SCRIPT = """
import fnmatch, heapq, json, os, sys
home, pattern = sys.argv[1:3]
entries, paths = map(int, sys.argv[3:5])
found, left = [], entries
def walk(folder, parts, shown):
    global left
    try:
        listed = os.scandir(folder)
    except OSError:
        return
    with listed:
        for entry in listed:
            left -= 1
            if left < 0:
                return
            if not fnmatch.fnmatchcase(entry.name, parts[0]):
                continue
            path = shown + entry.name
            try:
                is_dir = entry.is_dir(follow_symlinks=False)
                if len(parts) > 1:
                    if is_dir:
                        walk(entry.path, parts[1:], path + "/")
                elif is_dir or entry.is_file(follow_symlinks=False):
                    found.append((entry.stat(follow_symlinks=False).st_mtime, path))
            except OSError:
                pass
walk(home, pattern.split("/"), "")
newest = [path for _, path in heapq.nlargest(paths, found) if path.isprintable()]
print(json.dumps([path for path in newest if len(path) < 1000]))
"""


def lister(sandbox: SandboxSpec, volume: str, image: str, pattern: str) -> SandboxSpec:
    """Lists what fits a glob that is relative to the home; the agent's own user."""
    program = ("python3", "-I", "-c", _SCRIPT)
    argv = (*program, AGENT_HOME, pattern, str(ENTRIES), str(PATHS))
    mounts = (Mount("volume", volume, AGENT_HOME, read_only=True),)
    return one_shot(sandbox, f"{sandbox.name}-list", image, argv, mounts, {})


def listed(answer: bytes) -> list[str]:
    """The paths that it printed, the newest first; none if the answer is no list."""
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return []
    if not isinstance(body, list):
        return []
    return [path for path in body[:PATHS] if isinstance(path, str) and _is_inside(path)]


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts
