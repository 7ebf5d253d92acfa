"""A sandbox as a `docker` command or a compose file that anyone can read and run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from swarm.plan import quoting
from swarm.plan.specs import (
    LOG_DRIVER,
    LOG_OPTIONS,
    PLACEHOLDER_PREFIX,
    STOP_SIGNAL,
    Mount,
    SandboxSpec,
)

SECCOMP_FILE = "seccomp.json"
"""Where both expect the profile: in the directory that they are run in."""
WORTHLESS = "swarm-placeholder"
"""What stands here for a secret."""


def docker_command(spec: SandboxSpec, note: str = "") -> str:
    """`docker run …`, a flag for each line of the spec; the note stands above it."""
    flags = [*_flags(spec), f"{quoting.shell(spec.image)}"]
    words = [*flags, *map(quoting.shell, spec.argv[1:])]
    lines = " \\\n".join(["docker run", *(f"  {word}" for word in words)])
    return f"{_comment(note)}{lines}\n"


def _flags(spec: SandboxSpec) -> Iterator[str]:
    for name, value in _options(spec):
        yield f"--{name}" if value is None else f"--{name} {quoting.shell(value)}"


def _options(spec: SandboxSpec) -> Iterator[tuple[str, str | None]]:
    """Each option's name and value; None for a switch."""
    limits = spec.limits
    yield "name", spec.name
    if not _shares_namespace(spec):
        yield "hostname", spec.hostname
    yield "user", spec.user
    yield "workdir", spec.workdir
    if spec.terminal:
        yield "tty", None
    if spec.terminal or spec.listens:
        yield "interactive", None
    yield "network", spec.network
    if spec.read_only:
        yield "read-only", None
    if spec.init:
        yield "init", None
    yield from (("cap-drop", name) for name in spec.cap_drop)
    yield from (("cap-add", name) for name in spec.cap_add)
    yield from (("security-opt", option) for option in spec.security)
    if spec.seccomp:
        yield "security-opt", f"seccomp={SECCOMP_FILE}"
    yield "memory", str(limits.memory)
    yield "memory-swap", str(limits.memory)
    yield "cpus", _cpus(spec)
    yield "pids-limit", str(limits.pids)
    yield "shm-size", str(limits.shm)
    yield "ulimit", f"nofile={limits.nofile}:{limits.nofile}"
    yield from (("tmpfs", f"{where}:{how}") for where, how in spec.tmpfs.items())
    yield from map(_mount, spec.mounts)
    yield from _kernel_options(spec)
    yield from (("dns", address) for address in spec.dns)
    yield from (("add-host", f"{name}:{to}") for name, to in spec.hosts.items())
    yield "no-healthcheck", None
    yield "stop-signal", STOP_SIGNAL
    yield "log-driver", LOG_DRIVER
    yield from (("log-opt", f"{key}={value}") for key, value in LOG_OPTIONS.items())
    yield from (("label", f"{key}={value}") for key, value in spec.labels.items())
    yield from (("env", f"{key}={value}") for key, value in spec.environment.items())
    yield "entrypoint", spec.argv[0]


def _kernel_options(spec: SandboxSpec) -> Iterator[tuple[str, str]]:
    if spec.userns:
        yield "userns", spec.userns
    yield from (("sysctl", f"{key}={value}") for key, value in spec.sysctls.items())
    if spec.runtime:
        yield "runtime", spec.runtime


def _mount(mount: Mount) -> tuple[str, str]:
    """The option of a mount: `--mount` takes no label for SELinux."""
    if not mount.relabel:
        return "mount", _mount_option(mount)
    mode = "ro,z" if mount.read_only else "z"
    return "volume", f"{mount.source}:{mount.target}:{mode}"


def _mount_option(mount: Mount) -> str:
    """The value of `--mount`, which is one line of CSV."""
    fields = [f"type={mount.kind}", f"source={mount.source}", f"target={mount.target}"]
    fields += ["readonly"] if mount.read_only else []
    return ",".join(map(_csv_field, fields))


