"""The sandbox as data, made by the planner and stored with the task."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from swarm.model import project as stored_project
from swarm.model.project import ProjectChoice
from swarm.policy.own_names import HOSTNAME

RECIPES_FOLDER = "/usr/share/swarm/recipes"
"""Where images of ours keep the scripts that made them, and start services."""
WORKSPACE = "/workspace"
"""The worktree's mount point in the sandbox."""
AGENT_HOME = "/home/agent"
PRIVATE_GIT = "/gitdir"
"""The task's own git directory in the sandbox."""
LENT_OBJECTS = "/objects-ro"
"""The objects of the user's repository in the sandbox."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder, file or volume that a container sees."""

    kind: Literal["bind", "volume"]
    source: str
    """An absolute host path, or a volume's name."""
    target: str
    read_only: bool = False
    relabel: bool = False
    """SELinux: the engine gives the files a label that containers share (`:z`)."""


LOG_DRIVER = "local"
LOG_OPTIONS = {"max-size": "10m", "max-file": "2"}
"""Two files of 10 MB, so a flood of output costs 20 MB."""
OFFLINE_PRESET = "locked"
"""The preset of a task that begins with `--offline`: its agent's own service alone."""
STOP_SIGNAL = "SIGTERM"
"""What asks a sandbox to end, whatever its image says."""
PLACEHOLDER_PREFIX = "swarm-placeholder-"
"""The beginning of a variable's value that stands for a secret."""
LEAST_PIDS = 32
"""Threads that the engine's own helper needs in a container before its program runs.
With 4, one start in a hundred failed: `runtime/cgo: pthread_create failed` in the log
of one that `cannot start a stopped process`, or was dead within its first second."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The machine's resources that one sandbox may use."""

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
    """A hardened container; `hardening.refuse` rejects a spec that is weaker."""

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
    """The container has a terminal and an open standard input, for a pane."""
    listens: bool = False
    """It has an open standard input without a terminal, for `Containers.talk`."""
    dns: tuple[str, ...] = ()
    """Name servers; empty for the engine's choice."""
    hosts: dict[str, str] = field(default_factory=dict)
    """Names that the container resolves by itself, and their addresses."""
    userns: str = ""
    """`host`: without the engine's user-namespace remap; empty for the engine's."""
    sysctls: dict[str, str] = field(default_factory=dict)
    """Settings of the kernel in the container's own namespaces."""
    cap_drop: tuple[str, ...] = ("ALL",)
    cap_add: tuple[str, ...] = ()
    security: tuple[str, ...] = ("no-new-privileges:true",)
    read_only: bool = True
    init: bool = True
    hostname: str = HOSTNAME

    @property
    def relabels(self) -> bool:
        """What is mounted gets the label that containers share, for SELinux."""
        return any(mount.relabel for mount in self.mounts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a launch needs; a restarted keeper decides nothing anew."""

    sandbox: SandboxSpec
    worktree: str
    """The host's path; `bind` is how it reaches the sandbox."""
    transport: Literal["bind"] = "bind"
    owner: tuple[int, int] | None = None
    """The uid and gid that must own the worktree; None for swarm's own user."""
    program: str = ""
    """The program that the image must have; empty for the first of the argv."""
    way: str = ""
    """`screen` or `headless`."""
    mode: str = ""
    """What the agent may do unasked; empty for an agent without modes."""
    delivery: str = "argument"
    """How the prompt reaches the agent: `argument`, `stdin`, `file` or `paste`."""
    files: dict[str, str] = field(default_factory=dict)
    """Files of the task's folder at /etc/swarm that the agent starts with: to text."""
    project: ProjectChoice = field(default_factory=ProjectChoice)
    """What was chosen for the project when the task was queued."""
    preset: str = ""
    """The policy's preset, if it is the task's own; empty for the settings'."""

    @property
    def is_offline(self) -> bool:
        """Its set-up is never run: it begins with a warm base, or not at all."""
        return self.preset == OFFLINE_PRESET


def with_network(spec: SandboxSpec, net: str) -> SandboxSpec:
    """The sandbox in the namespace that the container `net` holds."""
    return replace(spec, network=f"container:{net}")


def to_json(plan: Plan) -> dict[str, Any]:
    """The JSON object that the journal stores for a plan."""
    return asdict(plan)


def from_json(body: dict[str, Any]) -> Plan:
    """The plan back from the journal; TypeError on a shape of another version."""
    sandbox = dict(body["sandbox"])
    sandbox["argv"] = tuple(sandbox["argv"])
    sandbox["mounts"] = tuple(Mount(**mount) for mount in sandbox["mounts"])
    sandbox["limits"] = Limits(**sandbox["limits"])
    for name in ("cap_drop", "cap_add", "security", "dns"):
        sandbox[name] = tuple(sandbox.get(name, ()))
    owner = body.get("owner")
    return Plan(
        sandbox=SandboxSpec(**sandbox),
        worktree=body["worktree"],
        transport=body["transport"],
        owner=(owner[0], owner[1]) if owner else None,
        program=body.get("program", ""),
        way=body.get("way", ""),
        mode=body.get("mode", ""),
        delivery=body.get("delivery", "argument"),
        files=dict(body.get("files", {})),
        project=stored_project.of_plan(body),
        preset=body.get("preset", ""),
    )
