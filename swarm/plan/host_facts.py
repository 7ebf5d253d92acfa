"""The machine and the image that a plan is for, and who a sandbox's user is on it."""

from dataclasses import dataclass, field

from swarm.plan.naming import HomePaths


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Facts of the host that a plan depends on."""

    paths: HomePaths
    image: str
    """The full reference of an image that exists."""
    seccomp: str
    uid: int
    gid: int
    shell: str = "bash"
    """What runs a command in the image."""
    image_environment: dict[str, str] = field(default_factory=dict)
    """The image's own variables."""
    image_volumes: tuple[str, ...] = ()
    """Places of the image's own volumes that the agent could not write to."""
    first_ids: tuple[int, int] = (0, 0)
    """The machine's uid and gid that 0:0 of a container is."""
    userns: str = ""
    """`host` if a sandbox must do without the engine's remap."""
    selinux: bool = False
    """True if containers see files with their label only."""


def sandbox_user(uid: int, gid: int) -> tuple[int, int]:
    """The agent's uid and gid: the user's, or 1000 if swarm itself is root."""
    return (uid, gid) if uid else (1000, 1000)


def worktree_owner(host: HostFacts) -> tuple[int, int] | None:
    """The uid and gid, on this machine, that a worktree is given to; None: it stays."""
    if host.uid:
        return None
    uid, gid = sandbox_user(host.uid, host.gid)
    first_uid, first_gid = (0, 0) if host.userns == "host" else host.first_ids
    return uid + first_uid, gid + first_gid
