"""The one-shot that puts one file into a task's home, in place of what is there.

The home is the agent's. Nobody writes it on the host: a program of ours does in a box
without a network, as the agent's own user, and a link there leads nowhere else.
"""

import secrets

from swarm.plan.gate_containers import SMALL
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.plan.specs import AGENT_HOME, Mount, SandboxSpec

_GIVEN = "/given"
_SCRIPT = """
import os, sys
place, given = sys.argv[1:3]
folder = os.path.dirname(place)
os.umask(0o077)
os.makedirs(folder, exist_ok=True)
draft = place + ".new"
try:
    os.unlink(draft)
except FileNotFoundError:
    pass
flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
with open(given, "rb") as source, open(os.open(draft, flags, 0o600), "wb") as file:
    file.write(source.read())
os.replace(draft, place)
"""


def writer(
    sandbox: SandboxSpec, volume: str, image: str, path: str, source: str
) -> SandboxSpec:
    """Puts the host's file `source` at `path`, which is relative to the home.

    The host's file must be one that the agent's user can read.
    """
    labels = {
        HOME_LABEL: sandbox.labels[HOME_LABEL],
        TASK_LABEL: "",
        KIND_LABEL: "home",
    }
    relabel = any(mount.relabel for mount in sandbox.mounts)
    return SandboxSpec(
        name=f"{sandbox.name}-put-{secrets.token_hex(4)}",
        image=image,
        argv=("python3", "-I", "-c", _SCRIPT, f"{AGENT_HOME}/{path}", _GIVEN),
        user=sandbox.user,
        labels=labels,
        mounts=(
            Mount("volume", volume, AGENT_HOME),
            Mount("bind", source, _GIVEN, read_only=True, relabel=relabel),
        ),
        workdir="/",
        limits=SMALL,
        seccomp=sandbox.seccomp,
        userns=sandbox.userns,
        terminal=False,
        init=False,
    )