def _csv_field(text: str) -> str:
    if any(special in text for special in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def compose_file(spec: SandboxSpec, note: str = "") -> str:
    """A compose file with one service; PlanError for a value that is no text."""
    volumes = [mount.source for mount in spec.mounts if mount.kind == "volume"]
    body: dict[str, Any] = {"services": {"sandbox": _service(spec)}}
    if volumes:
        body["volumes"] = {
            f"volume{number}": {"name": name, "external": True}
            for number, name in enumerate(volumes)
        }
    return _comment(note) + "".join(_yaml_lines(body, 0))


def _service(spec: SandboxSpec) -> dict[str, Any]:
    limits = spec.limits
    security = [*spec.security]
    if spec.seccomp:
        security.append(f"seccomp=./{SECCOMP_FILE}")
    nofile = {"soft": limits.nofile, "hard": limits.nofile}
    service: dict[str, Any] = {
        "image": spec.image,
        "container_name": spec.name,
        "hostname": "" if _shares_namespace(spec) else spec.hostname,
        "user": spec.user,
        "working_dir": spec.workdir,
        "entrypoint": [spec.argv[0]],
        "command": list(spec.argv[1:]),
        "tty": spec.terminal,
        "stdin_open": spec.terminal or spec.listens,
        "network_mode": spec.network,
        "read_only": spec.read_only,
        "init": spec.init,
        "cap_drop": list(spec.cap_drop),
        "cap_add": list(spec.cap_add),
        "security_opt": security,
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory,
        "cpus": _cpus(spec),
        "pids_limit": limits.pids,
        "shm_size": limits.shm,
        "ulimits": {"nofile": nofile},
        "tmpfs": [f"{where}:{how}" for where, how in spec.tmpfs.items()],
        "volumes": list(_compose_mounts(spec.mounts)),
        "userns_mode": spec.userns,
        "sysctls": dict(spec.sysctls),
        "runtime": spec.runtime,
        "dns": list(spec.dns),
        "extra_hosts": [f"{name}:{to}" for name, to in spec.hosts.items()],
        "healthcheck": {"disable": True},
        "stop_signal": STOP_SIGNAL,
        "logging": {"driver": LOG_DRIVER, "options": dict(LOG_OPTIONS)},
        "labels": dict(spec.labels),
        "environment": dict(spec.environment),
    }
    return {key: value for key, value in service.items() if value not in ("", [], {})}


def _compose_mounts(mounts: Sequence[Mount]) -> Iterator[dict[str, Any]]:
    number = 0
    for mount in mounts:
        source = mount.source
        if mount.kind == "volume":
            source, number = f"volume{number}", number + 1
        yield {
            "type": mount.kind,
            "source": source,
            "target": mount.target,
            "read_only": mount.read_only,
            **({"bind": {"selinux": "z"}} if mount.relabel else {}),
        }


def _yaml_lines(body: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Block style; every text is quoted, and compose's `$` is doubled."""
    indent = "  " * depth
    for key, value in body.items():
        name = (
            key
            if key.replace("_", "a").isalnum() and key.isascii()
            else quoting.yaml(key)
        )
        if isinstance(value, Mapping):
            yield f"{indent}{name}:\n"
            yield from _yaml_lines(value, depth + 1)
        elif isinstance(value, list):
            yield f"{indent}{name}:\n"
            for entry in value:
                yield from _yaml_entry(entry, depth + 1)
        else:
            yield f"{indent}{name}: {_scalar(value)}\n"


def _yaml_entry(entry: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if not isinstance(entry, Mapping):
        yield f"{indent}- {_scalar(entry)}\n"
        return
    for number, line in enumerate(_yaml_lines(entry, depth + 1)):
        yield line if number else f"{indent}- {line.lstrip()}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _text(value)


def _text(value: str) -> str:
    return quoting.yaml(value.replace("$", "$$"))


def _cpus(spec: SandboxSpec) -> str:
    """As few digits as name the same billionths of a CPU."""
    billionths = int(spec.limits.cpus * 1_000_000_000)
    return f"{billionths // 10**9}.{billionths % 10**9:09}".rstrip("0").rstrip(".")


def _shares_namespace(spec: SandboxSpec) -> bool:
    """True for another container's namespace, which brings its host name."""
    return spec.network.startswith("container:")


def _comment(note: str) -> str:
    return "".join(f"# {line}\n" for line in note.splitlines())


def without_placeholders(spec: SandboxSpec) -> SandboxSpec:
    """The spec with one worthless word in place of each task's own placeholders."""
    return replace(
        spec,
        environment={
            name: WORTHLESS if value.startswith(PLACEHOLDER_PREFIX) else value
            for name, value in spec.environment.items()
        },
    )
