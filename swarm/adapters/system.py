"""The kind of system that the host's side runs on, and what was never tried on it."""

import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class System:
    """One kind of system; a value, so that each can be spoken of on any."""

    name: str
    """As `uname` has it: `Linux`, `Darwin`."""
    release: str
    """The kernel's; Windows' own kernels for Linux have their maker's name in it."""

    @property
    def is_macos(self) -> bool:
        """True on macOS, whose containers run in a virtual machine of the engine's."""
        return self.name == "Darwin"

    @property
    def wsl(self) -> int:
        """The version of Windows' Subsystem for Linux; 0 on anything else."""
        if self.name != "Linux" or "microsoft" not in self.release.lower():
            return 0
        # Version 1 is no kernel; it ends in `-Microsoft` what it imitates.
        return 1 if self.release.endswith("-Microsoft") else 2

    @property
    def is_tried(self) -> bool:
        """True on ordinary Linux, the one kind that swarm's tests run on."""
        return self.name == "Linux" and not self.wsl

    @property
    def title(self) -> str:
        """Its name for a person."""
        kind = (
            f"WSL {self.wsl}" if self.wsl else "macOS" if self.is_macos else self.name
        )
        return f"{kind} ({self.release})"

    def install(self, package: str) -> str:
        """The command that installs a package here."""
        manager = "brew" if self.is_macos else "apt-get"
        return f"`{manager} install {package}`"

    def is_on_windows_disk(self, path: Path) -> bool:
        """True in WSL for a path on Windows' own disk: such have no modes or locks."""
        match path.parts:
            case ("/", "mnt", drive, *_):
                return bool(self.wsl) and len(drive) == 1
            case _:
                return False


_IN_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that Docker and Podman put into every container of theirs."""


def container(files: tuple[Path, ...] = _IN_CONTAINER) -> str:
    """The file by which this process is known to be in a container; empty outside."""
    return next((str(file) for file in files if file.exists()), "")


def here() -> System:
    """The system that this process runs on."""
    return System(platform.system(), platform.release())


def boot_id() -> str:
    """The kernel's name for the time since it was started; empty where it has none."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
    return text.strip()[:64]
