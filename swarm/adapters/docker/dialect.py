"""The points in which engines that speak one API differ, in questions and answers."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from swarm import assets

BOUNDED_LOGS = ("local", "json-file", "k8s-file")
"""Log drivers that keep no more than they are told to, and that can be read back."""
DEFAULT_CAPABILITIES = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
        *("NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID"),
        "SYS_CHROOT",
    }
)
"""Those of a container that asks for nothing; a container without them has none."""
NEEDED_BY_OTHERS = "dependent containers"
"""Part of Podman's refusal to remove a container whose namespace another one has."""
LOCAL_PREFIXES = ("localhost/", "docker.io/library/", "docker.io/")
"""What Podman puts before the name of an image that was built or loaded here."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one engine takes; as it is, Docker's."""

    log_driver: str = "local"
    """Empty if the engine has no bounded one: it then uses its own default."""
    is_podman: bool = False


DOCKER = Dialect()


def dialect(info: Mapping[str, Any], version: Mapping[str, Any]) -> Dialect:
    """The dialect of the engine that describes itself so."""
    drivers = (info.get("Plugins") or {}).get("Log") or BOUNDED_LOGS
    bounded = [name for name in BOUNDED_LOGS if name in drivers]
    return Dialect(bounded[0] if bounded else "", is_podman(version))


def is_podman(version: Mapping[str, Any]) -> bool:
    """True for Podman's service, which answers at a socket as Docker does."""
    components = version.get("Components") or ()
    return any("Podman" in str(part.get("Name", "")) for part in components)


def seccomp_option(profile: str, spoken: Dialect) -> str:
    """The security option for a profile: its text, or for Podman the path of ours.

    Podman opens what follows `seccomp=`, whatever it is.
    """
    if spoken.is_podman and profile == _shipped_profile():
        return f"seccomp={_profile_file()}"
    return f"seccomp={profile}"


def short_name(image: str) -> str:
    """An image's name as swarm writes it, for one that Podman tells in full."""
    for prefix in LOCAL_PREFIXES:
        if image.startswith(prefix):
            return image.removeprefix(prefix)
    return image


def in_docker_s_words(raw: dict[str, Any], spoken: Dialect) -> dict[str, Any]:
    """What `inspect` answers, in the words that Docker uses for the same thing.

    Only words are changed. An answer that Docker has no word for stays as it is, and
    the floor does not take it.
    """
    if not spoken.is_podman:
        return raw
    told = deepcopy(raw)
    told["Config"]["Image"] = short_name(str(told["Config"].get("Image", "")))
    host = told["HostConfig"]
    dropped = {str(name).removeprefix("CAP_") for name in host.get("CapDrop") or ()}
    if dropped >= DEFAULT_CAPABILITIES:
        host["CapDrop"] = ["ALL"]
    host["SecurityOpt"] = [_security(str(o)) for o in host.get("SecurityOpt") or ()]
    for limit in host.get("Ulimits") or ():
        limit["Name"] = str(limit["Name"]).removeprefix("RLIMIT_").lower()
    return told


def _security(option: str) -> str:
    if option == "no-new-privileges":
        return "no-new-privileges:true"
    if option == f"seccomp={_profile_file()}":
        return f"seccomp={_shipped_profile()}"
    return option


def _profile_file() -> Path:
    return assets.folder("images") / "seccomp.json"


@cache
def _shipped_profile() -> str:
    return _profile_file().read_text(encoding="utf-8")
