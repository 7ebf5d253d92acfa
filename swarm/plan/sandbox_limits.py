"""The share of the machine that every kind of sandbox gets: settings, memory disks."""

from swarm.config.schema import Sandbox
from swarm.plan.specs import Limits


def limits_of(settings: Sandbox) -> Limits:
    """The limits of a sandbox by the user's settings."""
    return Limits(
        memory=settings.memory,
        cpus=settings.cpus,
        pids=settings.pids,
        nofile=settings.nofile,
        shm=settings.shm,
        tmp=settings.tmp,
    )


def tmpfs(size: int, volumes: tuple[str, ...] = ()) -> dict[str, str]:
    """The writable places of every sandbox that are memory: /tmp, /run, and `volumes`.

    `size` is the bytes of each but /run.
    """
    writable = f"rw,exec,nosuid,nodev,mode=1777,size={size}"
    return {
        "/tmp": writable,  # noqa: S108 - inside
        "/run": "rw,noexec,nosuid,nodev,mode=1777,size=67108864",
        **dict.fromkeys(volumes, writable),
    }
