"""The one-shots that put one file into a task's home, and read one of it.

The home is the agent's. Nobody opens it on the host: a program of ours does in a box
without a network, as the agent's own user, and a link there leads nowhere else.
"""

import secrets

from swarm.plan.gate_containers import SMALL
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.plan.specs import AGENT_HOME, Mount, SandboxSpec

_GIVEN = "/given"
_SCRIPT = """
import os, secrets, sys
home, path, given = sys.argv[1:4]
os.umask(0o077)
def aside(place):
    os.rename(place, place + ".aside-" + secrets.token_hex(4))
def enter(folder):
    mode = os.stat(folder).st_mode
    if mode & 0o300 != 0o300:
        os.chmod(folder, mode & 0o777 | 0o700)
inside = os.path.realpath(home) + os.sep
place = home
enter(home)
for part in path.split("/")[:-1]:
    place = os.path.join(place, part)
    is_ours = (os.path.realpath(place) + os.sep).startswith(inside)
    if os.path.lexists(place) and not (os.path.isdir(place) and is_ours):
        aside(place)
    os.makedirs(place, exist_ok=True)
    enter(place)
place = os.path.join(place, path.split("/")[-1])
draft = place + ".new-" + secrets.token_hex(8)
flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
try:
    with open(given, "rb") as source, open(os.open(draft, flags, 0o600), "wb") as file:
        file.write(source.read())
    if os.path.isdir(place) and not os.path.islink(place):
        aside(place)
    os.replace(draft, place)
except OSError:
    if os.path.lexists(draft):
        os.unlink(draft)
    raise
"""
"""What its agent put in the way is moved aside: that takes no time, and loses nothing.
A link to a folder of the home's stays one; what it leads to elsewhere is not there."""
_READ = """
import os, stat, sys
place, limit = sys.argv[1], int(sys.argv[2])
try:
    file = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
except OSError:
    sys.exit(0)
if stat.S_ISREG(os.fstat(file).st_mode):
    sys.stdout.buffer.write(os.read(file, limit))
"""


def writer(
    sandbox: SandboxSpec, volume: str, image: str, path: str, source: str
) -> SandboxSpec:
    """Puts the host's file `source` at `path`, which is relative to the home.

    The host's file must be one that the agent's user can read.
    """
    argv = ("python3", "-I", "-c", _SCRIPT, AGENT_HOME, path, _GIVEN)
    mounts = (
        Mount("volume", volume, AGENT_HOME),
        Mount("bind", source, _GIVEN, read_only=True, relabel=sandbox.relabels),
    )
    name = f"{sandbox.name}-put-{secrets.token_hex(4)}"
    return one_shot(sandbox, name, image, argv, mounts, sandbox.tmpfs)


def reader(
    sandbox: SandboxSpec, volume: str, image: str, path: str, limit: int
) -> SandboxSpec:
    """Prints the first bytes of the file at `path`; nothing if it is no plain file."""
    place = f"{AGENT_HOME}/{path}"
    argv = ("python3", "-I", "-c", _READ, place, str(limit))
    mounts = (Mount("volume", volume, AGENT_HOME, read_only=True),)
    name = f"{sandbox.name}-get-{secrets.token_hex(4)}"
    return one_shot(sandbox, name, image, argv, mounts, sandbox.tmpfs)


def one_shot(
    sandbox: SandboxSpec,
    name: str,
    image: str,
    argv: tuple[str, ...],
    mounts: tuple[Mount, ...],
    tmpfs: dict[str, str],
) -> SandboxSpec:
    """A short-lived box without network that runs as the agent's own user."""
    labels = {
        HOME_LABEL: sandbox.labels[HOME_LABEL],
        TASK_LABEL: "",
        KIND_LABEL: "home",
    }
    return SandboxSpec(
        name=name,
        image=image,
        argv=argv,
        user=sandbox.user,
        labels=labels,
        mounts=mounts,
        workdir="/",
        limits=SMALL,
        seccomp=sandbox.seccomp,
        userns=sandbox.userns,
        tmpfs=tmpfs,
        terminal=False,
        init=False,
    )
