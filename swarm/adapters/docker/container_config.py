"""Translates a sandbox's spec into the arguments of the engine's API."""

from typing import Any

from docker.types import LogConfig, Ulimit
from docker.types import Mount as DockerMount

from swarm.adapters.docker.dialect import DOCKER, Dialect, seccomp_option
from swarm.errors import ToolError
from swarm.plan.specs import LOG_OPTIONS, STOP_SIGNAL, Mount, SandboxSpec


def create_arguments(
    spec: SandboxSpec, client: Any, dialect: Dialect = DOCKER
) -> dict[str, Any]:
    """The arguments of the library's `create_container`."""
    return {
        "image": spec.image,
        "entrypoint": [spec.argv[0]],
        "command": list(spec.argv[1:]),
        "name": spec.name,
        "hostname": None if _shares_namespace(spec.network) else spec.hostname,
        "user": spec.user,
        "tty": spec.terminal,
        # Not for `docker run -d`: without it the library asks the engine to close
        # standard input when the first who attached hangs up, and the gate would end.
        "detach": True,
        "stdin_open": spec.terminal or spec.listens,
        "environment": spec.environment,
        "working_dir": spec.workdir,
        "labels": spec.labels,
        # The image's own would run beside the agent, and end it by another signal.
        "healthcheck": {"test": ["NONE"]},
        "stop_signal": STOP_SIGNAL,
        "host_config": client.create_host_config(**_host_config(spec, dialect)),
    }


def _shares_namespace(network: str) -> bool:
    """True for another container's namespace: host name and resolver are shared too."""
    return network.startswith("container:")


def _host_config(spec: SandboxSpec, dialect: Dialect) -> dict[str, Any]:
    limits = spec.limits
    security = [*spec.security]
    if spec.seccomp:
        security.append(seccomp_option(spec.seccomp, dialect))
    return {
        "network_mode": spec.network,
        "cap_drop": list(spec.cap_drop),
        "cap_add": list(spec.cap_add) or None,
        "security_opt": security,
        "read_only": spec.read_only,
        "tmpfs": dict(spec.tmpfs),
        "mounts": [_mount(mount) for mount in spec.mounts if not mount.relabel],
        "binds": [_bind(mount) for mount in spec.mounts if mount.relabel] or None,
        "userns_mode": spec.userns or None,
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory,
        "nano_cpus": int(limits.cpus * 1_000_000_000),
        "pids_limit": limits.pids,
        "shm_size": limits.shm,
        "ulimits": [Ulimit(name="nofile", soft=limits.nofile, hard=limits.nofile)],
        "init": spec.init,
        "runtime": spec.runtime or None,
        "dns": list(spec.dns) or None,
        "sysctls": dict(spec.sysctls) or None,
        "extra_hosts": dict(spec.hosts) or None,
        "log_config": _log_config(dialect),
    }


def _bind(mount: Mount) -> str:
    """The older form of a mount: the only one in which the API takes a label."""
    if ":" in mount.source + mount.target:
        raise ToolError(
            f"docker create: SELinux needs a label on {mount.source}, and the engine "
            "takes none for a path with a colon",
            hint="move it to a path without one",
        )
    return f"{mount.source}:{mount.target}:{'ro,' if mount.read_only else ''}z"


def _mount(mount: Mount) -> DockerMount:
    return DockerMount(
        target=mount.target,
        source=mount.source,
        type=mount.kind,
        read_only=mount.read_only,
    )


def _log_config(dialect: Dialect) -> LogConfig | None:
    """A log of a bounded size, or None for the default of an engine without one."""
    if not dialect.log_driver:
        return None
    options = dict(LOG_OPTIONS)
    if dialect.log_driver == "k8s-file":
        del options["max-file"]  # it begins its one file anew, and knows no such word
    return LogConfig(type=dialect.log_driver, config=options)
