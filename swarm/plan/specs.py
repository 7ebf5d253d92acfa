"""The sandbox as data: what the engine is asked for, and stored with the task."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

WORKSPACE = "/workspace"
"""Where the worktree stands in the sandbox."""
AGENT_HOME = "/home/agent"


@dataclass(frozen=True, slots=True)
class Mount:
    """One thing of outside, visible inside."""

    kind: Literal["bind", "volume"]
    source: str
    """An absolute host path, or a volume's name."""
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sandbox may use of the machine."""

    memory: int = 4 << 30
    """Bytes; swap is the same number, so none is used."""
    cpus: float = 2.0
    pids: int = 512
    nofile: int = 16384
    shm: int = 64 << 20
    """Bytes of /dev/shm."""
    tmp: int = 1 << 30
    """Bytes of the tmpfs on /tmp."""


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """A hardened container; `hardening.refuse` says which specs are none."""

    name: str
    image: str
    argv: tuple[str, ...]
    user: str
    """`uid:gid`, never root."""
    labels: dict[str, str]
    mounts: tuple[Mount, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = WORKSPACE
    network: str = "none"
    """`none`, or `container:<net>`; the gate alone has a network of its own."""
    limits: Limits = field(default_factory=Limits)
    runtime: str = ""
    """Empty for the engine's default; else runc, crun, runsc, kata …"""
    seccomp: str = ""
    """The profile's JSON text."""
    tmpfs: dict[str, str] = field(default_factory=dict)
    """Target to mount options; /tmp and /run are always among them."""
    terminal: bool = True
    """A terminal and an open standard input, for a pane."""
    listens: bool = False
    """An open standard input without a terminal, for `Sandboxes.talk`."""
    dns: tuple[str, ...] = ()
    """Name servers; empty for the engine's choice."""
    hosts: dict[str, str] = field(default_factory=dict)
    """Names that the container knows without asking, and their addresses."""
    cap_drop: tuple[str, ...] = ("ALL",)
    cap_add: tuple[str, ...] = ()
    security: tuple[str, ...] = ("no-new-privileges:true",)
    read_only: bool = True
    init: bool = True
    hostname: str = "sandbox"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a launch needs, so that a restarted keeper decides nothing anew."""

    sandbox: SandboxSpec
    worktree: str
    """The host's path; `bind` is how it reaches the sandbox."""
    transport: Literal["bind"] = "bind"
    owner: tuple[int, int] | None = None
    """Who must own the worktree, where that is not swarm's own user."""


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the journal stores it."""
    return asdict(plan)


def from_json(body: dict[str, Any]) -> Plan:
    """The plan back from the journal; TypeError on a shape of another version."""
    box = dict(body["sandbox"])
    box["argv"] = tuple(box["argv"])
    box["mounts"] = tuple(Mount(**mount) for mount in box["mounts"])
    box["limits"] = Limits(**box["limits"])
    for name in ("cap_drop", "cap_add", "security", "dns"):
        box[name] = tuple(box.get(name, ()))
    owner = body.get("owner")
    return Plan(
        sandbox=SandboxSpec(**box),
        worktree=body["worktree"],
        transport=body["transport"],
        owner=(owner[0], owner[1]) if owner else None,
    )
